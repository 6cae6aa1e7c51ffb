import * as fc from 'fast-check';
import { expireOverdue } from '../../../src/app/decide.ts';
import { scanDrift } from '../../../src/app/scan-drift.ts';
import type { OrderBehaviour } from '../../../src/brokers/paper/behaviour.ts';
import type { AccountSettings } from '../../../src/core/account.ts';
import { decimal } from '../../../src/core/decimal.ts';
import type { Side } from '../../../src/core/plan-types.ts';
import { nextSession } from '../../../src/core/market-calendar.ts';
import type { Interaction, Reply } from '../../../src/ports/chat.ts';
import { tradeByHand } from '../../fixtures/by-hand.ts';
import { expectInvariants } from './model-invariants.ts';
import { NAMES } from './model-world.ts';
import type { Accounts, Setup, Subject } from './model-world.ts';

/** What is known without looking: how many steps were taken. */
export interface Model {
  steps: number;
}

type Step = fc.AsyncCommand<Model, Subject>;

/** Every step is possible at any time, and whatever it did the invariants hold after it. */
function step(name: string, run: (subject: Subject) => Promise<void>): Step {
  return {
    check: () => true,
    async run(model, subject) {
      model.steps += 1;
      await run(subject);
      await subject.world.clock.settle();
      await expectInvariants(subject);
    },
    toString: () => name,
  };
}

const PEOPLE = ['ana', 'ben', 'chloe', 'dev', 'emil', 'mallory'] as const;
const person = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('ben', 'chloe', 'dev') },
  { weight: 2, arbitrary: fc.constantFrom(...PEOPLE) },
);
const proposer = fc.oneof(
  { weight: 4, arbitrary: fc.constant('ana') },
  { weight: 1, arbitrary: fc.constantFrom(...PEOPLE) },
);
const account = fc.constantFrom(...NAMES);

let interactions = 0;

async function tell(subject: Subject, interaction: Interaction): Promise<Reply> {
  const reply = await subject.world.handle(interaction);
  subject.told.push({ interaction, reply });
  return reply;
}

function from(userId: string) {
  interactions += 1;
  return {
    idempotencyKey: `model-${interactions}`,
    user: { platform: 'web', userId, roleIds: [] },
    channel: 'workspace',
  } as const;
}

function command(who: string, name: string, text: string): Step {
  return step(`${who}: /${name} ${text}`, async (subject) => {
    await tell(subject, { type: 'command', ...from(who), command: name, text });
  });
}

const rebalance = fc
  .record({
    who: proposer,
    account,
    options: fc.subarray(['--buy-only', '--to-band', '--contribute 2500', '--dry-run']),
  })
  .map(({ who, account: name, options }) =>
    command(who, 'rebalance', [name, ...options.slice(0, 2)].join(' ')),
  );

const halting = fc
  .record({
    who: person,
    what: fc.constantFrom('halt', 'resume', 'resume'),
    scope: fc.constantFrom(...NAMES, 'all'),
  })
  .map(({ who, what, scope }) => command(who, what, scope));

const looking = fc
  .record({ who: person, what: fc.constantFrom('limits', 'pending', 'orders', 'history'), account })
  .map(({ who, what, account: name }) => command(who, what, name));

const FIELDS = {
  none: null,
  name: 'the name of the account',
  wrong: { confirmation: 'something else' },
  reason: { reason: 'not today' },
  legs: { legs: '1,2,4', maximumNotional: '', mode: '' },
  capped: { legs: '1,2,3,4,5', maximumNotional: '4000', mode: '' },
  nothing: { legs: '', maximumNotional: '-5', mode: 'sideways' },
} as const;

const ACTIONS = ['approve', 'approve_at_open', 'reject', 'adjust', 'details', 'halt'] as const;

interface ClickFacts {
  readonly who: string;
  readonly action: string;
  /** 0 is the newest proposal. */
  readonly back: number;
  readonly digest: 'own' | 'newest' | 'wrong';
  readonly fields: keyof typeof FIELDS;
}

function click({ who, action, back, digest, fields }: ClickFacts): Step {
  const name = `${who}: ${action} on the newest but ${back}, digest ${digest}, form ${fields}`;
  return step(name, async (subject) => {
    const known = await subject.world.store.listProposals({ limit: back + 1 });
    const proposal = known.at(-1)?.proposal;
    const newest = known[0]?.proposal;
    if (proposal === undefined || newest === undefined) return;
    const shown = { own: proposal.digest, newest: newest.digest, wrong: 'f'.repeat(64) };
    const typed = FIELDS[fields];
    await tell(subject, {
      type: 'click',
      ...from(who),
      action,
      proposalId: proposal.id,
      digest: shown[digest],
      fields: typeof typed === 'string' ? { confirmation: proposal.account } : typed,
    });
  });
}

