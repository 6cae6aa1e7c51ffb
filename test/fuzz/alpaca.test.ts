import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openAlpacaGateway } from '../../src/brokers/alpaca/index.ts';
import { secret } from '../../src/lib/secret.ts';
import type { BrokerUpdate } from '../../src/ports/broker.ts';
import {
  CANARY_KEY,
  CANARY_SECRET,
  fillJson,
  greetAndListen,
  NOBODY,
  openAlpaca,
  openTinyAlpaca,
  orderJson,
} from '../brokers/alpaca/tiny-alpaca.ts';
import { createKeptLog } from '../fixtures/kept-log.ts';
import { buy } from '../contracts/broker/requests.ts';
import { MAY_SEND } from '../fixtures/send-permits.ts';
import { until } from '../e2e/bot-world.ts';
import { startAlpacaFake } from '../fakes/alpaca/index.ts';
import { fuzzSettings, inTurns } from '../fixtures/fuzz-runs.ts';
import { createTestClock } from '../fixtures/test-clock.ts';
import { openBendingRelay } from './bending-relay.ts';
import { secretsIn, unforeseen } from './bot-state.ts';
import { ask, ASK_NAMES, expectHonest } from './broker-asks.ts';
import { watchForCrashes, withinDeadline } from './crashes.ts';
import { asJson, damage, damaged } from './mutations.ts';
import { createTally } from './tally.ts';

const settings = fuzzSettings(120);
const timeout = settings.isLong ? 0 : 120_000;
const tally = createTally();

const START = '2026-11-20T15:00:00Z';
const SECRETS = [CANARY_KEY, CANARY_SECRET];

/** A fake with a book, behind two relays: one for trading and one for market data. */
async function openWorld() {
  const fake = await startAlpacaFake({
    now: START,
    clock: 'stepped',
    fills: 'told',
    requestsPerMinute: 100_000,
    accounts: [
      {
        name: 'core',
        keyId: CANARY_KEY,
        secretKey: CANARY_SECRET,
        cash: '10000000',
        positions: [{ symbol: 'MSFT', quantity: '10', averageEntryPrice: '20' }],
      },
    ],
    assets: [
      { symbol: 'MSFT', price: '33.33' },
      { symbol: 'AAPL', price: '75.51' },
    ],
  });
  const trading = await openBendingRelay(fake.accounts['core']?.trading ?? '');
  const data = await openBendingRelay(fake.data);
  const log = createKeptLog();
  const open = () => {
    const gateway = openAlpacaGateway({
      config: {
        alpaca: {
          credentials: { apiKey: secret(CANARY_KEY), secret: secret(CANARY_SECRET) },
          app: null,
          apiUrl: trading.address,
          dataUrl: data.address,
          streamUrl: fake.accounts['core']?.stream ?? null,
          oauthUrl: null,
        },
      },
      clock: createTestClock(START),
      log,
      logins: NOBODY,
    });
    const broker = gateway.openAccount({ name: 'core', mode: 'paper', brokerSettings: {} });
    return {
      broker,
      async [Symbol.asyncDispose]() {
        await broker.close();
        await gateway.close();
      },
    };
  };
  // There is an order that has filled in part, so that lists are not empty.
  {
    await using opened = open();
    await opened.broker.executeTrade(buy('MSFT', '4', '33.40'), MAY_SEND);
    await fake.fillNext('core');
  }
  return {
    fake,
    trading,
    data,
    log,
    open,
    async orders() {
      const { accounts } = await fake.state();
      return accounts[0]?.orders ?? [];
    },
    async [Symbol.asyncDispose]() {
      await trading[Symbol.asyncDispose]();
      await data[Symbol.asyncDispose]();
      await fake.stop();
    },
  };
}

test(
  'no answer of Alpaca crashes the adapter, trades, or is told wrongly',
  { timeout },
  async () => {
    await inTurns(settings, async (turn) => {
      using crashes = watchForCrashes();
      await using world = await openWorld();
      const { trading, data, log } = world;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...ASK_NAMES),
          fc.nat({ max: 2 }),
          damage,
          async (name, nth, harm) => {
            const before = (await world.orders()).length;
            await using opened = world.open();
            const intent = {
              ...buy('AAPL', '1', '75.60'),
              createdAt: Temporal.Instant.from(START),
            };
            const relay = name === 'getQuotes' && nth === 1 ? data : trading;
            relay.bend({ nth: relay === data ? 0 : nth, damage: harm });
            const outcome = await withinDeadline(name, ask(opened.broker, name, intent));
            relay.bend(null);
            tally.count('Alpaca answers: REST and market data');
            expectHonest(name, outcome, (await world.orders()).length - before);
            expect(secretsIn(outcome, SECRETS)).toEqual([]);
            expect(unforeseen(log)).toEqual([]);
            expect(crashes.found).toEqual([]);
          },
        ),
        turn,
      );
      expect(trading.bent + data.bent).toBeGreaterThan(turn.numRuns / 4);
      expect(secretsIn(log.lines, SECRETS)).toEqual([]);
    });
  },
);

