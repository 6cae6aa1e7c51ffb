import { BrokerError } from '../../ports/broker-error.ts';
import type { IbkrAccountOptions } from './broker.ts';

/** A stock that every login with US market data has a price of. */
const PROBE_SYMBOL = 'SPY';

/**
 * What keeps an account from being traded, a sentence each: the connection, the account, the API's
 * settings in TWS, market data. Sends no order.
 */
export async function findProblems(
  options: Pick<IbkrAccountOptions, 'desk' | 'quotes' | 'contracts' | 'marketData'> & {
    readonly ready: () => Promise<void>;
  },
): Promise<readonly string[]> {
  const { desk, quotes, contracts, marketData, ready } = options;
  const problem = await problemOf(ready);
  // Without the connection and the account nothing else can be said.
  if (problem !== null) return [problem];
  const checks = [
    // A read-only API refuses this one.
    problemOf(async () => {
      await desk.sync();
    }),
    problemOf(async () => {
      const [quote] = await quotes.read(contracts, [PROBE_SYMBOL], {
        marketData,
        volumes: false,
      });
      if (quote?.price === null) {
        throw new BrokerError(
          'ibkr',
          'unavailable',
          `TWS told no price of ${PROBE_SYMBOL}: market data is missing or its connection to the data farm is down.`,
        );
      }
    }),
  ];
  return (await Promise.all(checks)).filter((each) => each !== null);
}

async function problemOf(check: () => Promise<void>): Promise<string | null> {
  try {
    await check();
    return null;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    if (error.code === 'authentication' && /read-only/i.test(error.message)) {
      return 'The API of this TWS is read-only: no order can be placed. Take the tick off "Read-Only API" under Configure > API > Settings.';
    }
    return error.message;
  }
}
