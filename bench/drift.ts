import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from './bench-row.ts';
import { driftMeasuredSchema } from './drift-protocol.ts';
import type { DriftMeasured } from './drift-protocol.ts';

const SMALL = 1000;
const LARGE = 10_000;
const BOUND_RATIO = 1.3;
/** What the scan may add to the memory of a bot that has started, in MiB. */
const FLAT_WITHIN_MEBIBYTES = 64;
const MEBIBYTE = 1_048_576;

/**
 * The daily drift scan of the whole bot over SQLite, a tenth of whose paper accounts have left their bands:
 * each account is claimed, read, planned and, where that comes to trades, proposed and announced, all on
 * record. Each size is a process of its own, started as the program is.
 */
export async function benchDrift(): Promise<BenchRow[]> {
  const small = await measure(SMALL);
  const large = await measure(LARGE);
  const growth = large.scanMilliseconds / LARGE / (small.scanMilliseconds / SMALL);
  const grew = ({ before, samples }: DriftMeasured) =>
    (Math.max(before, ...samples) - before) / MEBIBYTE;
  const [of, ofSmall] = [LARGE.toLocaleString('en-US'), SMALL.toLocaleString('en-US')];
  return [
    plain(`${of} accounts scanned for drift`, large.scanMilliseconds / 1000, 's', 1),
    plain('  accounts', (LARGE / large.scanMilliseconds) * 1000, '/s', 0),
    plain('  proposals made of them', large.proposals, '', 0),
    {
      name: `  time for each account, of that of ${ofSmall}`,
      value: growth.toFixed(2),
      unit: 'times',
      bound: `<= ${BOUND_RATIO}`,
      met: growth <= BOUND_RATIO,
    },
    plain(
      '  processor time for each, of that as well',
      large.processorMilliseconds / LARGE / (small.processorMilliseconds / SMALL),
      'times',
      2,
    ),
    {
      name: '  memory grew during the scan by at most',
      value: grew(large).toFixed(0),
      unit: 'MiB',
      bound: `<= ${FLAT_WITHIN_MEBIBYTES}`,
      met: grew(large) <= FLAT_WITHIN_MEBIBYTES,
    },
    plain(`  the same with ${ofSmall} accounts`, grew(small), 'MiB', 0),
    plain(`  memory of the bot with ${of} accounts`, large.before / MEBIBYTE, 'MiB', 0),
    plain(`  the same with ${ofSmall} accounts`, small.before / MEBIBYTE, 'MiB', 0),
    plain(`  first start with ${of} accounts`, large.startMilliseconds / 1000, 's', 1),
    plain(`  the same with ${ofSmall} accounts`, small.startMilliseconds / 1000, 's', 1),
  ];
}

async function measure(accounts: number): Promise<DriftMeasured> {
  const file = fileURLToPath(new URL('drift-bot.ts', import.meta.url));
  const child = fork(file, [String(accounts)], {
    env: { PATH: process.env['PATH'] },
    // As bin/evenkeel.js has it; with the collector to begin the scan from a clean heap.
    execArgv: ['--semi-space-growth-factor=1', '--expose-gc'],
  });
  const told = once(child, 'message').then(([message]) => driftMeasuredSchema.parse(message));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the bot with ${accounts} accounts ended with ${String(code)}`);
  });
  return await Promise.race([told, ended]);
}

function plain(name: string, value: number, unit: string, places: number): BenchRow {
  return {
    name,
    value: value.toLocaleString('en-US', {
      minimumFractionDigits: places,
      maximumFractionDigits: places,
    }),
    unit,
    bound: '',
    met: null,
  };
}
