import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openIbkrGateway } from '../../src/brokers/ibkr/index.ts';
import { ACCOUNT, START } from '../brokers/ibkr/open-ibkr.ts';
import { createKeptLog } from '../fixtures/kept-log.ts';
import { buy } from '../contracts/broker/requests.ts';
import { MAY_SEND } from '../fixtures/send-permits.ts';
import { startTwsFake } from '../fakes/tws/index.ts';
import { fuzzSettings, inTurns } from '../fixtures/fuzz-runs.ts';
import { createTestClock } from '../fixtures/test-clock.ts';
import type { TestClock } from '../fixtures/test-clock.ts';
import { unforeseen } from './bot-state.ts';
import { ask, ASK_NAMES, expectHonest } from './broker-asks.ts';
import type { AskName, Outcome } from './broker-asks.ts';
import { watchForCrashes, withinDeadline } from './crashes.ts';
import { createTally } from './tally.ts';
import { frameHarm, openTwsRelay } from './tws-relay.ts';
import type { FrameHarm } from './tws-relay.ts';

const settings = fuzzSettings(120);
const timeout = settings.isLong ? 0 : 120_000;
const tally = createTally();

/** A TWS with a book and an order that has filled in part, behind a relay. */
async function openWorld() {
  const fake = await startTwsFake({
    now: START,
    clock: 'stepped',
    pacing: 'off',
    fills: 'told',
    accounts: [
      {
        id: ACCOUNT,
        type: 'margin',
        cash: '10000000',
        positions: [{ symbol: 'MSFT', quantity: '10', averageCost: '20' }],
      },
    ],
    contracts: [contract('MSFT', 9001, '33.33'), contract('AAPL', 9002, '75.51')],
  });
  const relay = await openTwsRelay(fake);
  const log = createKeptLog();
  const open = () => {
    const clock = createTestClock(START);
    const gateway = openIbkrGateway({
      config: { ibkr: { host: '127.0.0.1', port: relay.port, clientId: 7 } },
      clock,
      log,
    });
    const broker = gateway.openAccount({
      name: 'core',
      mode: 'paper',
      brokerSettings: { account: ACCOUNT, messagesPerSecond: '1000' },
    });
    broker.subscribe(() => {});
    return {
      broker,
      clock,
      async [Symbol.asyncDispose]() {
        await broker.close();
        await gateway.close();
      },
    };
  };
  {
    await using opened = open();
    await inTime(opened.clock, opened.broker.executeTrade(buy('MSFT', '4', '33.40'), MAY_SEND));
    await fake.fillNext();
  }
  return {
    fake,
    relay,
    log,
    open,
    /** What TWS refused is no order. */
    orders: async () => (await fake.state()).orders.filter(({ status }) => status !== 'Inactive'),
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await fake.stop();
    },
  };
}

function contract(symbol: string, conId: number, last: string) {
  return { symbol, conId, primaryExchange: 'NASDAQ', last, bid: last, ask: last };
}

/** The adapter's own patience is by its clock: half a second of real silence is a second there. */
async function inTime<T>(clock: TestClock, work: Promise<T>): Promise<T> {
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  const passing = (async () => {
    for (let quiet = 0; !over; quiet += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (quiet > 20) await clock.advance({ seconds: 1 });
    }
  })();
  try {
    return await withinDeadline('the adapter', done);
  } finally {
    over = true;
    await passing;
  }
}

const harms = fc.array(fc.tuple(fc.nat({ max: 14 }), frameHarm), { minLength: 1, maxLength: 3 });
const piece = fc.option(fc.constantFrom(1, 2, 3, 5, 7, 64), { nil: null });

test('no message of TWS crashes the adapter, trades, or is told wrongly', { timeout }, async () => {
  await inTurns(settings, async (turn) => {
    using crashes = watchForCrashes();
    await using world = await openWorld();
    const { relay, log } = world;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ASK_NAMES), harms, piece, async (name, list, size) => {
        const before = (await world.orders()).length;
        const intent = { ...buy('AAPL', '1', '75.60'), createdAt: Temporal.Instant.from(START) };
        let outcome: Outcome;
        {
          await using opened = world.open();
          relay.harm(new Map<number, FrameHarm>(list), size);
          outcome = await inTime(opened.clock, ask(opened.broker, name, intent));
        }
        relay.harm(new Map(), null);
        // TWS takes 20 working orders of a side.
        if (name === 'executeTrade')
          for (let half = 0; half < 2; half += 1) await world.fake.fillNext();
        tally.count('TWS messages');
        expectHonest(name, outcome, (await world.orders()).length - before);
        expect(unforeseen(log)).toEqual([]);
        expect(crashes.found).toEqual([]);
      }),
      turn,
    );
    expect(relay.harmed).toBeGreaterThan(turn.numRuns / 4);
  });
});

const READS: readonly AskName[] = [
  'getAccountBalance',
  'getPositions',
  'getQuotes',
  'listOrders',
  'listFills',
];

test('messages in pieces of any size are the messages', { timeout }, async () => {
  await using world = await openWorld();
  const whole = async (name: AskName) => {
    await using opened = world.open();
    const intent = { ...buy('AAPL', '1', '75.60'), createdAt: Temporal.Instant.from(START) };
    return JSON.stringify(await inTime(opened.clock, ask(opened.broker, name, intent)));
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...READS),
      fc.integer({ min: 1, max: 90 }),
      async (name, size) => {
        world.relay.harm(new Map(), null);
        const expected = await whole(name);
        world.relay.harm(new Map(), size);
        tally.count('TWS messages in pieces');
        expect(await whole(name)).toBe(expected);
      },
    ),
    { ...settings, numRuns: Math.ceil(settings.numRuns / 4) },
  );
});

afterAll(() => {
  tally.report();
});
