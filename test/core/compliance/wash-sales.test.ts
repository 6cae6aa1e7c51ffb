import { describe, expect, it } from 'vitest';
import { previewWashSales } from '../../../src/core/compliance/wash-sales.ts';
import type { OwnedAccount } from '../../../src/core/compliance/wash-sales.ts';
import { toText, ZERO } from '../../../src/core/decimal.ts';
import type { TaxLotMethod } from '../../../src/core/guardrail-settings.ts';
import { sampleProposal } from '../../fixtures/sample-proposal.ts';
import { fill, historyOf } from './lots-table.ts';
import { planOf } from './plan-of.ts';

interface Row {
  readonly what: string;
  /** What the proposal of `core` trades on `on`. */
  readonly legs: readonly string[];
  /** The fills of each account; `core` is taxable, `ira` is not. */
  readonly core?: readonly string[];
  readonly joint?: readonly string[];
  readonly ira?: readonly string[];
  /** Trades that another account is about to make. */
  readonly jointPlans?: readonly string[];
  readonly iraPlans?: readonly string[];
  readonly on?: string;
  /** Which account proposes. */
  readonly as?: 'core' | 'ira';
  readonly method?: TaxLotMethod;
  readonly found: readonly string[];
}

/** Held from long before at 100 a share; everything below sells or sold under that. */
const OLD = 'buy 100 @ 100 2025-01-06T15:00:00Z';

const SELLING: readonly Row[] = [
  {
    what: 'at a loss, with no purchase near',
    legs: ['sell 50 VTI @ 80'],
    core: [OLD],
    found: [],
  },
  {
    what: 'bought on the same day',
    legs: ['sell 100 VTI @ 80'],
    core: [OLD, 'buy 30 @ 80 2026-11-20T15:00:00Z'],
    found: ['sell 30 VTI: core 2026-11-20, free 2026-12-21'],
  },
  {
    what: 'bought 30 days before: still one',
    legs: ['sell 100 VTI @ 80'],
    core: [OLD, 'buy 30 @ 80 2026-10-21T15:00:00Z'],
    found: ['sell 30 VTI: core 2026-10-21, free 2026-11-21'],
  },
  {
    what: 'bought 31 days before: none',
    legs: ['sell 100 VTI @ 80'],
    core: [OLD, 'buy 30 @ 80 2026-10-20T15:00:00Z'],
    found: [],
  },
  {
    what: 'bought by hand at the broker',
    legs: ['sell 100 VTI @ 80'],
    core: [OLD, 'buy 30 @ 80 2026-11-20T15:00:00Z outside'],
    found: ['sell 30 VTI: core 2026-11-20 outside, free 2026-12-21'],
  },
  {
    what: 'at a gain',
    legs: ['sell 100 VTI @ 120'],
    core: [OLD, 'buy 30 @ 80 2026-11-10T15:00:00Z'],
    found: [],
  },
  {
    what: 'at exactly what it cost',
    legs: ['sell 100 VTI @ 100'],
    core: [OLD, 'buy 30 @ 80 2026-11-10T15:00:00Z'],
    found: [],
  },
  {
    what: 'a part of the lots at a loss: only that part counts',
    legs: ['sell 100 VTI @ 80'],
    core: [
      'buy 10 @ 100 2025-01-06T15:00:00Z',
      'buy 90 @ 50 2025-01-07T15:00:00Z',
      'buy 30 @ 80 2026-11-10T15:00:00Z',
    ],
    found: ['sell 10 VTI: core 2026-11-10, free 2026-12-11'],
  },
  {
    what: 'less bought than sold: only so many shares',
    legs: ['sell 100 VTI @ 80'],
    core: [OLD, 'buy 0.5 @ 80 2026-11-10T15:00:00Z'],
    found: ['sell 0.5 VTI: core 2026-11-10, free 2026-12-11'],
  },
  {
    what: 'the very shares that were bought: what is sold does not replace itself',
    legs: ['sell 30 VTI @ 80'],
    core: ['buy 30 @ 90 2026-11-10T15:00:00Z'],
    found: [],
  },
  {
    what: 'a part of the very shares that were bought: the rest replaces them',
    legs: ['sell 20 VTI @ 80'],
    core: ['buy 30 @ 90 2026-11-10T15:00:00Z'],
    found: ['sell 10 VTI: core 2026-11-10, free 2026-12-11'],
  },
  {
    what: 'the method decides which lots: the dear one is the new one',
    method: 'hifo',
    legs: ['sell 30 VTI @ 80'],
    core: ['buy 100 @ 70 2025-01-06T15:00:00Z', 'buy 30 @ 90 2026-11-10T15:00:00Z'],
    found: [],
  },
  {
    what: 'a purchase that was sold again since is no replacement',
    method: 'hifo',
    legs: ['sell 10 VTI @ 80'],
    core: [
      'buy 10 @ 100 2025-01-06T15:00:00Z',
      'buy 5 @ 110 2026-11-10T15:00:00Z',
      'sell 5 @ 115 2026-11-12T15:00:00Z',
    ],
    found: [],
  },
  {
    what: 'bought in another account of the owner',
    legs: ['sell 100 VTI @ 80'],
    core: [OLD],
    joint: ['buy 30 @ 80 2026-11-10T15:00:00Z'],
    found: ['sell 30 VTI: joint 2026-11-10, free 2026-12-11'],
  },
  {
    what: 'bought in an IRA: one, and the loss is gone for good',
    legs: ['sell 100 VTI @ 80'],
    core: [OLD],
    ira: ['buy 30 @ 80 2026-11-10T15:00:00Z'],
    found: ['sell 30 VTI: ira 2026-11-10, free 2026-12-11, gone'],
  },
  {
    what: 'bought in two accounts: both, together no more than is sold',
    legs: ['sell 40 VTI @ 80'],
    core: [OLD],
    joint: ['buy 30 @ 80 2026-11-10T15:00:00Z'],
    ira: ['buy 30 @ 80 2026-11-12T15:00:00Z'],
    found: [
      'sell 30 VTI: joint 2026-11-10, free 2026-12-11',
      'sell 10 VTI: ira 2026-11-12, free 2026-12-13, gone',
    ],
  },
  {
    what: 'to be bought by a proposal that waits elsewhere',
    legs: ['sell 100 VTI @ 80'],
    core: [OLD],
    iraPlans: ['buy 5 VTI @ 80'],
    found: ['sell 5 VTI: ira #other, free 2026-12-21, gone'],
  },
  {
    what: 'a substitute is another security',
    legs: ['sell 100 VTI @ 80', 'buy 100 ITOT @ 80'],
    core: [OLD],
    iraPlans: ['buy 5 ITOT @ 80'],
    found: [],
  },
  {
    what: 'at a cost that is not known: asked, since it may be a loss',
    legs: ['sell 100 VTI @ 80'],
    joint: ['buy 30 @ 80 2026-11-10T15:00:00Z'],
    found: ['sell 30 VTI: joint 2026-11-10, free 2026-12-11, loss not known'],
  },
  {
    what: 'in an IRA: its losses count for nothing',
    as: 'ira',
    legs: ['sell 100 VTI @ 80'],
    ira: [OLD, 'buy 30 @ 80 2026-11-10T15:00:00Z'],
    found: [],
  },
  {
    what: 'the day of the exchange counts: an evening in New York before the clocks go back',
    on: '2026-11-30',
    legs: ['sell 100 VTI @ 80'],
    // 31 October 23:30 in New York; 1 November in UTC. 30 days before 30 November.
    core: [OLD, 'buy 30 @ 80 2026-11-01T03:30:00Z'],
    found: ['sell 30 VTI: core 2026-10-31, free 2026-12-01'],
  },
  {
    what: 'and is 31 days away a day later, though less than 31 times 24 hours passed',
    on: '2026-12-01',
    legs: ['sell 100 VTI @ 80'],
    core: [OLD, 'buy 30 @ 80 2026-11-01T03:30:00Z'],
    found: [],
  },
];

