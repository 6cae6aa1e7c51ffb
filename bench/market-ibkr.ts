import { systemClock } from '../src/lib/clock.ts';
import { createSteppedClock } from '../src/lib/stepped-clock.ts';
import { startTwsFakeProcess } from '../test/fakes/tws/index.ts';
import type { TwsFake } from '../test/fakes/tws/index.ts';
import { BOOK, PRICE } from './broker-book.ts';
import { openBenchBot } from './broker-bot.ts';
import type { BenchBot } from './broker-bot.ts';

/** A Wednesday, 10:30 in New York. */
const START = '2026-11-18T15:30:00Z';
const ACCOUNT = 'DU1234567';
const FIRST_CONTRACT = 9000;

/** A TWS with the book of the benches in its one account, which counts messages as the real one does. */
export async function startIbkrMarket(): Promise<TwsFake> {
  return await startTwsFakeProcess({
    now: START,
    fills: 'automatic',
    // The plan invests everything: with commissions, the last purchase would be cut down.
    commissions: 'none',
    accounts: [
      {
        id: ACCOUNT,
        cash: BOOK.cash,
        positions: BOOK.holdings.map((holding) => ({ ...holding, averageCost: '80' })),
      },
    ],
    contracts: BOOK.holdings.map(({ symbol }, index) => ({
      symbol,
      conId: FIRST_CONTRACT + index,
      last: PRICE,
      bid: PRICE,
      ask: PRICE,
    })),
  });
}

/** The bot at that TWS. */
export async function openIbkrBot(fake: TwsFake): Promise<BenchBot> {
  const clock = createSteppedClock(systemClock);
  clock.jump(clock.now().until(Temporal.Instant.from(START)));
  return await openBenchBot({
    clock,
    broker: `
    broker: ibkr
    ibkr: { account: ${ACCOUNT} }`,
    environment: {
      IBKR_HOST: fake.host,
      IBKR_PORT: String(fake.port),
      IBKR_CLIENT_ID: '11',
    },
  });
}
