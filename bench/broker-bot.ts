import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BROKER_SCHEMAS } from '../src/brokers/index.ts';
import { formatProblem } from '../src/config/config.ts';
import type { Config } from '../src/config/config.ts';
import { loadConfig } from '../src/config/load.ts';
import type { Side } from '../src/core/plan-types.ts';
import { systemClock } from '../src/lib/clock.ts';
import { systemRandom } from '../src/lib/random.ts';
import { startBot } from '../src/main.ts';
import type { Broker } from '../src/ports/broker.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { Log } from '../src/ports/log.ts';
import { LEGS, portfoliosOf } from './broker-book.ts';

const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const PATIENCE_MILLISECONDS = 120_000;

/** When something happened, in milliseconds from the click on Approve. */
export interface Execution {
  /** The first order left. */
  readonly begun: number;
  readonly salesAccepted: number;
  readonly purchasesSent: number;
  readonly accepted: number;
  /** The execution is over and on record. */
  readonly executed: number;
}

/** The whole bot over a file of its own, with one account at a broker. */
export interface BenchBot extends AsyncDisposable {
  readonly broker: Broker;
  /** Its time, which is the market's. */
  readonly clock: Clock;
  /**
   * Proposes, approves, and waits for the end.
   * @param beforeClick done between the two.
   * @throws Error unless every leg was executed.
   */
  execute(beforeClick?: () => Promise<void>): Promise<Execution>;
}

export async function openBenchBot(options: {
  readonly broker: string;
  /** Left out: the product's default. */
  readonly cashBuffer?: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Done before the bot starts. */
  readonly before?: (facts: { readonly config: Config; readonly clock: Clock }) => Promise<void>;
  readonly clock?: Clock;
}): Promise<BenchBot> {
  const { clock = systemClock } = options;
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  writeFileSync(
    join(folder, 'portfolios.yaml'),
    portfoliosOf(options.broker, options.cashBuffer ?? null),
  );
  const loaded = loadConfig({
    env: { DATABASE_URL: 'bench.db', PORT: '0', ...options.environment },
    cwd: folder,
    brokerSchemas: BROKER_SCHEMAS,
  });
  if (loaded.type === 'invalid') throw new Error(loaded.problems.map(formatProblem).join('\n'));
  const { config } = loaded;
  await options.before?.({ config, clock });
  const bot = await startBot({ config, clock, random: systemRandom, log: SILENT });
  const { store, brokers } = bot.context;

  const answered: { readonly side: Side; readonly sent: number; readonly at: number }[] = [];
  const broker = brokers.get('core');
  if (broker === undefined) throw new Error('the account has no broker');
  const send = broker.executeTrade.bind(broker);
  broker.executeTrade = async (intent, permit) => {
    const sent = performance.now();
    const result = await send(intent, permit);
    if (result.type !== 'accepted') throw new Error(`an order was not accepted: ${result.reason}`);
    answered.push({ side: intent.side, sent, at: performance.now() });
    return result;
  };

  const by = (userId: string) => ({
    idempotencyKey: randomUUID(),
    user: { platform: 'web', userId, roleIds: [] },
    channel: 'workspace',
  });
  return {
    broker,
    clock,
    async execute(beforeClick) {
      const command = { type: 'command', command: 'rebalance', text: 'core' } as const;
      const reply = await bot.handle({ ...by('ana'), ...command });
      const [record] = await store.listProposals({ account: 'core', limit: 1 });
      if (record?.status !== 'pending') {
        throw new Error(`nothing was proposed: ${JSON.stringify(reply)}`);
      }
      const { id: proposalId, digest, plan } = record.proposal;
      if (plan.legs.length !== LEGS) throw new Error(`${plan.legs.length} legs were proposed`);
      await bot.settled();
      await beforeClick?.();
      const clicked = performance.now();
      const click = { action: 'approve', proposalId, digest, fields: null } as const;
      await bot.handle({ ...by('ben'), type: 'click', ...click });
      await Promise.race([bot.executor.idle(), pause(PATIENCE_MILLISECONDS, null, { ref: false })]);
      const executed = performance.now() - clicked;
      const ended = await store.findProposal(proposalId);
      if (ended?.status !== 'executed') {
        const why = ended?.outcome ?? '';
        throw new Error(`it ended as ${String(ended?.status)}: ${why}`);
      }
      const sales = answered.filter(({ side }) => side === 'sell');
      const purchases = answered.filter(({ side }) => side === 'buy');
      const first = (times: readonly { sent: number }[]) =>
        Math.min(...times.map(({ sent }) => sent)) - clicked;
      const last = (times: readonly { at: number }[]) =>
        Math.max(...times.map(({ at }) => at)) - clicked;
      return {
        begun: first(sales),
        salesAccepted: last(sales),
        purchasesSent: first(purchases),
        accepted: last(answered),
        executed,
      };
    },
    async [Symbol.asyncDispose]() {
      await bot.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
