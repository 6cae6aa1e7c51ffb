import { setTimeout as pause } from 'node:timers/promises';
import type { TwsFake } from '../test/fakes/tws/index.ts';
import type { BenchRow } from './bench-row.ts';
import { LEGS } from './broker-book.ts';
import { openIbkrBot, startIbkrMarket } from './market-ibkr.ts';

const ROUND_TRIP_MILLISECONDS = 40;
const MESSAGES_A_SECOND = 45;
const READING_MILLISECONDS = 7000;

/**
 * Interactive Brokers takes 50 messages a second, of which 45 are used: 50 orders and what is read beside them
 * are more than one second's worth. The prices of a proposal that was made a little before come on lines that
 * stand still; without those lines, 51 prices are more than another second's worth. The fake counts as TWS
 * does, and ends a connection that exceeds it.
 */
export async function benchIbkr(): Promise<readonly BenchRow[]> {
  const usual = await measure(async () => {
    await pause(READING_MILLISECONDS);
  });
  const without = await measure(async (fake) => {
    await fake.connectivity('lost');
    await fake.connectivity('restored_data_lost');
    await pause(READING_MILLISECONDS);
  });
  const least = leastMilliseconds(LEGS);
  const ofLeast = `of two phases and ${LEGS} messages (${least} ms)`;
  return [
    figure(`Interactive Brokers, ${LEGS} legs: click to last acceptance`, usual.accepted, 'ms'),
    figure('  click to first order', usual.begun, 'ms'),
    times(`  ${ofLeast}`, usual.accepted / least),
    ofOwnMessages('  ', usual),
    figure('  without the lines of the proposal', without.accepted, 'ms'),
    figure('    click to first order', without.begun, 'ms'),
    times(`    ${ofLeast}`, without.accepted / least),
    ofOwnMessages('    ', without),
    {
      name: '  messages over the limit of 50 a second',
      value: String(usual.tooFast + without.tooFast),
      unit: '',
      bound: '0',
      met: usual.tooFast + without.tooFast === 0,
    },
  ];
}

interface Measured {
  readonly begun: number;
  readonly accepted: number;
  readonly messages: number;
  readonly tooFast: number;
}

/** @param meanwhile what happens between the proposal and its approval. */
async function measure(meanwhile: (fake: TwsFake) => Promise<void>): Promise<Measured> {
  await using fake = await startIbkrMarket();
  await fake.delay(ROUND_TRIP_MILLISECONDS);
  await using bot = await openIbkrBot(fake);
  let before = 0;
  const { begun, accepted } = await bot.execute(async () => {
    await meanwhile(fake);
    before = await messagesOf(fake);
  });
  const messages = await messagesUntilLastOrder(fake, before);
  const { tooFast } = await fake.requests();
  return { begun, accepted, messages, tooFast };
}

function ofOwnMessages(indent: string, { accepted, messages }: Measured): BenchRow {
  const least = leastMilliseconds(messages);
  return times(
    `${indent}of two phases and its ${messages} messages (${least} ms)`,
    accepted / least,
  );
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