const approving = fc
  .record({ who: person, back: fc.constantFrom(0, 0, 0, 1) })
  .map((facts) => click({ ...facts, action: 'approve', digest: 'own', fields: 'name' }));

const clicking = fc
  .record<ClickFacts>({
    who: person,
    action: fc.constantFrom(...ACTIONS),
    back: fc.nat({ max: 3 }),
    digest: fc.constantFrom('own', 'own', 'own', 'newest', 'wrong'),
    fields: fc.constantFrom('none', 'name', 'name', 'wrong', 'reason', 'legs', 'capped', 'nothing'),
  })
  .map(click);

/** The platform hands over again what it handed over before: it is answered alike and changes nothing. */
const redelivering = fc.nat({ max: 5 }).map((back) =>
  step(`redelivery of the last but ${back}`, async ({ told, world }) => {
    const before = told.at(-1 - back);
    if (before === undefined) return;
    const { seq } = await world.store.auditHead();
    const reply = await world.handle(before.interaction);
    if (JSON.stringify(reply) !== JSON.stringify(before.reply)) {
      throw new Error(`a redelivery was answered otherwise: ${JSON.stringify(reply)}`);
    }
    const rows = await world.store.listAudit({ limit: 50 });
    const caused = rows.filter((row) => row.seq > seq && row.platform === 'web');
    if (caused.length > 0) throw new Error(`a redelivery counted: ${JSON.stringify(caused)}`);
  }),
);

/** Two people click at the same moment. */
const together = fc.record({ account, back: fc.constantFrom(0, 1) }).map(({ back }) =>
  step(`ben and chloe approve the newest but ${back} together`, async (subject) => {
    const proposal = (await subject.world.store.listProposals({ limit: back + 1 })).at(
      -1,
    )?.proposal;
    if (proposal === undefined) return;
    const { id: proposalId, digest } = proposal;
    const fields = { confirmation: proposal.account };
    await Promise.all(
      ['ben', 'chloe'].map((who) =>
        tell(subject, {
          type: 'click',
          ...from(who),
          action: 'approve',
          proposalId,
          digest,
          fields,
        }),
      ),
    );
  }),
);

const waiting = fc
  .constantFrom<Temporal.DurationLike>(
    { milliseconds: 60 },
    { seconds: 1 },
    { seconds: 5 },
    { seconds: 40 },
    { minutes: 6 },
    { minutes: 6 },
    { minutes: 50 },
    { hours: 5 },
    { hours: 18 },
    { hours: 48 },
  )
  .map((duration) =>
    step(`wait ${Temporal.Duration.from(duration).toString()}`, ({ world }) =>
      world.clock.advance(duration),
    ),
  );

const toTheOpen = fc.constant(
  step('wait for the next open', async ({ world }) => {
    const { open } = nextSession(world.clock.now());
    await world.clock.set(open.add({ minutes: 1 }));
  }),
);

const restarting = fc.constant(step('restart', (subject) => subject.restart()));

/** What an admin may change between two starts; only ever to something stricter. */
const TIGHTER: Readonly<Record<string, (account: AccountSettings) => Partial<AccountSettings>>> = {
  'AAPL restricted': ({ compliance }) => ({ compliance: { ...compliance, restricted: ['AAPL'] } }),
  'MSFT and GOOG restricted': ({ compliance }) => ({
    compliance: { ...compliance, restricted: ['MSFT', 'GOOG'] },
  }),
  'AMZN untouchable': ({ policy }) => ({ policy: { ...policy, untouchable: ['AMZN', 'IBM'] } }),
  'orders of 2,500 at most': ({ limits }) => ({
    limits: { ...limits, orderNotional: decimal('2500') },
  }),
  '3,000 a day': ({ limits }) => ({ limits: { ...limits, dayNotional: decimal('3000') } }),
  'three orders a day': ({ limits }) => ({ limits: { ...limits, dayOrders: 3 } }),
  'three votes': ({ approvals }) => ({ approvals: { ...approvals, votesNeeded: 3 } }),
  'limit orders only': ({ orders }) => ({ orders: { ...orders, orderType: 'limit' } }),
};

const tightening = fc.record({ what: fc.constantFrom(...Object.keys(TIGHTER)) }).map(({ what }) =>
  step(`restart with ${what}`, async (subject) => {
    const change = TIGHTER[what] ?? (() => ({}));
    const [first, ...rest] = subject.accounts();
    const tight = (each: AccountSettings) => ({ ...each, ...change(each) });
    const accounts: Accounts = [tight(first), ...rest.map(tight)];
    await subject.restart(accounts);
  }),
);

