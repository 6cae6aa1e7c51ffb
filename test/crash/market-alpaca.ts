import { decimal, toText } from '../../src/core/decimal.ts';
import { startAlpacaFakeProcess } from '../fakes/alpaca/index.ts';
import { HELD, PRICES, cashOf, fillsOf } from './market.ts';
import type { Market, MarketOptions } from './market.ts';

export async function openAlpaca(options: MarketOptions): Promise<Market> {
  const cash = cashOf(options);
  const fake = await startAlpacaFakeProcess({
    ...fillsOf(options),
    requestsPerMinute: 100_000,
    accounts: [
      {
        name: 'core',
        keyId: 'PKCRASHKEY',
        secretKey: 'secret-of-the-crash-matrix',
        cash,
        positions: Object.entries(HELD).map(([symbol, quantity]) => ({
          symbol,
          quantity,
          averageEntryPrice: '20',
        })),
      },
    ],
    assets: Object.entries(PRICES).map(([symbol, price]) => ({ symbol, price })),
  });
  const now = Temporal.Now.instant();
  await fake.setMarket({
    open: true,
    nextOpen: now.add({ hours: 20 }).toString(),
    nextClose: now.add({ hours: 4 }).toString(),
  });
  for (const [symbol, price] of Object.entries(PRICES)) {
    await fake.setPrice({ symbol, price, bid: price, ask: price });
  }
  return {
    name: 'alpaca',
    section: '\n    broker: alpaca',
    environment: {
      ALPACA_API_KEY: 'PKCRASHKEY',
      ALPACA_SECRET: 'secret-of-the-crash-matrix',
      ALPACA_API_URL: fake.accounts['core']?.trading ?? '',
      ALPACA_DATA_URL: fake.data,
      ALPACA_STREAM_URL: fake.accounts['core']?.stream ?? '',
    },
    clockShift: 0,
    cash,
    positions: HELD,
    prepare: () => Promise.resolve(),
    async books() {
      const { accounts, executions } = await fake.state();
      const [account] = accounts;
      if (account === undefined) throw new Error('the fake has no account');
      return {
        orders: account.orders.map((order) => ({
          ...order,
          quantity: order.quantity ?? '0',
          isFinal: ['filled', 'canceled', 'rejected', 'expired'].includes(order.status),
        })),
        executions,
        cash: account.cash,
        positions: Object.fromEntries(account.positions.map((row) => [row.symbol, row.quantity])),
      };
    },
    faults: {
      dropAnswer: (operation, order) => fake.dropAnswer({ operation, order }),
      fail: (code, count) => fake.fail({ code, count }),
      async loseConnection() {
        await fake.loseConnection({ duringFills: true });
      },
      replayUpdates: () => fake.replayUpdates(),
      reorderUpdates: (on) => fake.reorderUpdates(on),
      async correctExecution() {
        const [execution] = (await fake.state()).executions;
        if (execution === undefined) throw new Error('nothing was executed');
        const { executionId } = execution;
        const price = toText(decimal(execution.price).minus('0.01'));
        await fake.correctExecution({ executionId, price });
      },
      async bustExecution() {
        const [execution] = (await fake.state()).executions;
        if (execution === undefined) throw new Error('nothing was executed');
        await fake.bustExecution(execution.executionId);
      },
      async fillNext() {
        await fake.fillNext();
      },
    },
    [Symbol.asyncDispose]: () => fake.stop(),
  };
}
