import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { table } from '../crash/table.ts';

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const talliesSchema = z.record(z.string(), z.int());

/**
 * `npm run test:fuzz [-- --runs N --seed S]`: gives damaged input to every edge of the program and prints
 * how many inputs were tried. Exits with 1 when anything crashed, hung, traded or was told wrongly.
 */
async function run(): Promise<number> {
  const { values } = parseArgs({
    options: { runs: { type: 'string' }, seed: { type: 'string' } },
  });
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-fuzz-'));
  const report = join(folder, 'tallies.jsonl');
  const startedAt = performance.now();
  try {
    const child = spawn(process.execPath, [VITEST, 'run', 'test/fuzz'], {
      stdio: 'inherit',
      env: {
        ...process.env,
        EVENKEEL_FUZZ_REPORT: report,
        ...(values.runs === undefined ? {} : { EVENKEEL_FUZZ_RUNS: values.runs }),
        ...(values.seed === undefined ? {} : { EVENKEEL_FUZZ_SEED: values.seed }),
      },
    });
    const [code] = z.tuple([z.int().nullable()], z.unknown()).parse(await once(child, 'exit'));
    process.stdout.write(`\n${await tabulate(report)}\n`);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    process.stdout.write(`${code === 0 ? 'nothing' : 'something'} found in ${seconds} s\n`);
    return code === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tabulate(report: string): Promise<string> {
  const lines = (await readFile(report, 'utf8').catch(() => '')).split('\n');
  const counts = new Map<string, number>();
  for (const line of lines.filter((each) => each !== '')) {
    for (const [what, inputs] of Object.entries(talliesSchema.parse(JSON.parse(line)))) {
      counts.set(what, (counts.get(what) ?? 0) + inputs);
    }
  }
  const rows = [...counts].toSorted(([a], [b]) => a.localeCompare(b));
  const total = rows.reduce((sum, [, inputs]) => sum + inputs, 0);
  return table([
    ['input', 'tried'],
    ...rows.map(([what, inputs]) => [what, String(inputs)]),
    ['all', String(total)],
  ]);
}

process.exitCode = await run();