const stepping = fc.integer({ min: 1, max: 3 }).map((months) =>
  step(`the market moves ${months} months`, async ({ world }) => {
    await world.broker.step(months);
  }),
);

/** Past the bot, in the account that it trades too; a sale of what is there at most. */
const tradingByHand = fc
  .record({
    account,
    side: fc.constantFrom<Side>('buy', 'sell'),
    symbol: fc.constantFrom('AAPL', 'IBM', 'MSFT'),
    quantity: fc.constantFrom('1', '7', '40'),
  })
  .map(({ account: name, side, symbol, quantity }) =>
    step(`somebody trades by hand in ${name}: ${side} ${quantity} ${symbol}`, async (subject) => {
      const { world } = subject;
      const broker = world.exchangeOf(name);
      subject.byHand.push(
        await tradeByHand({ broker, clock: world.clock }, side, symbol, quantity),
      );
    }),
  );

const failing = fc
  .array(
    fc.constantFrom<OrderBehaviour>(
      { type: 'ordinary' },
      { type: 'reject', reason: 'not today' },
      { type: 'lose_answer', reached: true },
      { type: 'lose_answer', reached: false },
      { type: 'fill_partly', quantity: decimal('7') },
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((faults) =>
    step(
      `the next orders: ${faults.map((fault) => JSON.stringify(fault)).join(', ')}`,
      async (subject) => {
        subject.faults.splice(0, subject.faults.length, ...faults);
      },
    ),
  );

const jobs = fc
  .record({ job: fc.constantFrom('expiry sweep', 'drift scan'), account })
  .map(({ job, account: name }) =>
    step(`${job} of ${name}`, async ({ world }) => {
      const { context } = world;
      const settings = context.accounts.get(name);
      if (job === 'expiry sweep' || settings === undefined) await expireOverdue(context);
      else await scanDrift(context, settings);
    }),
  );

/** A proposal that is approved by two people one after the other: the way that everything comes from. */
const whole = fc
  .record({ account, settle: fc.constantFrom(1, 1, 5, 30, 30, 400) })
  .map(({ account: name, settle }) =>
    step(`${name} is proposed, approved twice, and has ${settle} s`, async (subject) => {
      await tell(subject, {
        type: 'command',
        ...from('ana'),
        command: 'rebalance',
        text: name,
      });
      for (const who of ['ben', 'chloe']) {
        const [record] = await subject.world.store.listProposals({ account: name, limit: 1 });
        if (record === undefined) return;
        await tell(subject, {
          type: 'click',
          ...from(who),
          action: 'approve',
          proposalId: record.proposal.id,
          digest: record.proposal.digest,
          fields: { confirmation: name },
        });
      }
      await subject.world.clock.advance({ seconds: settle });
    }),
  );

/** Everything that can happen; the more often what leads somewhere. */
const steps: readonly fc.Arbitrary<Step>[] = [
  whole,
  whole,
  whole,
  rebalance,
  rebalance,
  approving,
  approving,
  clicking,
  clicking,
  together,
  redelivering,
  halting,
  looking,
  waiting,
  waiting,
  toTheOpen,
  toTheOpen,
  restarting,
  tightening,
  stepping,
  failing,
  failing,
  tradingByHand,
  jobs,
];

export const setups: fc.Arbitrary<Setup> = fc.record({
  limits: fc.oneof(
    fc.constant({}),
    fc.constant({}),
    fc.record(
      {
        orderNotional: fc.constantFrom('6000', '16000'),
        dayNotional: fc.constantFrom('25000', '40000'),
        dayTurnover: fc.constantFrom('0.6', '1.2'),
        dayOrders: fc.constantFrom('6', '9'),
      },
      { requiredKeys: [] },
    ),
  ),
  allAccounts: fc.constantFrom(null, null, '45000'),
  eachPersonOrders: fc.constantFrom(null, null, 8),
  votesNeeded: fc.constantFrom(1, 1, 1, 2),
  allowOwnProposals: fc.constantFrom(false, false, true),
  largeFrom: fc.constantFrom('20000', '1000000'),
  orderType: fc.constantFrom('limit', 'limit', 'market'),
  partialFills: fc.constantFrom('1', '3'),
  fee: fc.constantFrom('0', '1.5'),
});

export const lives = (maximumSteps: number) =>
  fc.commands([...steps], { maxCommands: maximumSteps, size: 'max' });
