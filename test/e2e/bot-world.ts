import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { BROKER_SCHEMAS } from '../../src/brokers/index.ts';
import { formatProblem } from '../../src/config/config.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createSteppedClock } from '../../src/lib/stepped-clock.ts';
import { startBot } from '../../src/main.ts';
import type { Bot } from '../../src/main.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { createKeptLog } from '../fixtures/kept-log.ts';
import type { KeptLog } from '../fixtures/kept-log.ts';

/** The whole program, from a portfolios.yaml and an environment, with only the clock in a test's hand. */
export interface BotWorld extends AsyncDisposable {
  readonly bot: Bot;
  readonly log: KeptLog;
  /** Moves the clock on beside the real time that passes. */
  jump(by: Temporal.DurationLike): Promise<void>;
  /** Ends the program as Ctrl-C does, and starts another on the same files. */
  restart(): Promise<void>;
}

export interface BotWorldOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** In YAML, a list: `- slack: C1`. */
  readonly channels: readonly string[];
  /** By person: `slack: U1`. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
  /** The account's broker sections, in place of the paper broker's. */
  readonly broker?: string;
  /** All of portfolios.yaml, in place of what the above makes. */
  readonly portfolios?: string;
  /** The time that its own steps forward by hand; the machine's when left out. */
  readonly clock?: Clock;
  /** What the bot's clock shows at first; the machine's time by default. */
  readonly start?: string;
  /** Done before the bot starts, e.g. what a person did at a broker last week. */
  readonly before?: (facts: { readonly config: Config; readonly clock: Clock }) => Promise<void>;
}

const PAPER = `
    broker: paper
    paper:
      cash: 1450
      positions: { AAPL: 1065, MSFT: 1640, AMZN: 735, IBM: 405, GOOG: 68 }
      prices: builtin
      start: 2006-01
      marketHours: ignore
      latency: 5 ms
      partialFills: 2
      slippageBasisPoints: 2`;

export function portfoliosText({
  channels,
  ids,
  broker = PAPER,
}: Pick<BotWorldOptions, 'channels' | 'ids' | 'broker'>): string {
  const person = (name: string, role: string) =>
    [
      `  ${name.toLowerCase()}:`,
      `    name: ${name}`,
      `    role: ${role}`,
      ...(ids[name] ?? []).map((id) => `    ${id}`),
    ].join('\n');
  return `
accounts:
  core:${broker}
    targets: { AAPL: 30%, MSFT: 20%, AMZN: 15%, IBM: 20%, GOOG: 15% }
    policy:
      band: { absolute: 1% }
      cashBuffer: $500
      minimumTrade: $250
      lots: whole
    approvals:
      votes: 1
      allowOwnProposals: false
      expiresAfter: 1 hour
      priceTolerance: 1%
    orders: { type: limit, collar: 50 bp, timeLimit: 2 minutes }
    schedule:
      timeZone: America/New_York
      dailySummary: weekdays at 16:05
    channels:
${channels.map((channel) => `      ${channel}`).join('\n')}
people:
${person('Ana', 'proposer')}
${person('Ben', 'approver')}
${person('Chloe', 'approver')}
${person('Dev', 'admin')}
`;
}

export async function openBotWorld(options: BotWorldOptions): Promise<BotWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-e2e-'));
  await writeFile(join(folder, 'portfolios.yaml'), options.portfolios ?? portfoliosText(options));
  const loaded = loadConfig({
    env: { DATABASE_URL: 'bot.db', PORT: '0', ...options.environment },
    cwd: folder,
    brokerSchemas: BROKER_SCHEMAS,
  });
  if (loaded.type === 'invalid') throw new Error(loaded.problems.map(formatProblem).join('\n'));
  const { config } = loaded;
  const clock = createSteppedClock(options.clock ?? systemClock);
  if (options.start !== undefined) {
    clock.jump(clock.now().until(Temporal.Instant.from(options.start)));
  }
  const log = createKeptLog();
  await options.before?.({ config, clock });
  const boot = () => startBot({ config, clock, random: systemRandom, log });
  let bot = await boot();
  return {
    get bot() {
      return bot;
    },
    log,
    jump: async (by) => {
      clock.jump(Temporal.Duration.from(by));
    },
    async restart() {
      await bot.stop();
      bot = await boot();
    },
    async [Symbol.asyncDispose]() {
      await bot.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Looks again and again until there is something. */
export function until<T>(
  what: string,
  look: () => T | Promise<T | null | undefined | false> | null | undefined | false,
  timeout = 8000,
): Promise<T> {
  return vi.waitFor(
    async () => {
      const found = await look();
      if (found === null || found === undefined || found === false) {
        throw new Error(`waited in vain for ${what}`);
      }
      return found;
    },
    { timeout, interval: 20 },
  );
}