const BUYING: readonly Row[] = [
  { what: 'what nobody sold', legs: ['buy 10 VTI @ 80'], core: [OLD], found: [] },
  {
    what: 'what was sold at a loss 30 days ago: still one',
    legs: ['buy 10 VTI @ 80'],
    core: [OLD, 'sell 50 @ 80 2026-10-21T15:00:00Z'],
    found: ['buy 10 VTI: core 2026-10-21, free 2026-11-21'],
  },
  {
    what: 'what was sold at a loss by hand at the broker',
    legs: ['buy 10 VTI @ 80'],
    core: [OLD, 'sell 50 @ 80 2026-10-21T15:00:00Z outside'],
    found: ['buy 10 VTI: core 2026-10-21 outside, free 2026-11-21'],
  },
  {
    what: 'and 31 days ago: none',
    legs: ['buy 10 VTI @ 80'],
    core: [OLD, 'sell 50 @ 80 2026-10-20T15:00:00Z'],
    found: [],
  },
  {
    what: 'what was sold at a gain',
    legs: ['buy 10 VTI @ 80'],
    core: [OLD, 'sell 50 @ 120 2026-11-10T15:00:00Z'],
    found: [],
  },
  {
    what: 'more than was sold at a loss: only so many shares',
    legs: ['buy 10 VTI @ 80'],
    core: [OLD, 'sell 4 @ 80 2026-11-10T15:00:00Z'],
    found: ['buy 4 VTI: core 2026-11-10, free 2026-12-11'],
  },
  {
    what: 'fees made the loss',
    legs: ['buy 10 VTI @ 80'],
    core: [OLD, 'sell 4 @ 100 2026-11-10T15:00:00Z fee 0.01'],
    found: ['buy 4 VTI: core 2026-11-10, free 2026-12-11'],
  },
  {
    what: 'what another account sold at a loss',
    legs: ['buy 10 VTI @ 80'],
    joint: [OLD, 'sell 50 @ 80 2026-11-10T15:00:00Z'],
    found: ['buy 10 VTI: joint 2026-11-10, free 2026-12-11'],
  },
  {
    what: 'in an IRA what a taxable account sold at a loss: gone for good',
    as: 'ira',
    legs: ['buy 10 VTI @ 80'],
    core: [OLD, 'sell 50 @ 80 2026-11-10T15:00:00Z'],
    found: ['buy 10 VTI: core 2026-11-10, free 2026-12-11, gone'],
  },
  {
    what: 'what an IRA sold at a loss: that loss counts for nothing',
    legs: ['buy 10 VTI @ 80'],
    ira: [OLD, 'sell 50 @ 80 2026-11-10T15:00:00Z'],
    found: [],
  },
  {
    what: 'what a proposal that waits elsewhere sells at a loss',
    legs: ['buy 10 VTI @ 80'],
    joint: [OLD],
    jointPlans: ['sell 7 VTI @ 80'],
    found: ['buy 7 VTI: joint #other, free 2026-12-21'],
  },
  {
    what: 'what a proposal that waits elsewhere sells at a gain',
    legs: ['buy 10 VTI @ 120'],
    joint: [OLD],
    jointPlans: ['sell 7 VTI @ 120'],
    found: [],
  },
  {
    what: 'a substitute of what was sold at a loss',
    legs: ['buy 10 ITOT @ 80'],
    core: [OLD, 'sell 50 @ 80 2026-11-10T15:00:00Z'],
    found: [],
  },
  {
    what: 'what was sold at a cost that is not known',
    legs: ['buy 10 VTI @ 80'],
    joint: ['sell 50 @ 80 2026-11-10T15:00:00Z'],
    found: ['buy 10 VTI: joint 2026-11-10, free 2026-12-11, loss not known'],
  },
  {
    what: 'across the spring change of clocks, sold late in the evening',
    on: '2026-04-06',
    legs: ['buy 10 VTI @ 80'],
    // 7 March 23:30 in New York, the evening before the clocks go forward.
    core: [OLD, 'sell 5 @ 80 2026-03-08T04:30:00Z'],
    found: ['buy 5 VTI: core 2026-03-07, free 2026-04-07'],
  },
  {
    what: 'and free from the day that was said',
    on: '2026-04-07',
    legs: ['buy 10 VTI @ 80'],
    core: [OLD, 'sell 5 @ 80 2026-03-08T04:30:00Z'],
    found: [],
  },
];

