import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BROKER_SCHEMAS } from '../src/brokers/index.ts';
import { formatProblem } from '../src/config/config.ts';
import { loadConfig } from '../src/config/load.ts';
import type { BenchRow } from './bench-row.ts';
import { askedAbout, findFaults, lastAcceptance, readRecords } from './load-examine.ts';
import { openLoadMarket } from './load-market.ts';
import type { LoadAccount, LoadMarket } from './load-market.ts';
import { actedSchema, chatReadySchema, shownSchema } from './load-protocol.ts';
import type { Wish } from './load-protocol.ts';
import { beginProgram, runProgram } from './program.ts';

const ACCOUNTS = { paper: 700, alpaca: 100, ibkr: 100, schwab: 100 };
/** Of each broker. */
const PROPOSALS = 25;
const CHANNELS = 20;
/** 100 proposals in 20 s, and 100 approvals in 20 s. */
const EVERY_MILLISECONDS = 200;
const PATIENCE_MILLISECONDS = 400_000;
const LOOK_MILLISECONDS = 500;
const SHIFT_CLOCK = new URL('../test/crash/shift-clock.ts', import.meta.url).href;

/**
 * One bot with a thousand accounts at four brokers and in twenty channels of Slack, a process of its own
 * like each of the fakes, which keep to the limits that are published. Ana proposes a hundred rebalances,
 * Ben approves them, all within a minute; what is on record, at the brokers and in the channels at the end
 * is compared.
 */
