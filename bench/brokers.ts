import type { BenchRow } from './bench-row.ts';
import { benchAlpaca } from './brokers-alpaca.ts';
import { benchIbkr } from './brokers-ibkr.ts';
import { benchSchwab } from './brokers-schwab.ts';

/** How long 50 legs take, broker by broker, each at a fake that is a process of its own. */
export async function benchBrokers(): Promise<BenchRow[]> {
  return [...(await benchAlpaca()), ...(await benchSchwab()), ...(await benchIbkr())];
}
