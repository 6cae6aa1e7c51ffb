import { startAlpacaFakeProcess } from '../test/fakes/alpaca/index.ts';
import type { AlpacaFake } from '../test/fakes/alpaca/index.ts';
import { BOOK, PRICE } from './broker-book.ts';
import { openBenchBot } from './broker-bot.ts';
import type { BenchBot } from './broker-bot.ts';

/** The account that a bot trades, unless it is told another. */
export const BOT_ACCOUNT = 'core';

/**
 * An Alpaca with the book of the benches in each account.
 * @param traded the accounts that bots trade.
 * @param others accounts beside those, with money enough to buy before they sell.
 */
export async function startAlpacaMarket(
  traded: readonly string[] = [BOT_ACCOUNT],
  others: readonly string[] = [],
): Promise<AlpacaFake> {
  const positions = BOOK.holdings.map((holding) => ({ ...holding, averageEntryPrice: '80' }));
  const fake = await startAlpacaFakeProcess({
    fills: 'automatic',
    accounts: [...traded, ...others].map((name) => ({
      name,
      ...loginOf(name),
      cash: traded.includes(name) ? BOOK.cash : '1000000',
      positions,
    })),
    assets: BOOK.holdings.map(({ symbol }) => ({ symbol, price: PRICE })),
  });
  const now = Temporal.Now.instant();
  await fake.setMarket({
    open: true,
    nextOpen: now.add({ hours: 20 }).toString(),
    nextClose: now.add({ hours: 4 }).toString(),
  });
  for (const { symbol } of BOOK.holdings) {
    await fake.setPrice({ symbol, price: PRICE, bid: PRICE, ask: PRICE });
  }
  return fake;
}

export function loginOf(account: string): { readonly keyId: string; readonly secretKey: string } {
  return { keyId: `PK${account.toUpperCase()}`, secretKey: `secret-of-${account}` };
}

/** Base address of an account's trading, without `/v2`. */
export function tradingOf(fake: AlpacaFake, account: string): string {
  return fake.accounts[account]?.trading ?? '';
}

/**
 * The bot at that Alpaca.
 * @param options `account`: the fake's name of what it trades. `apiUrl`: where it finds trading, when not
 *   at the fake itself. `cashBuffer`: when not the product's default.
 */
export async function openAlpacaBot(
  fake: AlpacaFake,
  options: {
    readonly account?: string;
    readonly apiUrl?: string;
    readonly cashBuffer?: string;
  } = {},
): Promise<BenchBot> {
  const { account = BOT_ACCOUNT } = options;
  const { keyId, secretKey } = loginOf(account);
  return await openBenchBot({
    broker: '    broker: alpaca',
    ...(options.cashBuffer === undefined ? {} : { cashBuffer: options.cashBuffer }),
    environment: {
      ALPACA_API_KEY: keyId,
      ALPACA_SECRET: secretKey,
      ALPACA_API_URL: options.apiUrl ?? tradingOf(fake, account),
      ALPACA_DATA_URL: fake.data,
      ALPACA_STREAM_URL: fake.accounts[account]?.stream ?? '',
    },
  });
}
