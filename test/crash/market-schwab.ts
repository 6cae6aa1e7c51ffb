import { randomBytes } from 'node:crypto';
import { BROKER_SCHEMAS } from '../../src/brokers/index.ts';
import { formatProblem } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createSteppedClock } from '../../src/lib/stepped-clock.ts';
import { startSchwabFakeProcess } from '../fakes/schwab/index.ts';
import { logInAtSchwab } from '../e2e/schwab-login.ts';
import { HELD, PRICES, cashOf, fillsOf, inSession } from './market.ts';
import type { Market, MarketOptions } from './market.ts';

export async function openSchwab(options: MarketOptions): Promise<Market> {
  const cash = cashOf(options);
  const { start, shift } = inSession();
  const fake = await startSchwabFakeProcess({
    now: start.toString(),
    ...fillsOf(options),
    answers: 'observed',
    accounts: [
      {
        number: '12345678',
        cash,
        positions: Object.entries(HELD).map(([symbol, quantity]) => ({
          symbol,
          quantity,
          costBasis: '1000',
        })),
      },
    ],
    symbols: Object.fromEntries(
      Object.entries(PRICES).map(([symbol, price]) => [symbol, { price }]),
    ),
  });
  const environment = {
    TRADING_MODE: 'live',
    EVENKEEL_MASTER_KEY: randomBytes(32).toString('base64'),
    SCHWAB_CLIENT_ID: fake.app.clientId,
    SCHWAB_CLIENT_SECRET: fake.app.clientSecret,
    SCHWAB_REDIRECT_URI: fake.app.redirectUri,
    SCHWAB_API_URL: fake.apiUrl,
  };
  return {
    name: 'schwab',
    section: `
    broker: schwab
    mode: live
    schwab: { connection: ana, accountNumber: "5678" }`,
    environment,
    clockShift: shift,
    cash,
    positions: HELD,
    async prepare(folder) {
      const loaded = loadConfig({
        env: { DATABASE_URL: 'bot.db', ...environment },
        cwd: folder,
        brokerSchemas: BROKER_SCHEMAS,
      });
      if (loaded.type === 'invalid') throw new Error(loaded.problems.map(formatProblem).join('\n'));
      const clock = createSteppedClock(systemClock);
      clock.jump(Temporal.Duration.from({ seconds: shift }));
      await logInAtSchwab(fake, 'ana', { config: loaded.config, clock });
    },
    async books() {
      const { accounts, orders, executions } = await fake.state({});
      const [account] = accounts;
      if (account === undefined) throw new Error('the fake has no account');
      return {
        orders: orders.map((order) => ({
          brokerOrderId: order.brokerOrderId,
          clientOrderId: null,
          symbol: order.symbol,
          side: order.side,
          quantity: order.quantity,
          filledQuantity: order.filledQuantity,
          isFinal: ['FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'].includes(order.status),
        })),
        executions,
        cash: account.cash,
        positions: Object.fromEntries(account.positions.map((row) => [row.symbol, row.quantity])),
      };
    },
    faults: {
      async dropAnswer(operation, order) {
        await fake.dropAnswer({ operation, order });
      },
      async fail(code, count) {
        await fake.fail({ operation: 'any', code, count });
      },
      async loseConnection() {
        await fake.loseConnection({ duringFills: true });
      },
      async fillNext() {
        await fake.fillNext({});
      },
    },
    [Symbol.asyncDispose]: () => fake.stop(),
  };
}
