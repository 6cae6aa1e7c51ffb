import { describe, expect, test } from 'vitest';
import { bought, sold } from '../../../src/brokers/paper/holding.ts';
import { decimal } from '../../../src/core/decimal.ts';

function holding(quantity: string, costBasis: string | null) {
  return {
    quantity: decimal(quantity),
    costBasis: costBasis === null ? null : decimal(costBasis),
  };
}

describe('what a position costs', () => {
  test.each([
    ['a first purchase', undefined, '10', '100.5', holding('10', '100.5')],
    ['adds up', holding('10', '100'), '5', '60', holding('15', '160')],
    ['is unknown once a part is', holding('10', null), '5', '60', holding('15', null)],
    [
      'of a short shrinks as it is bought back',
      holding('-10', '-100'),
      '4',
      '50',
      holding('-6', '-60'),
    ],
    ['of a short ends with it', holding('-10', '-100'), '10', '120', holding('0', '0')],
    ['beyond a short is a new one', holding('-10', '-100'), '15', '150', holding('5', '50')],
  ])('buying: %s', (_title, before, quantity, cost, after) => {
    expect(bought(before, decimal(quantity), decimal(cost))).toEqual(after);
  });

  test.each([
    ['takes the average cost away', holding('10', '100'), '4', holding('6', '60')],
    ['rounds what has no end', holding('3', '100'), '1', holding('2', '66.666667')],
    ['leaves nothing', holding('10', '100'), '10', holding('0', '0')],
    ['keeps unknown unknown', holding('10', null), '4', holding('6', null)],
  ])('selling: %s', (_title, before, quantity, after) => {
    expect(sold(before, decimal(quantity))).toEqual(after);
  });
});