export async function benchLoad(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  const channels = Array.from({ length: CHANNELS }, (_, index) => `C0DESK${100 + index}`);
  const chat = fork(fileURLToPath(new URL('load-chat.ts', import.meta.url)), [channels.join(',')], {
    env: { PATH: process.env['PATH'] },
  });
  try {
    await using market = await openLoadMarket(ACCOUNTS);
    const { environment: atSlack } = chatReadySchema.parse(await answerOf(chat));
    return await measure(folder, market, chat, channels, { ...market.environment, ...atSlack });
  } finally {
    if (chat.connected) chat.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  folder: string,
  market: LoadMarket,
  chat: ChildProcess,
  channels: readonly string[],
  fakes: Readonly<Record<string, string>>,
): Promise<BenchRow[]> {
  const path = join(folder, 'bot.db');
  const environment = {
    DATABASE_URL: path,
    PORT: '0',
    LOG_LEVEL: 'error',
    ...fakes,
  };
  const channelOf = (index: number) => channels[index % channels.length] ?? '';
  writeFileSync(join(folder, 'portfolios.yaml'), portfolios(market, channelOf));
  const loaded = loadConfig({ env: environment, cwd: folder, brokerSchemas: BROKER_SCHEMAS });
  if (loaded.type === 'invalid') throw new Error(loaded.problems.map(formatProblem).join('\n'));
  await market.prepare(loaded.config);

  const begun = performance.now();
  await using bot = beginProgram(
    folder,
    ['start'],
    {
      ...environment,
      CLOCK_SHIFT_SECONDS: String(market.clockShift),
    },
    [SHIFT_CLOCK],
  );
  await bot.says('Evenkeel is running');
  const started = performance.now() - begun;

  const ask = async (wish: Wish) => {
    chat.send(wish);
    return await answerOf(chat);
  };
  const places = chosen(market.accounts).map(({ name }) => ({
    account: name,
    channel: channelOf(market.accounts.findIndex((account) => account.name === name)),
  }));
  const pace = { everyMilliseconds: EVERY_MILLISECONDS };
  const proposed = actedSchema.parse(await ask({ type: 'propose', places, ...pace }));
  const approved = actedSchema.parse(await ask({ type: 'approve', ...pace }));
  await until(
    async () => {
      const { statuses, running } = readRecords(path);
      // Whoever sees that their click did nothing clicks again.
      if ((statuses['pending'] ?? 0) > 0) await ask({ type: 'approve', ...pace });
      return running === 0;
    },
    () => JSON.stringify(readRecords(path).statuses),
  );
  const executedAt = Date.now();
  await until(
    () => readRecords(path).behind === 0,
    () => `${readRecords(path).behind} messages are behind`,
  );
  const trueAt = Date.now();
  const shown = shownSchema.parse(await ask({ type: 'look' }));
  bot.interrupt();
  const run = await bot.ended;

  const faults = [
    ...findFaults(path, await market.books(), shown),
    ...run.words.split('\n').filter((line) => line.includes('"level":50')),
  ];
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  const { orders } = readRecords(path);
  const verified = await runProgram(folder, ['audit', 'verify'], environment);
  const acceptedAfter = lastAcceptance(path) - market.clockShift * 1000 - approved.firstAt;
  const minute = (approved.lastAt - proposed.firstAt) / 1000;
  const [accounts, proposals] = [market.accounts.length, places.length];
  return [
    plain(`${accounts.toLocaleString('en-US')} accounts: first start`, started / 1000, 's', 1),
    {
      name: `  ${proposals} proposed and approved within`,
      value: minute.toFixed(1),
      unit: 's',
      bound: '<= 60',
      met: minute <= 60,
    },
    plain('  orders', orders.length, '', 0),
    plain('  first click to last acceptance', acceptedAfter / 1000, 's', 1),
    plain('  proposals with an order that a person is asked about', askedAbout(orders).size, '', 0),
    plain('  acceptances', (orders.length / acceptedAfter) * 1000, '/s', 1),
    plain('  first click to the last end', (executedAt - approved.firstAt) / 1000, 's', 1),
    plain('  first click to every message true', (trueAt - approved.firstAt) / 1000, 's', 1),
    acknowledged('  commands acknowledged, p99', proposed.acknowledged),
    acknowledged('  approvals acknowledged, p99', approved.acknowledged),
    plain('  edits in the chat', shown.edits, '', 0),
    plain('  peak memory of the bot', run.peakMebibytes, 'MiB', 0),
    plain('  processor time of the bot, of all cores', run.cpuSeconds, 's', 0),
    {
      name: '  orders lost or doubled, untrue messages, errors',
      value: String(faults.length),
      unit: '',
      bound: '0',
      met: faults.length === 0,
    },
    {
      name: '  audit log',
      value: verified.output.startsWith('ok') ? 'whole' : 'broken',
      unit: '',
      bound: 'whole',
      met: verified.output.startsWith('ok'),
    },
  ];
}

/** Some of each broker, spread over its accounts and so over their logins, in turns. */
function chosen(accounts: readonly LoadAccount[]): readonly LoadAccount[] {
  const brokers = [...Map.groupBy(accounts, ({ broker }) => broker).values()];
  return Array.from({ length: PROPOSALS }, (_, turn) =>
    brokers.flatMap((theirs) => theirs[Math.floor((turn * theirs.length) / PROPOSALS)] ?? []),
  ).flat();
}

function portfolios(market: LoadMarket, channelOf: (index: number) => string): string {
  const each = market.accounts.map(({ name, broker, section }, index) =>
    [
      `  ${name}:`,
      `    broker: ${broker}`,
      ...(broker === 'schwab' ? ['    mode: live'] : []),
      `    ${broker}: ${section}`,
      '    targets: { AAPL: 30%, MSFT: 20%, AMZN: 15%, IBM: 20%, GOOG: 15% }',
      '    policy: { band: { absolute: 1% }, cashBuffer: $500, minimumTrade: $250, lots: whole }',
      '    approvals: { votes: 1, allowOwnProposals: false, expiresAfter: 1 hour, priceTolerance: 1% }',
      '    orders: { type: limit, collar: 50 bp, timeLimit: 5 minutes }',
      '    schedule: { dailySummary: "off", driftScan: "off" }',
      `    channels: [{ slack: ${channelOf(index)} }]`,
    ].join('\n'),
  );
  const owners = market.owners.map((owner) => `  ${owner}: { role: viewer, web: ${owner} }`);
  return `accounts:\n${each.join('\n')}
people:
  ana: { name: Ana, role: proposer, slack: U0ANA0001 }
  ben: { name: Ben, role: approver, slack: U0BEN0002 }
${owners.join('\n')}
`;
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const listening = new AbortController();
  const { signal } = listening;
  try {
    const answer = once(child, 'message', { signal }).then(([message]): unknown => message);
    const ended = once(child, 'exit', { signal }).then(() => {
      throw new Error('the chat ended');
    });
    return await Promise.race([answer, ended]);
  } finally {
    listening.abort();
  }
}

async function until(
  look: () => boolean | Promise<boolean>,
  describe: () => string,
): Promise<void> {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  while (!(await look())) {
    if (performance.now() > end) throw new Error(`waited in vain: ${describe()}`);
    await pause(LOOK_MILLISECONDS);
  }
}

function acknowledged(name: string, milliseconds: readonly (number | null)[]): BenchRow {
  const sorted = milliseconds.map((each) => each ?? Infinity).toSorted((a, b) => a - b);
  const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
  const value = Number.isFinite(p99) ? p99.toFixed(0) : 'too late';
  return { name, value, unit: 'ms', bound: '< 3000', met: p99 < 3000 };
}

function plain(name: string, value: number, unit: string, places: number): BenchRow {
  return { name, value: value.toFixed(places), unit, bound: '', met: null };
}
