import { setTimeout as pause } from 'node:timers/promises';
import type { TwsFake } from '../test/fakes/tws/index.ts';
import type { BenchRow } from './bench-row.ts';
import { LEGS } from './broker-book.ts';
import { openIbkrBot, startIbkrMarket } from './market-ibkr.ts';

const ROUND_TRIP_MILLISECONDS = 40;
const MESSAGES_A_SECOND = 45;
const READING_MILLISECONDS = 7000;

/**
 * Interactive Brokers takes 50 messages a second, of which 45 are used. 51 prices, 50 orders and what is read
 * beside them are more than two seconds' worth. The fake counts as TWS does, and ends a connection that
 * exceeds it.
 */
export async function benchIbkr(): Promise<readonly BenchRow[]> {
  await using fake = await startIbkrMarket();
  await fake.delay(ROUND_TRIP_MILLISECONDS);
  await using bot = await openIbkrBot(fake);
  let before = 0;
  const { begun, accepted } = await bot.execute(async () => {
    // People read before they approve; by then the lines of the proposal's prices are given back.
    await pause(READING_MILLISECONDS);
    before = await messagesOf(fake);
  });
  const messages = await messagesUntilLastOrder(fake, before);
  const least = leastMilliseconds(LEGS);
  const withReads = leastMilliseconds(messages);
  const { tooFast } = await fake.requests();
  return [
    figure(`Interactive Brokers, ${LEGS} legs: click to last acceptance`, accepted, 'ms'),
    figure('  click to first order', begun, 'ms'),
    times(`  of two phases and ${LEGS} messages (${least} ms)`, accepted / least),
    times(`  of two phases and its ${messages} messages (${withReads} ms)`, accepted / withReads),
    {
      name: '  messages over the limit of 50 a second',
      value: String(tooFast),
      unit: '',
      bound: '0',
      met: tooFast === 0,
    },
  ];
}

/** Two round trips, and a second for each 45 messages that have to go before the last one. */
function leastMilliseconds(messages: number): number {
  return 2 * ROUND_TRIP_MILLISECONDS + Math.floor((messages - 1) / MESSAGES_A_SECOND) * 1000;
}

async function messagesOf(fake: TwsFake): Promise<number> {
  return (await fake.requests()).requests.length;
}

/** What TWS was told from the click to the last order. */
async function messagesUntilLastOrder(fake: TwsFake, before: number): Promise<number> {
  const { requests } = await fake.requests();
  const sent = requests.slice(before);
  return sent.findLastIndex(({ type }) => type === 'place_order') + 1;
}

function figure(name: string, value: number, unit: string): BenchRow {
  return { name, value: value.toFixed(0), unit, bound: '', met: null };
}

function times(name: string, value: number): BenchRow {
  return { name, value: value.toFixed(2), unit: 'times', bound: '<= 1.3', met: value <= 1.3 };
}
