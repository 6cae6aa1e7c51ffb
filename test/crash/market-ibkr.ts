import { decimal, toText } from '../../src/core/decimal.ts';
import { startTwsFakeProcess } from '../fakes/tws/index.ts';
import { HELD, PRICES, cashOf, fillsOf, inSession } from './market.ts';
import type { Market, MarketOptions } from './market.ts';

const IBKR_ACCOUNT = 'DU1234567';

export async function openIbkr(options: MarketOptions): Promise<Market> {
  const cash = cashOf(options);
  const { start, shift } = inSession();
  const fake = await startTwsFakeProcess({
    now: start.toString(),
    ...fillsOf(options),
    accounts: [
      {
        id: IBKR_ACCOUNT,
        type: 'margin',
        cash,
        positions: Object.entries(HELD).map(([symbol, quantity]) => ({
          symbol,
          quantity,
          averageCost: '20',
        })),
      },
    ],
    contracts: Object.entries(PRICES).map(([symbol, price], index) => ({
      symbol,
      conId: 9000 + index,
      primaryExchange: symbol === 'IBM' ? 'NYSE' : 'NASDAQ',
      last: price,
      bid: price,
      ask: price,
    })),
  });
  return {
    name: 'ibkr',
    section: `
    broker: ibkr
    ibkr:
      account: ${IBKR_ACCOUNT}`,
    environment: { IBKR_HOST: fake.host, IBKR_PORT: String(fake.port), IBKR_CLIENT_ID: '11' },
    clockShift: shift,
    cash,
    positions: HELD,
    prepare: () => Promise.resolve(),
    async books() {
      const { accounts, orders, executions } = await fake.state();
      const [account] = accounts;
      if (account === undefined) throw new Error('the fake has no account');
      return {
        orders: orders.map((order) => ({
          brokerOrderId: order.brokerOrderId,
          clientOrderId: order.orderRef === '' ? null : order.orderRef,
          symbol: order.symbol,
          side: order.side === 'BUY' ? 'buy' : 'sell',
          quantity: order.quantity,
          filledQuantity: order.filledQuantity,
          isFinal: ['Filled', 'Cancelled', 'ApiCancelled', 'Inactive'].includes(order.status),
        })),
        executions: currentRevisions(executions),
        cash: account.cash,
        positions: Object.fromEntries(account.positions.map((row) => [row.symbol, row.quantity])),
      };
    },
    faults: {
      dropAnswer: (operation, order) => fake.dropAnswer(operation, order),
      fail: (code, count) => fake.fail('any', code, count),
      loseConnection: () => fake.loseConnection({ duringFills: true }),
      replayUpdates: () => fake.replayUpdates(),
      reorderUpdates: (on) => fake.reorderUpdates(on),
      async correctExecution() {
        const [execution] = (await fake.state()).executions;
        if (execution === undefined) throw new Error('nothing was executed');
        const price = toText(decimal(execution.price).minus('0.01'));
        await fake.correctExecution(execution.executionId, { price });
      },
      restart: () => fake.restart(),
      swallowOrder: () => fake.fail('submit', 'half_open', 1),
      fillNext: () => fake.fillNext(),
    },
    [Symbol.asyncDispose]: () => fake.stop(),
  };
}

/** IB corrects an execution by another whose id differs only behind the last dot. */
function currentRevisions<T extends { readonly executionId: string }>(all: readonly T[]): T[] {
  const newest = new Map<string, T>();
  for (const execution of all) {
    newest.set(execution.executionId.replace(/\.\d+$/u, ''), execution);
  }
  return [...newest.values()];
}
