import { BELOW } from './below.ts';
import { BROKER_FAULTS, runBrokerFault } from './broker-faults.ts';
import { CHAT_FAULTS, runChatFault } from './chat-faults.ts';
import { CHATS } from './chats.ts';
import type { ChatName } from './chats.ts';
import { CONTROLS, runControl } from './controls.ts';
import { inLanes } from './lanes.ts';
import type { Lanes } from './lanes.ts';
import { BROKERS } from './market.ts';
import type { BrokerName } from './market.ts';
import { runRandomKills } from './random-kills.ts';
import { attempt, figures, tabulate } from './report.ts';
import type { Row } from './report.ts';
import { runStep, STEPS } from './steps.ts';
import { table } from './table.ts';

export const PARTS = ['steps', 'random', 'brokers', 'chats', 'below', 'controls'] as const;

interface Asked {
  readonly brokers: readonly BrokerName[];
  /** At random instants. */
  readonly kills: number;
  readonly seed: number;
  readonly lanes: Lanes;
}

/** What a part of the proof came to, and the tables that show it. */
interface Part {
  readonly rows: readonly Row[];
  readonly text: string;
}

export async function runPart(name: (typeof PARTS)[number], asked: Asked): Promise<Part> {
  switch (name) {
    case 'steps':
      return killed('Killed at every durable step', await killAtSteps(asked));
    case 'random':
      return killed(`Killed at random instants (seed ${asked.seed})`, await killAtRandom(asked));
    case 'brokers':
      return await faultsAtBrokers(asked);
    case 'chats':
      return await faultsInChats(asked);
    case 'below':
      return await faultsBelow(asked);
    case 'controls':
      return await seeDefects(asked);
  }
}

function killed(caption: string, rows: readonly Row[]): Part {
  const byChat = tabulate('The same kills by where the people were', 'chat', rows);
  return { rows, text: `${tabulate(`${caption}, by broker`, 'broker', rows)}${byChat}` };
}

/** Each step at each broker; where the people are goes round, so that each step has each chat as well. */
async function killAtSteps({ brokers, lanes }: Asked): Promise<readonly Row[]> {
  const cells = STEPS.flatMap((step, row) =>
    brokers.map((broker) => {
      const chat = CHATS[(row + BROKERS.indexOf(broker)) % CHATS.length] ?? 'web';
      return { broker, chat, step };
    }),
  );
  return await inLanes(cells, lanes, async ({ broker, chat, step }) => {
    const title = step.hit === 1 ? step.name : `${step.name} (${step.hit}.)`;
    return await attempt({ title, broker, chat }, () => runStep(broker, chat, step));
  });
}

/** Goes round the brokers and the chats until there were so many kills. */
async function killAtRandom({ brokers, kills, seed, lanes }: Asked): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let left = kills;
  let turn = 0;
  const follow = async (): Promise<void> => {
    while (left > 0) {
      const broker = brokers[turn % brokers.length];
      // Four brokers and three chats: every pair within twelve turns.
      const chat = CHATS[turn % CHATS.length] ?? 'web';
      if (broker === undefined) return;
      const mostKills = Math.min(6, left);
      const own = seed + turn;
      turn += 1;
      left -= mostKills;
      const row = await lanes.run(() =>
        attempt({ title: 'any instant', broker, chat }, () =>
          runRandomKills(broker, chat, own, mostKills),
        ),
      );
      rows.push(row);
      left += mostKills - row.kills;
      // A broker that cannot be killed at all would be asked for ever.
      if (row.findings.length > 0 && row.kills === 0) return;
    }
  };
  await Promise.all(Array.from({ length: lanes.width }, follow));
  return rows;
}

async function faultsAtBrokers({ brokers, lanes }: Asked): Promise<Part> {
  // The last are those that take longest: they begin first.
  const cells = Object.entries(BROKER_FAULTS)
    .flatMap(([title, scenario]) =>
      brokers
        .filter((broker) => scenario.brokers.includes(broker))
        .map((broker) => ({ broker, title, scenario })),
    )
    .toReversed();
  const rows = await inLanes(cells, lanes, async ({ broker, title, scenario }) =>
    attempt({ title, broker, chat: 'web' }, async () => ({
      kills: 0,
      findings: await runBrokerFault(broker, scenario),
    })),
  );
  const shown = tabulate('Faults at the broker and on the way to it', 'broker', rows.toReversed());
  return { rows, text: `${shown}${whyNot(BROKERS, BROKER_FAULTS)}` };
}

async function faultsInChats({ lanes }: Asked): Promise<Part> {
  const cells = Object.entries(CHAT_FAULTS).flatMap(([title, scenario]) =>
    scenario.chats.map((chat: ChatName) => ({ chat, title, scenario })),
  );
  const rows = await inLanes(cells, lanes, async ({ chat, title, scenario }) =>
    attempt({ title, broker: 'alpaca', chat }, async () => ({
      kills: 0,
      findings: await runChatFault(chat, scenario),
    })),
  );
  const shown = tabulate('Faults in chat', 'chat', rows);
  return { rows, text: `${shown}${whyNot(CHATS, CHAT_FAULTS)}` };
}

/** Why a scenario has no cell somewhere. */
function whyNot(
  columns: readonly string[],
  scenarios: Readonly<Record<string, { readonly why: Readonly<Partial<Record<string, string>>> }>>,
): string {
  return Object.entries(scenarios)
    .flatMap(([title, { why }]) =>
      columns.flatMap((column) => {
        const reason = why[column];
        return reason === undefined ? [] : [`- ${title}, ${column}: ${reason}\n`];
      }),
    )
    .join('');
}

async function faultsBelow({ lanes }: Asked): Promise<Part> {
  const rows = await inLanes(Object.entries(BELOW), lanes, async ([title, work]) => {
    let said = '';
    const row = await attempt({ title, broker: 'alpaca', chat: 'web' }, async () => {
      const result = await work();
      said = result === null ? 'not to be had on this machine' : result.said;
      return { kills: 0, findings: result?.findings ?? [] };
    });
    return { ...row, said };
  });
  const lines = rows.map((row) => [row.title, figures([row]), row.said]);
  const header = ['', 'kills / duplicates / losses / untrue', 'it said'];
  return { rows, text: `\nFaults below the bot\n${table([header, ...lines])}\n` };
}

/** What is found of a bot with a defect is no finding; that it was not found is one. */
async function seeDefects({ lanes }: Asked): Promise<Part> {
  const rows = await inLanes(Object.entries(CONTROLS), lanes, async ([title, control]) => {
    let seen: string | null = null;
    const row = await attempt({ title, ...control.at }, async () => {
      seen = await runControl(control);
      const what = 'the proof did not see this defect';
      return { kills: 0, findings: seen === null ? [{ kind: 'untrue', what }] : [] };
    });
    return { ...row, seen: seen ?? 'NOT SEEN' };
  });
  const lines = rows.map(({ title, seen }) => [title, seen]);
  return { rows, text: `\nBots with a defect\n${table([['', 'seen'], ...lines])}\n` };
}
