import { randomBytes } from 'node:crypto';
import { systemClock } from '../src/lib/clock.ts';
import { createSteppedClock } from '../src/lib/stepped-clock.ts';
import { logInAtSchwab } from '../test/e2e/schwab-login.ts';
import { startSchwabFakeProcess } from '../test/fakes/schwab/index.ts';
import type { SchwabFake, SchwabFakeOptions } from '../test/fakes/schwab/index.ts';
import { BOOK, PRICE } from './broker-book.ts';
import { openBenchBot } from './broker-bot.ts';
import type { BenchBot } from './broker-bot.ts';

/** A Wednesday, 10:30 in New York. */
const START = '2026-11-18T15:30:00Z';

/** A Schwab with the book of the benches in its one account. */
export async function startSchwabMarket(options: SchwabFakeOptions = {}): Promise<SchwabFake> {
  return await startSchwabFakeProcess({
    now: START,
    accounts: [
      {
        number: '12345678',
        cash: BOOK.cash,
        positions: BOOK.holdings.map((holding) => ({ ...holding, costBasis: '1000' })),
      },
    ],
    symbols: Object.fromEntries(BOOK.holdings.map(({ symbol }) => [symbol, { price: PRICE }])),
    ...options,
  });
}

/**
 * The bot at that Schwab, with Ana's login.
 * @param options `apiUrl`: where the bot finds Schwab, when not at the fake itself.
 */
export async function openSchwabBot(
  fake: SchwabFake,
  options: { readonly apiUrl?: string; readonly ordersAMinute?: number } = {},
): Promise<BenchBot> {
  const clock = createSteppedClock(systemClock);
  clock.jump(clock.now().until(Temporal.Instant.from(START)));
  return await openBenchBot({
    clock,
    broker: `
    broker: schwab
    mode: live
    schwab: { connection: ana, accountNumber: "5678", ordersAMinute: ${options.ordersAMinute ?? 120} }`,
    environment: {
      TRADING_MODE: 'live',
      EVENKEEL_MASTER_KEY: randomBytes(32).toString('base64'),
      SCHWAB_CLIENT_ID: fake.app.clientId,
      SCHWAB_CLIENT_SECRET: fake.app.clientSecret,
      SCHWAB_REDIRECT_URI: fake.app.redirectUri,
      SCHWAB_API_URL: options.apiUrl ?? fake.apiUrl,
    },
    before: async (facts) => await logInAtSchwab(fake, 'ana', facts),
  });
}
