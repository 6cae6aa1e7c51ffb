import { setTimeout as delay } from 'node:timers/promises';
import type { BotProcess } from './bot-process.ts';
import { examine } from './examine.ts';
import type { Finding } from './examine.ts';
import { BROKERS } from './market.ts';
import type { BrokerName, MarketFaults, MarketOptions } from './market.ts';
import { createPeople } from './people.ts';
import { readRecords } from './records.ts';
import { openWorkplace } from './workplace.ts';
import type { Workplace } from './workplace.ts';

const NETWORKED = ['alpaca', 'ibkr', 'schwab'] as const;

/** Of a fault on the way to a broker. */
const NO_WAY = { paper: 'it lives in the bot’s own database: nothing is between them' } as const;
const NO_STREAM = {
  paper: 'its updates come out of the bot’s own database, once',
  schwab: 'the adapter asks for orders and is told none',
} as const;

interface Scenario {
  readonly brokers: readonly BrokerName[];
  /** Why a broker is not among them. */
  readonly why: Readonly<Partial<Record<BrokerName, string>>>;
  /** Fills come by themselves unless the scenario tells them. */
  readonly fills?: MarketOptions['fillAfterMilliseconds'];
  readonly timeLimit?: string;
  /** Before Ben approves. */
  readonly before?: (faults: MarketFaults) => Promise<void>;
  /** Once an order is at the broker. */
  readonly atWork?: (faults: MarketFaults, bot: BotProcess) => Promise<void>;
  /** At each look of the people afterwards. */
  readonly meanwhile?: (faults: MarketFaults) => Promise<void>;
  /** Once all is at rest; then the people look again. */
  readonly afterwards?: (faults: MarketFaults) => Promise<void>;
}

/** Of a scenario that needs no broker's fault, at the paper broker too. */
const NO_FAULTS: MarketFaults = {
  dropAnswer: () => Promise.resolve(),
  fail: () => Promise.resolve(),
  loseConnection: () => Promise.resolve(),
  fillNext: () => Promise.resolve(),
};

const fillTold: Pick<Scenario, 'fills' | 'meanwhile'> = {
  fills: 'told',
  meanwhile: async (faults) => {
    await faults.fillNext();
  },
};