const FRAMES = [
  { stream: 'authorization', data: { status: 'authorized', action: 'authenticate' } },
  { stream: 'listening', data: { streams: ['trade_updates'] } },
  {
    stream: 'trade_updates',
    data: { event: 'new', execution_id: 'e-0', order: orderJson() },
  },
  {
    stream: 'trade_updates',
    data: {
      event: 'partial_fill',
      execution_id: 'e-1',
      qty: '5',
      price: '33.33',
      position_qty: '15',
      order: orderJson({ status: 'partially_filled', filled_qty: '5' }),
    },
  },
].map(asJson);

test('no frame of the stream crashes the adapter or ends its listening', { timeout }, async () => {
  using crashes = watchForCrashes();
  await using tiny = await openTinyAlpaca({
    'GET /v2/account/activities': { json: [fillJson()] },
  });
  const clock = createTestClock(START);
  await using alpaca = openAlpaca(tiny.url, { clock });
  const updates: BrokerUpdate[] = [];
  alpaca.broker.subscribe((update) => updates.push(update));
  await until('the stream', () => tiny.heard.some((said) => said.includes('listen')));
  let serial = 0;
  const say = (frame: string) => {
    for (const socket of tiny.sockets) socket.send(Buffer.from(frame));
  };
  await fc.assert(
    fc.asyncProperty(fc.nat(1000), damage, async (which, harm) => {
      tally.count('Alpaca answers: stream frames');
      say(damaged(FRAMES[which % FRAMES.length] ?? null, harm));
      serial += 1;
      updates.length = 0;
      const id = `order-${serial}`;
      await until('the next order', async () => {
        say(
          JSON.stringify({
            stream: 'trade_updates',
            data: { event: 'new', order: orderJson({ id, client_order_id: id }) },
          }),
        );
        // It may have hung up over the frame, and then waits before it connects again.
        await clock.advance({ seconds: 1 });
        return updates.some((update) => update.type === 'order' && isAbout(update, id));
      });
      expect(unforeseen(alpaca.log)).toEqual([]);
      expect(crashes.found).toEqual([]);
    }),
    settings,
  );
  expect(tiny.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  expect(secretsIn(alpaca.log.lines, SECRETS)).toEqual([]);
});

function isAbout(update: Extract<BrokerUpdate, { type: 'order' }>, id: string): boolean {
  return update.order.brokerOrderId === id;
}

test('no greeting of the stream crashes the adapter', { timeout }, async () => {
  using crashes = watchForCrashes();
  await using tiny = await openTinyAlpaca();
  const clock = createTestClock(START);
  let harm: Parameters<typeof damaged>[1] | null = null;
  tiny.converse = (socket, message) => {
    if (harm === null) {
      greetAndListen(socket, message);
      return;
    }
    const frame = FRAMES[message.includes('"listen"') ? 1 : 0] ?? null;
    socket.send(Buffer.from(damaged(frame, harm)));
  };
  await fc.assert(
    fc.asyncProperty(damage, async (given) => {
      tally.count('Alpaca answers: stream greetings');
      harm = given;
      const before = tiny.heard.length;
      await using alpaca = openAlpaca(tiny.url, { clock });
      let listens = 0;
      alpaca.broker.subscribe((update) => {
        if (update.type === 'reconnected') listens += 1;
      });
      await until('a greeting', () => tiny.heard.length > before);
      harm = null;
      await until('that it listens again', async () => {
        await clock.advance({ seconds: 11 });
        return listens > 0 || tiny.heard.at(-1)?.includes('listen') === true;
      });
      expect(unforeseen(alpaca.log)).toEqual([]);
      expect(crashes.found).toEqual([]);
    }),
    settings,
  );
});

afterAll(() => {
  tally.report();
});
