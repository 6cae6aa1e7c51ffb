import type { BenchRow } from './bench-row.ts';
import { LEGS } from './broker-book.ts';
import { openSchwabBot, startSchwabMarket } from './market-schwab.ts';

const ROUND_TRIP_MILLISECONDS = 40;
const TOO_MANY_REQUESTS = 429;

/** Two phases; the limit of 120 orders a minute, of an app that is registered for as many, adds nothing to 50. */
const LEAST_MILLISECONDS = 2 * ROUND_TRIP_MILLISECONDS;

/**
 * Schwab's limit of 120 orders a minute lets 50 go at once; what must not come is a single 429. Schwab tells
 * nothing by itself: between the phases the fills are asked for, as soon as all orders are answered.
 */
export async function benchSchwab(): Promise<readonly BenchRow[]> {
  await using fake = await startSchwabMarket();
  await fake.delay({ milliseconds: ROUND_TRIP_MILLISECONDS });
  await using bot = await openSchwabBot(fake);
  const { begun, salesAccepted, purchasesSent, accepted } = await bot.execute();
  const { requests } = await fake.requests({});
  const refused = requests.filter(({ status }) => status === TOO_MANY_REQUESTS).length;
  return [
    figure(`Schwab, ${LEGS} legs: click to last acceptance`, accepted, 'ms'),
    figure('  click to first order', begun, 'ms'),
    figure('  last sale accepted to first purchase', purchasesSent - salesAccepted, 'ms'),
    {
      name: `  of two round trips (${LEAST_MILLISECONDS} ms)`,
      value: (accepted / LEAST_MILLISECONDS).toFixed(2),
      unit: 'times',
      bound: '<= 1.3',
      met: accepted / LEAST_MILLISECONDS <= 1.3,
    },
    kept('  requests over the limit of 120 orders a minute', refused),
  ];
}

function figure(name: string, value: number, unit: string): BenchRow {
  return { name, value: value.toFixed(0), unit, bound: '', met: null };
}

function kept(name: string, count: number): BenchRow {
  return { name, value: String(count), unit: '', bound: '0', met: count === 0 };
}
