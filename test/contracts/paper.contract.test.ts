import { openPaperWorld } from '../brokers/paper/open-paper.ts';
import type { DecideBehaviour } from '../../src/brokers/paper/index.ts';
import { describeBrokerContract } from './broker.contract.ts';
import {
  CONTRACT_ACCOUNT,
  CONTRACT_START,
  type BrokerScenario,
  type BrokerWorld,
} from './broker/harness.ts';

const NOTHING_TO_LOSE = 'the exchange is in the same process, there is no connection';

describeBrokerContract('the paper broker', {
  notApplicable: {
    fractional: 'checked by the same contract below, for an account that trades fractions',
    notional: 'orders are for quantities',
    extendedHours: 'there is one session a day',
    preview: 'not offered',
    failNext: NOTHING_TO_LOSE,
    loseConnection: NOTHING_TO_LOSE,
    authentication: 'there is no login',
    rate_limited: 'there is no limit',
    placeElsewhere: 'nobody else can trade in the account',
    getTime: 'the exchange is this program: its clock is ours',
    correctExecution: 'what the exchange has executed it never changes',
  },
  open: async (scenario) => await openWorld(scenario, { fractional: false }),
});

describeBrokerContract('the paper broker with fractions', {
  notApplicable: {
    notional: 'orders are for quantities',
    extendedHours: 'there is one session a day',
    preview: 'not offered',
    failNext: NOTHING_TO_LOSE,
    loseConnection: NOTHING_TO_LOSE,
    authentication: 'there is no login',
    rate_limited: 'there is no limit',
    placeElsewhere: 'nobody else can trade in the account',
    getTime: 'the exchange is this program: its clock is ours',
    correctExecution: 'what the exchange has executed it never changes',
  },
  open: async (scenario) => await openWorld(scenario, { fractional: true }),
});

const CLOSE = '2026-11-20T21:00:00Z';
const CLOSES_SOON = Temporal.Instant.from('2026-11-20T20:45:00Z');

/** Long enough that nothing fills while a test lets other time pass. */
const FILL_INTERVAL = { minutes: 10 };

async function openWorld(
  scenario: BrokerScenario,
  { fractional }: { readonly fractional: boolean },
): Promise<BrokerWorld> {
  const start = scenario.closesSoon ? CLOSES_SOON : CONTRACT_START;
  const world = await openPaperWorld({ start: start.toString(), memory: false });
  world.write('prices.csv', pricesCsv(scenario));
  world.write('positions.csv', positionsCsv(scenario));
  const settings = {
    cash: scenario.cash,
    positionsFile: 'positions.csv',
    prices: 'prices.csv',
    start: '2026-10',
    marketHours: 'observe',
    partialFills: '2',
    fillInterval: '10 min',
    fractional,
  };
  let drop: 'placed' | 'not_placed' | null = null;
  const behaviour: DecideBehaviour = () => {
    if (drop === null) return { type: 'ordinary' };
    const reached = drop === 'placed';
    drop = null;
    return { type: 'lose_answer', reached };
  };
  const open = async () => await world.open(settings, { account: CONTRACT_ACCOUNT, behaviour });
  let broker = await open();
  return {
    get broker() {
      return broker;
    },
    controls: {
      advance: async (duration) => await world.clock.advance(duration),
      fillNext: async () => await world.clock.advance(FILL_INTERVAL),
      closeMarket: async () => await world.clock.set(CLOSE),
      dropNextAnswer: async (order) => {
        drop = order;
      },
      reopen: async (end) => {
        if (end === 'closed') await broker.close();
        await world.kill();
        broker = await open();
      },
    },
    [Symbol.asyncDispose]: async () => await world[Symbol.asyncDispose](),
  };
}

/** One symbol gets its first price only in the month after: it is listed and does not trade yet. */
function pricesCsv({ prices, notTradable }: BrokerScenario): string {
  const lines = Object.entries(prices).map(([symbol, close]) => `2026-10-30,${symbol},${close}`);
  return ['date,symbol,close', ...lines, `2026-11-30,${notTradable},1.00`].join('\n');
}

function positionsCsv({ positions }: BrokerScenario): string {
  const lines = Object.entries(positions).map(
    ([symbol, { quantity, costBasis }]) => `${symbol},${quantity},${costBasis}`,
  );
  return ['symbol,quantity,cost basis', ...lines].join('\n');
}