function preview(row: Row): readonly string[] {
  const method = row.method ?? 'fifo';
  const account = (
    name: string,
    taxable: boolean,
    texts: readonly string[] = [],
    plans: readonly string[] = [],
  ): OwnedAccount => {
    const fills = texts.map((text) => {
      const [made, outside] = text.split(' outside');
      return { ...fill(made ?? '', 'VTI', name), outside: outside !== undefined };
    });
    const net = fills.reduce(
      (held, { side, quantity }) => (side === 'buy' ? held.plus(quantity) : held.minus(quantity)),
      ZERO,
    );
    const at = Temporal.Instant.from('2026-12-31T00:00:00Z');
    const held = { quantity: net.lt(ZERO) ? ZERO : net, costBasis: null, at };
    const proposals =
      plans.length === 0
        ? []
        : [sampleProposal({ id: 'other', account: name, plan: planOf(plans) })];
    return { account: name, taxable, method, proposals, ...historyOf(fills, held, method) };
  };
  const owned = [
    account('core', true, row.core),
    account('joint', true, row.joint, row.jointPlans),
    account('ira', false, row.ira, row.iraPlans),
  ];
  const own = owned.find((each) => each.account === (row.as ?? 'core'));
  if (own === undefined) throw new Error('the proposing account is one of the owner');
  return previewWashSales({
    proposal: sampleProposal({ account: own.account, plan: planOf(row.legs) }),
    account: own.account,
    taxable: own.taxable,
    method,
    facts: { lots: own.lots, owned },
    on: Temporal.PlainDate.from(row.on ?? '2026-11-20'),
  }).washSales.map(({ side, symbol, quantity, other, freeFrom, sheltered, lossKnown }) => {
    const origin = other.outside ? ' outside' : '';
    const when = `${other.on?.toString() ?? `#${other.proposalId ?? ''}`}${origin}`;
    const flags = `${sheltered ? ', gone' : ''}${lossKnown ? '' : ', loss not known'}`;
    return `${side} ${toText(quantity)} ${symbol}: ${other.account} ${when}, free ${freeFrom.toString()}${flags}`;
  });
}

describe('a wash sale by selling', () => {
  it.each(SELLING)('$what', (row) => {
    expect(preview(row)).toEqual(row.found);
  });
});

describe('a wash sale by buying', () => {
  it.each(BUYING)('$what', (row) => {
    expect(preview(row)).toEqual(row.found);
  });
});
