import { rebalanceHistory } from '../test/app/rebalance-history.ts';
import type { BenchRow } from './bench-row.ts';

/**
 * All real months of the built-in prices, rebalanced one after the other through the whole program:
 * proposed, approved, filled and recorded, with every promise looked at after each month. GOOG begins to
 * trade in August 2004: it is put into the targets then, as an admin would, and the bot started again. A
 * weight is within its band as the program means it: as a share of what is invested, all but the cash buffer.
 */
export async function benchHistory(): Promise<BenchRow[]> {
  const begun = performance.now();
  const result = await rebalanceHistory('2000-01', Number.POSITIVE_INFINITY);
  const seconds = (performance.now() - begun) / 1000;
  const count = (name: string, value: number): BenchRow => ({
    name,
    value: value.toLocaleString('en-US'),
    unit: '',
    bound: '',
    met: null,
  });
  for (const violation of result.violations) process.stderr.write(`${violation}\n`);
  return [
    count('real months, rebalanced one after the other', result.months),
    count('  proposals approved and executed', result.proposals),
    count('  orders', result.orders),
    count('  of them left out, the cash no longer paying for them', result.unpaid),
    count('  fills', result.fills),
    count('  audit rows, verified after each month', result.auditRows),
    {
      name: '  GOOG in the configuration, and in /targets, from',
      value: result.googTargetFrom ?? 'never',
      unit: '',
      bound: '2004-08',
      met: result.googTargetFrom === '2004-08',
    },
    {
      name: '  GOOG, which begins to trade in 2004-08, held from',
      value: result.googFrom ?? 'never',
      unit: '',
      bound: '2004-08',
      met: result.googFrom === '2004-08',
    },
    {
      name: '  broken promises (cash, band net of the buffer, books)',
      value: String(result.violations.length),
      unit: '',
      bound: '0',
      met: result.violations.length === 0,
    },
    { name: '  time', value: seconds.toFixed(1), unit: 's', bound: '', met: null },
  ];
}
