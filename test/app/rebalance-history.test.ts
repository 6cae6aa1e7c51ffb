import { expect, test } from 'vitest';
import { rebalanceHistory } from './rebalance-history.ts';

test('the months around the first trades of GOOG, rebalanced one after the other', async () => {
  const result = await rebalanceHistory('2004-06', 6);
  expect(result.violations).toEqual([]);
  expect(result).toMatchObject({
    months: 6,
    googTargetFrom: '2004-08',
    googFrom: '2004-08',
  });
  expect(result.proposals).toBeGreaterThan(2);
});
