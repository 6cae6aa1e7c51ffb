import { afterAll } from 'vitest';
import { decimal, toText } from '../../src/core/decimal.ts';
import { openAlpacaWorld, startSteppedFake } from '../brokers/alpaca/alpaca-world.ts';
import type { AlpacaFake } from '../fakes/alpaca/index.ts';
import { describeBrokerContract } from './broker.contract.ts';
import { SCENARIO } from './broker/check.ts';
import { CONTRACT_ACCOUNT, CONTRACT_START } from './broker/harness.ts';
import type { BrokerScenario, BrokerWorld } from './broker/harness.ts';

/** Each test has an account of its own in one fake; a market that closes has a fake of its own. */
const ACCOUNTS = Array.from({ length: 80 }, (_item, index) => `account-${index}`);
const unused = [...ACCOUNTS];
const fakes: Promise<AlpacaFake>[] = [];
let shared: Promise<AlpacaFake> | null = null;

/** A quarter of an hour before the close. */
const CLOSES_SOON = Temporal.Instant.from('2026-11-20T20:45:00Z');

describeBrokerContract('Alpaca', {
  notApplicable: {
    notional: 'an order is approved by its quantity (docs/adr/0010-alpaca-through-its-library.md)',
    preview: 'not offered',
  },
  open: openWorld,
});

afterAll(async () => {
  for (const fake of fakes) await (await fake).stop();
});

async function startFake(start: Temporal.Instant): Promise<AlpacaFake> {
  const { cash, positions, prices, notTradable } = SCENARIO;
  const account = {
    cash,
    positions: Object.entries(positions).map(([symbol, { quantity, costBasis }]) => ({
      symbol,
      quantity,
      averageEntryPrice: toText(decimal(costBasis).div(quantity)),
    })),
  };
  const fake = await startSteppedFake(
    start,
    ACCOUNTS.map((name) => ({ name, ...account })),
    {
      fills: 'told',
      assets: [
        ...Object.entries(prices).map(([symbol, price]) => ({ symbol, price })),
        { symbol: notTradable, price: '1', tradable: false, status: 'inactive' },
      ],
    },
  );
  for (const [symbol, price] of Object.entries(prices)) {
    await fake.setPrice({ symbol, price, bid: price, ask: price });
  }
  return fake;
}

function openFake(start: Temporal.Instant): Promise<AlpacaFake> {
  const fake = startFake(start);
  fakes.push(fake);
  return fake;
}

async function openWorld(scenario: BrokerScenario): Promise<BrokerWorld> {
  shared ??= openFake(CONTRACT_START);
  const fake = await (scenario.closesSoon ? openFake(CLOSES_SOON) : shared);
  const at = unused.shift();
  if (at === undefined) throw new Error('there are no more accounts: raise their number');
  const world = await openAlpacaWorld({ fake, at, account: CONTRACT_ACCOUNT });
  return {
    get broker() {
      return world.broker;
    },
    controls: {
      advance: async (duration) => await world.advance(duration),
      fillNext: async () => {
        await fake.fillNext(at);
      },
      closeMarket: async () => {
        await fake.closeMarket();
        // The next test finds an open one.
        shared = null;
      },
      dropNextAnswer: async (order) => await fake.dropAnswer({ operation: 'submit', order }),
      failNext: async (code) => await fake.fail({ code, retryAfterSeconds: 0, count: 1 }),
      reopen: async (end) => await world.reopen(end),
      loseConnection: async () => {
        await world.listening();
        await fake.loseConnection();
      },
      correctExecution: async ({ executionId, ...to }) => {
        const { executions } = await fake.state();
        const found = executions.find(({ activityId }) => activityId === executionId);
        if (found === undefined) throw new Error(`there is no execution ${executionId}`);
        await fake.correctExecution({ executionId: found.executionId, ...to });
      },
      placeElsewhere: async ({ symbol, side, quantity }) => {
        await fake.placeElsewhere({ account: at, symbol, side, quantity: toText(quantity) });
      },
    },
    [Symbol.asyncDispose]: async () => await world[Symbol.asyncDispose](),
  };
}
