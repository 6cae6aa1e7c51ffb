import { describe, expect, it } from 'vitest';
import { checkBook } from '../../../src/core/checks/book.ts';
import { decimal } from '../../../src/core/decimal.ts';
import { sampleProposal } from '../../fixtures/sample-proposal.ts';
import { outcomeOf, sampleFacts } from './check-table.ts';

describe('the check that nothing is sold short', () => {
  const sample = sampleProposal();
  const [leg] = sample.plan.legs.filter(({ side }) => side === 'sell');
  if (leg === undefined) throw new Error('the sample sells something');

  it.each([
    ['what is held', leg.quantity.toFixed(), 'passed'],
    ['a fraction of a share too little', leg.quantity.minus('0.000000001').toFixed(), 'failed'],
    ['nothing', '0', 'failed'],
    ['a short position', '-5', 'failed'],
  ])('%s', (_name, held, result) => {
    const positions = sample.snapshot.positions.map((position) =>
      position.symbol === leg.symbol ? { ...position, quantity: decimal(held) } : position,
    );
    const proposal = { ...sample, snapshot: { ...sample.snapshot, positions } };
    const words = result === 'passed' ? '' : `: sells more than is held of ${leg.symbol}`;
    expect(outcomeOf(checkBook(sampleFacts({ proposal })), 'short_sale')).toBe(`${result}${words}`);
  });

  it('fails without any position of the symbol', () => {
    const positions = sample.snapshot.positions.filter(({ symbol }) => symbol !== leg.symbol);
    const proposal = { ...sample, snapshot: { ...sample.snapshot, positions } };
    expect(outcomeOf(checkBook(sampleFacts({ proposal })), 'short_sale')).toContain('failed');
  });
});
