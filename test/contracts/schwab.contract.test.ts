import { openSchwabWorld } from '../brokers/schwab/schwab-world.ts';
import { describeBrokerContract } from './broker.contract.ts';
import { CONTRACT_ACCOUNT, CONTRACT_START } from './broker/harness.ts';
import type { BrokerScenario, BrokerWorld } from './broker/harness.ts';

const CLOSES_SOON = '2026-11-20T20:45:00Z';

describeBrokerContract('the Schwab adapter', {
  notApplicable: {
    fractional: 'the API takes whole shares only',
    notional: 'orders are for quantities',
    clientOrderId: 'Schwab keeps no id of ours',
    streaming: 'nothing comes unasked; the lists are asked for',
    preview: 'not offered',
    correctExecution: 'the document knows no corrections of executions',
    loseConnection: 'there is no stream',
  },
  open: openWorld,
});

async function openWorld(scenario: BrokerScenario): Promise<BrokerWorld> {
  const world = await openSchwabWorld({
    start: scenario.closesSoon ? CLOSES_SOON : CONTRACT_START.toString(),
    account: { name: CONTRACT_ACCOUNT },
    fake: {
      // What comes as a status later is tested with the adapter's faults.
      refusals: 'answer',
      accounts: [
        {
          number: '12345678',
          cash: scenario.cash,
          positions: Object.entries(scenario.positions).map(([symbol, position]) => ({
            symbol,
            ...position,
          })),
        },
      ],
      symbols: {
        ...Object.fromEntries(
          Object.entries(scenario.prices).map(([symbol, price]) => [symbol, { price }]),
        ),
        [scenario.notTradable]: { price: '1', asset: 'MUTUAL_FUND' },
      },
    },
  });
  // The account's hash is known, so that what fails next is what a test asks for.
  await world.broker.getAccountBalance();
  const { fake } = world;
  return {
    get broker() {
      return world.broker;
    },
    controls: {
      advance: async (duration) => await world.advance(duration),
      fillNext: async () => {
        await fake.fillNext({});
      },
      closeMarket: async () => {
        await fake.closeMarket({});
        await world.clock.set(CONTRACT_START.round('hour').add({ hours: 6 }));
      },
      dropNextAnswer: async (order) => {
        await fake.dropAnswer({ operation: 'submit', order });
      },
      // A read asks once more after 401.
      failNext: async (code) => {
        const count = code === 'authentication' ? 2 : 1;
        await fake.fail({ operation: 'any', code, count, retryAfterSeconds: 0 });
      },
      reopen: async (end) => await world.reopen(end),
      placeElsewhere: async ({ side, symbol, quantity, limitPrice }) => {
        await fake.placeElsewhere({
          account: '12345678',
          side,
          symbol,
          quantity: quantity.toFixed(),
          ...(limitPrice === null ? {} : { limitPrice: limitPrice.toFixed() }),
        });
      },
    },
    async [Symbol.asyncDispose]() {
      const { defects } = await fake.state({});
      await world[Symbol.asyncDispose]();
      if (defects.length > 0) throw new Error(`answers broke the document: ${defects.join('; ')}`);
    },
  };
}
