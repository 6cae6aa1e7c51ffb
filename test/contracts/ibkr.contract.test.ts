import { decimal, toText } from '../../src/core/decimal.ts';
import { ACCOUNT, openIbkrWorld } from '../brokers/ibkr/open-ibkr.ts';
import { describeBrokerContract } from './broker.contract.ts';
import { SCENARIO } from './broker/check.ts';
import { CONTRACT_ACCOUNT, type BrokerScenario, type BrokerWorld } from './broker/harness.ts';

const CLOSE = Temporal.Instant.from('2026-11-20T21:00:00Z');

const EXCHANGES: Readonly<Record<string, string>> = {
  IBM: 'NYSE',
  // Where IB keeps what has no value any more.
  [SCENARIO.notTradable]: 'VALUE',
};

describeBrokerContract('the Interactive Brokers adapter', {
  notApplicable: {
    fractional: 'whole shares only through the API',
    notional: 'orders are for quantities',
    preview: 'not offered',
    rate_limited: 'the pacer waits by a clock that stands still here; test/brokers/ibkr has it',
  },
  open: openWorld,
});

async function openWorld(scenario: BrokerScenario): Promise<BrokerWorld> {
  const prices = Object.entries({ ...scenario.prices, [scenario.notTradable]: '1.00' });
  const world = await openIbkrWorld(
    {
      accounts: [
        {
          id: ACCOUNT,
          type: 'cash',
          cash: scenario.cash,
          positions: Object.entries(scenario.positions).map(([symbol, held]) => ({
            symbol,
            quantity: held.quantity,
            averageCost: toText(decimal(held.costBasis).div(decimal(held.quantity))),
          })),
        },
      ],
      commissions: 'none',
      contracts: prices.map(([symbol, price], index) => ({
        symbol,
        conId: 9000 + index,
        last: price,
        bid: price,
        ask: price,
        primaryExchange: EXCHANGES[symbol] ?? 'NASDAQ',
      })),
    },
    {},
    { name: CONTRACT_ACCOUNT },
  );
  // The lists of a new connection are here: what fails next is what a test asks for.
  await world.broker.listOrders(world.clock.now());
  return {
    get broker() {
      return world.broker;
    },
    controls: {
      advance: async (duration) => await world.advance(duration),
      fillNext: async () => await world.fake.fillNext(),
      closeMarket: async () => {
        await world.advance(world.clock.now().until(CLOSE));
        await world.fake.closeMarket();
      },
      dropNextAnswer: async (order) => await world.fake.dropAnswer('submit', order),
      failNext: async (code) => await world.fake.fail('any', code),
      reopen: async (end) => await world.reopen(end),
      loseConnection: async () => await world.fake.loseConnection(),
      correctExecution: async ({ executionId, ...to }) => {
        const { executions } = await world.fake.state();
        const found = executions.findLast((one) => one.executionId.startsWith(`${executionId}.`));
        if (found === undefined) throw new Error(`there is no execution ${executionId}`);
        await world.fake.correctExecution(found.executionId, to);
      },
      placeElsewhere: async ({ symbol, side, quantity, limitPrice }) => {
        await world.fake.placeElsewhere({
          account: ACCOUNT,
          symbol,
          side,
          quantity: toText(quantity),
          ...(limitPrice === null ? {} : { limitPrice: toText(limitPrice) }),
        });
      },
    },
    [Symbol.asyncDispose]: async () => await world[Symbol.asyncDispose](),
  };
}
