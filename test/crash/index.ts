import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { BELOW } from './below.ts';
import { BROKER_FAULTS, runBrokerFault } from './broker-faults.ts';
import { inLanes } from './lanes.ts';
import { BROKERS } from './markets.ts';
import type { BrokerName } from './markets.ts';
import { runRandomKills } from './random-kills.ts';
import { runStep, STEPS } from './steps.ts';
import type { Finding } from './examine.ts';
import { table } from './table.ts';

/** How many kills at random instants there are, over all brokers, unless --kills says otherwise. */
const KILLS = 80;

const PARTS = ['steps', 'random', 'brokers', 'below'] as const;

/** What every part of the proof came to: a row of its table. */
interface Row {
  readonly title: string;
  readonly broker: BrokerName;
  readonly kills: number;
  readonly findings: readonly Finding[];
}

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
    const cells = STEPS.flatMap((step) => brokers.map((broker) => ({ broker, step })));
    const results = await inLanes(cells, lanes, async ({ broker, step }) => {
      const title = step.hit === 1 ? step.name : `${step.name} (${step.hit}.)`;
      return await attempt(title, broker, async () => await runStep(broker, step));
    });
    findings.push(...print('Killed at every durable step', brokers, results));
  }
  if (parts.includes('brokers')) {
    const cells = Object.entries(BROKER_FAULTS).flatMap(([title, scenario]) =>
      brokers
        .filter((broker) => scenario.brokers.includes(broker))
        .map((broker) => ({ broker, title, scenario })),
    );
    const results = await inLanes(cells, lanes, async ({ broker, title, scenario }) =>
      attempt(title, broker, async () => ({
        kills: 0,
        findings: await runBrokerFault(broker, scenario),
      })),
    );
    findings.push(...print('Faults at the broker and on the way to it', brokers, results));
  }
  if (parts.includes('below')) findings.push(...(await faultsBelow(lanes)));
  if (parts.includes('random')) {
    const seed = Number(values.seed);
    const results = await killAtRandom(brokers, Number(values.kills), seed, lanes);
    findings.push(...print(`Killed at random instants (seed ${seed})`, brokers, results));
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(
    `${findings.length === 0 ? 'nothing' : findings.length} found in ${seconds} s\n`,
  );
  return findings.length === 0 ? 0 : 1;
}

/** @returns what was found. */
async function faultsBelow(lanes: number): Promise<readonly Finding[]> {
  const rows = await inLanes(Object.entries(BELOW), lanes, async ([title, work]) => {
    let said = '';
    const row = await attempt(title, 'alpaca', async () => {
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
  return rows.flatMap(tellFindings);
}

/** Goes round the brokers until there were so many kills. */
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
      if (broker === undefined) return;
      const mostKills = Math.min(6, left);
      const own = seed + turn;
      turn += 1;
      left -= mostKills;
      const row = await attempt('any instant', broker, async () =>
        runRandomKills(broker, own, mostKills),
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

async function attempt(
  title: string,
  broker: BrokerName,
  work: () => Promise<{ readonly kills: number; readonly findings: readonly Finding[] }>,
): Promise<Row> {
  const startedAt = performance.now();
  const result = await work().catch((error: unknown) => ({
    kills: 0,
    findings: [
      { kind: 'loss', what: error instanceof Error ? error.message : String(error) },
    ] as const,
  }));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const how = result.findings.length === 0 ? 'ok' : 'NOT OK';
  process.stderr.write(`${how} ${broker} ${title}: ${result.kills} kills, ${seconds} s\n`);
  return { title, broker, kills: result.kills, findings: result.findings };
}

/** Prints the table and what was found, a line each. @returns what was found. */
function print(
  caption: string,
  brokers: readonly BrokerName[],
  rows: readonly Row[],
): readonly Finding[] {
  const titles = [...new Set(rows.map((row) => row.title))];
  const header = ['kills / duplicates / losses / untrue', ...brokers, 'all'];
  const lineOf = (title: string, some: readonly Row[]) => [
    title,
    ...brokers.map((broker) => figures(some.filter((row) => row.broker === broker))),
    figures(some),
  ];
  const lines = titles.map((title) =>
    lineOf(
      title,
      rows.filter((row) => row.title === title),
    ),
  );
  process.stdout.write(`\n${caption}\n${table([header, ...lines, lineOf('all', rows)])}\n`);
  return rows.flatMap(tellFindings);
}

function figures(rows: readonly Row[]): string {
  const found = rows.flatMap((row) => row.findings);
  const count = (kind: Finding['kind']) => found.filter((one) => one.kind === kind).length;
  const kills = rows.reduce((total, row) => total + row.kills, 0);
  return rows.length === 0
    ? '-'
    : `${kills} / ${count('duplicate')} / ${count('loss')} / ${count('untrue')}`;
}

function tellFindings({ title, broker, findings }: Row): readonly Finding[] {
  for (const { kind, what } of findings) {
    process.stdout.write(`${kind}: ${broker}, ${title}: ${what}\n`);
  }
  return findings;
}

process.exitCode = await run();
