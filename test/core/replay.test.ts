import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestProposal } from '../../src/core/digest.ts';
import { decimal } from '../../src/core/decimal.ts';
import { fromRecommendations, planOrigin } from '../../src/core/plan-origin.ts';
import type { PlanOrigin } from '../../src/core/plan-origin.ts';
import { proposalSchema } from '../../src/core/proposal.ts';
import type { Proposal } from '../../src/core/proposal.ts';
import { replayProposal } from '../../src/core/replay.ts';
import { sampleProposal, sampleSnapshot } from '../fixtures/sample-proposal.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { z } from 'zod';

/** A proposal as it comes back from the database. */
function stored(proposal: Proposal): Proposal {
  return proposalSchema.parse(JSON.parse(JSON.stringify(z.encode(proposalSchema, proposal))));
}

function proposed(origin: PlanOrigin, cash = '1704.63'): Proposal {
  const snapshot = sampleSnapshot();
  const account = sampleAccount();
  const book = { ...snapshot, balance: { ...snapshot.balance, cash: decimal(cash) } };
  const result = planOrigin(origin, book, account.targets, account.policy);
  if (result.type === 'refused') throw new Error(result.refusal.code);
  const { digest: _digest, ...rest } = sampleProposal({
    snapshot: book,
    plan: result.plan,
    origin,
  });
  return { ...rest, digest: digestProposal(rest) };
}

describe('a stored proposal planned again', () => {
  it.each<[string, PlanOrigin]>([
    ['its targets', { type: 'targets' }],
    [
      "a recommender's list",
      fromRecommendations([
        { symbol: 'AAPL', action: 'sell', quantity: decimal('10') },
        { symbol: 'IBM', action: 'buy', notional: decimal('1500') },
      ]),
    ],
  ])('from %s is the same, byte for byte', (_from, origin) => {
    const proposal = proposed(origin);
    expect(replayProposal(stored(proposal))).toMatchObject({
      type: 'same',
      digest: proposal.digest,
    });
  });

  it('is the same for any cash', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 90_000_00 }), (cents) => {
        const cash = decimal(String(cents)).div(decimal('100')).toFixed(2);
        return replayProposal(stored(proposed({ type: 'targets' }, cash))).type === 'same';
      }),
      { numRuns: 60 },
    );
  });

  it.each<[string, (proposal: Proposal) => Proposal]>([
    [
      'a price of the book',
      (proposal) => ({
        ...proposal,
        snapshot: {
          ...proposal.snapshot,
          quotes: proposal.snapshot.quotes.map((quote) => ({ ...quote, price: decimal('99') })),
        },
      }),
    ],
    [
      'a quantity of the plan',
      (proposal) => ({
        ...proposal,
        plan: {
          ...proposal.plan,
          legs: proposal.plan.legs.map((leg) => ({
            ...leg,
            quantity: leg.quantity.plus(decimal('1')),
          })),
        },
      }),
    ],
    ['the digest', (proposal) => ({ ...proposal, digest: '0'.repeat(64) })],
    [
      'the targets',
      (proposal) => ({ ...proposal, targets: [{ symbol: 'IBM', weight: decimal('1') }] }),
    ],
  ])('shows when %s was changed since', (_what, change) => {
    expect(replayProposal(change(proposed({ type: 'targets' }))).type).toBe('different');
  });

  it('that cannot be planned any more says why', () => {
    const proposal = proposed({ type: 'targets' });
    const empty = { ...proposal.snapshot, quotes: [] };
    expect(replayProposal({ ...proposal, snapshot: empty })).toEqual({
      type: 'refused',
      code: 'price_missing',
    });
  });
});
