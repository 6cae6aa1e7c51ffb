import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { BELOW } from './below.ts';
import { BROKER_FAULTS, runBrokerFault } from './broker-faults.ts';
import { CHAT_FAULTS, runChatFault } from './chat-faults.ts';
import { CHATS } from './chats.ts';
import type { ChatName } from './chats.ts';
import { inLanes } from './lanes.ts';
import { BROKERS } from './markets.ts';
import type { BrokerName } from './markets.ts';
import { runRandomKills } from './random-kills.ts';
import { attempt, figures, printTable, tellFindings } from './report.ts';
import type { Row } from './report.ts';
import { runStep, STEPS } from './steps.ts';
import type { Finding } from './examine.ts';
import { table } from './table.ts';

/** How many kills at random instants there are, over all brokers, unless --kills says otherwise. */
const KILLS = 80;

const PARTS = ['steps', 'random', 'brokers', 'chats', 'below'] as const;

/**
 * `npm run test:crash [-- --kills N --seed S --brokers paper,alpaca --parts steps,random --lanes N]`:
 * kills the bot and looks whether anything was lost or done twice. Exits with 1 when anything was.
 */
async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: String(KILLS) },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      brokers: { type: 'string', default: BROKERS.join() },
      parts: { type: 'string', default: PARTS.join() },
      lanes: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const brokers = BROKERS.filter((name) => values.brokers.split(',').includes(name));
  const parts = PARTS.filter((name) => values.parts.split(',').includes(name));
  const lanes = Number(values.lanes);
  const startedAt = performance.now();
  const findings: Finding[] = [];

  if (parts.includes('steps')) {
    const rows = await killAtSteps(brokers, lanes);
    printTable('Killed at every durable step, by broker', 'broker', rows);
    printTable('The same kills by where the people were', 'chat', rows);
    findings.push(...tellFindings(rows));
  }
  if (parts.includes('brokers')) findings.push(...(await faultsAtBrokers(brokers, lanes)));
  if (parts.includes('chats')) findings.push(...(await faultsInChats(lanes)));
  if (parts.includes('below')) findings.push(...(await faultsBelow(lanes)));
  if (parts.includes('random')) {
    const seed = Number(values.seed);
    const rows = await killAtRandom(brokers, Number(values.kills), seed, lanes);
    printTable(`Killed at random instants (seed ${seed}), by broker`, 'broker', rows);
    printTable('The same kills by where the people were', 'chat', rows);
    findings.push(...tellFindings(rows));
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const bad = findings.filter(({ kind }) => kind !== 'left_behind');
  process.stdout.write(`${bad.length === 0 ? 'nothing' : bad.length} found in ${seconds} s\n`);
  return bad.length === 0 ? 0 : 1;
}

/** Each step at each broker; where the people are goes round, so that each step has each chat as well. */
async function killAtSteps(brokers: readonly BrokerName[], lanes: number): Promise<readonly Row[]> {
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

async function faultsAtBrokers(
  brokers: readonly BrokerName[],
  lanes: number,
): Promise<readonly Finding[]> {
  const cells = Object.entries(BROKER_FAULTS).flatMap(([title, scenario]) =>
    brokers
      .filter((broker) => scenario.brokers.includes(broker))
      .map((broker) => ({ broker, title, scenario })),
  );
  const rows = await inLanes(cells, lanes, async ({ broker, title, scenario }) =>
    attempt({ title, broker, chat: 'web' }, async () => ({
      kills: 0,
      findings: await runBrokerFault(broker, scenario),
    })),
  );
  printTable('Faults at the broker and on the way to it', 'broker', rows);
  printWhy(BROKERS, BROKER_FAULTS);
  return tellFindings(rows);
}

async function faultsInChats(lanes: number): Promise<readonly Finding[]> {
  const cells = Object.entries(CHAT_FAULTS).flatMap(([title, scenario]) =>
    scenario.chats.map((chat: ChatName) => ({ chat, title, scenario })),
  );
  const rows = await inLanes(cells, lanes, async ({ chat, title, scenario }) =>
    attempt({ title, broker: 'alpaca', chat }, async () => ({
      kills: 0,
      findings: await runChatFault(chat, scenario),
    })),
  );
  printTable('Faults in chat', 'chat', rows);
  printWhy(CHATS, CHAT_FAULTS);
  return tellFindings(rows);
}

/** Why a scenario has no cell somewhere. */
function printWhy(
  columns: readonly string[],
  scenarios: Readonly<Record<string, { readonly why: Readonly<Partial<Record<string, string>>> }>>,
): void {
  for (const [title, { why }] of Object.entries(scenarios)) {
    for (const column of columns) {
      const reason = why[column];
      if (reason !== undefined) process.stdout.write(`- ${title}, ${column}: ${reason}\n`);
    }
  }
}

/** @returns what was found. */
async function faultsBelow(lanes: number): Promise<readonly Finding[]> {
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
  process.stdout.write(
    `\nFaults below the bot\n${table([['', 'kills / duplicates / losses / untrue', 'it said'], ...lines])}\n`,
  );
  return tellFindings(rows);
}

/** Goes round the brokers and the chats until there were so many kills. */
async function killAtRandom(
  brokers: readonly BrokerName[],
  kills: number,
  seed: number,
  lanes: number,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let left = kills;
  let turn = 0;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      const broker = brokers[turn % brokers.length];
      // Four brokers and three chats: every pair within twelve turns.
      const chat = CHATS[turn % CHATS.length] ?? 'web';
      if (broker === undefined) return;
      const mostKills = Math.min(6, left);
      const own = seed + turn;
      turn += 1;
      left -= mostKills;
      const row = await attempt({ title: 'any instant', broker, chat }, () =>
        runRandomKills(broker, chat, own, mostKills),
      );
      rows.push(row);
      left += mostKills - row.kills;
      // A broker that cannot be killed at all would be asked for ever.
      if (row.findings.length > 0 && row.kills === 0) return;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return rows;
}

process.exitCode = await run();