/** What brokers and networks do, by name, and the brokers whose fakes can show it. */
export const BROKER_FAULTS: Readonly<Record<string, Scenario>> = {
  'answer lost, order placed': {
    brokers: NETWORKED,
    why: NO_WAY,
    before: (faults) => faults.dropAnswer('submit', 'placed'),
  },
  'answer lost, order not placed': {
    brokers: NETWORKED,
    why: NO_WAY,
    before: (faults) => faults.dropAnswer('submit', 'not_placed'),
  },
  'order swallowed without a word': {
    brokers: ['ibkr'],
    why: {
      ...NO_WAY,
      alpaca: 'an answer that does not come is an answer lost',
      schwab: 'an answer that does not come is an answer lost',
    },
    before: async (faults) => await faults.swallowOrder?.(),
  },
  '429 storm': {
    brokers: NETWORKED,
    why: NO_WAY,
    atWork: (faults) => faults.fail('rate_limited', 8),
  },
  '5xx for a while': {
    brokers: NETWORKED,
    why: NO_WAY,
    atWork: (faults) => faults.fail('unavailable', 8),
  },
  garbage: { brokers: NETWORKED, why: NO_WAY, atWork: (faults) => faults.fail('garbage', 3) },
  'half-open socket': {
    brokers: NETWORKED,
    why: NO_WAY,
    atWork: (faults) => faults.fail('half_open', 1),
  },
  'connection lost, fills in the gap': {
    ...fillTold,
    brokers: NETWORKED,
    why: NO_WAY,
    atWork: (faults) => faults.loseConnection(),
  },
  'updates replayed': {
    brokers: ['alpaca', 'ibkr'],
    why: NO_STREAM,
    meanwhile: async (faults) => await faults.replayUpdates?.(),
  },
  'updates out of order': {
    brokers: ['alpaca', 'ibkr'],
    why: NO_STREAM,
    before: async (faults) => await faults.reorderUpdates?.(true),
  },
  'execution corrected': {
    brokers: ['alpaca', 'ibkr'],
    why: {
      paper: 'the paper exchange corrects nothing',
      schwab: 'its API has no word for a correction; positions and cash are reconciled',
    },
    afterwards: async (faults) => await faults.correctExecution?.(),
  },
  'execution taken back': {
    brokers: ['alpaca'],
    why: {
      paper: 'the paper exchange takes nothing back',
      ibkr: 'the API’s documents have no word for it; positions and cash are reconciled',
      schwab: 'its API has no word for it; positions and cash are reconciled',
    },
    afterwards: async (faults) => await faults.bustExecution?.(),
  },
  'filled in part, then canceled': {
    brokers: NETWORKED,
    why: { paper: 'shown by test/contracts/paper.contract.test.ts' },
    fills: 'told',
    timeLimit: '2 seconds',
    atWork: (faults) => faults.fillNext(),
  },
  'answer to the cancel lost': {
    brokers: NETWORKED,
    why: NO_WAY,
    fills: 'told',
    timeLimit: '2 seconds',
    before: (faults) => faults.dropAnswer('cancel', 'placed'),
  },
  'gateway restarted': {
    ...fillTold,
    brokers: ['ibkr'],
    why: {
      ...NO_WAY,
      alpaca: 'no gateway of one’s own is between',
      schwab: 'no gateway of one’s own is between',
    },
    atWork: async (faults) => await faults.restart?.(),
  },
  'clock jumps 90 s ahead': {
    brokers: BROKERS,
    why: {},
    atWork: (_, bot) => {
      bot.signal('SIGUSR2');
      return Promise.resolve();
    },
  },
  'clock jumps 90 s back': {
    brokers: BROKERS,
    why: {},
    atWork: (_, bot) => {
      bot.signal('SIGPWR');
      return Promise.resolve();
    },
  },
};

const MOST_MILLISECONDS = 300_000;

/** Brings one proposal to its end through a fault, and examines it. */
export async function runBrokerFault(
  broker: BrokerName,
  scenario: Scenario,
): Promise<readonly Finding[]> {
  await using place = await openWorkplace(broker, {
    fillAfterMilliseconds: scenario.fills ?? 200,
    timeLimit: scenario.timeLimit ?? '2 minutes',
  });
  const faults = place.market.faults ?? NO_FAULTS;
  const bot = place.start();
  const deadline = performance.now() + MOST_MILLISECONDS;
  try {
    await scenario.before?.(faults);
    await bringToWork(place, bot, deadline);
    await scenario.atWork?.(faults, bot);
    const people = createPeople(place, async () => await scenario.meanwhile?.(faults));
    const done = await people.workWith(bot, deadline);
    if (!done) return [{ kind: 'loss', what: `it ended: ${bot.said().trim().slice(-600)}` }];
    if (scenario.afterwards !== undefined) {
      await scenario.afterwards(faults);
      await untilAgrees(place, performance.now() + 30_000);
      await people.workWith(bot, deadline);
    }
  } finally {
    await bot.stop();
  }
  return await examine(place);
}

/** The people propose and approve until the broker has an order, or it came to an end without one. */
async function bringToWork(place: Workplace, bot: BotProcess, deadline: number): Promise<void> {
  const people = createPeople(place);
  let isThere = false;
  const working = people.workWith(bot, deadline, () => isThere);
  while (!isThere) {
    const { orders } = await place.market.books(place.folder);
    const ended = readRecords(place).audit.some(({ action }) => action === 'execution_finished');
    isThere = orders.length > 0 || ended;
    if (!isThere && performance.now() > deadline) throw new Error('no order in time');
    await delay(20);
  }
  await working;
}

/** What the broker tells late takes a moment to be on record. */
async function untilAgrees(place: Workplace, deadline: number): Promise<void> {
  for (;;) {
    const findings = await examine(place);
    if (findings.length === 0 || performance.now() > deadline) return;
    await delay(500);
  }
}
