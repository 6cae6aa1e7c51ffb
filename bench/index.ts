import type { BenchRow } from './bench-row.ts';

/** What can be measured, by the name that the command line takes. */
const BENCHES: Readonly<Record<string, () => Promise<BenchRow[]>>> = {
  plan: async () => (await import('./plan.ts')).benchPlan(),
  checks: async () => (await import('./checks.ts')).benchChecks(),
  history: async () => (await import('./history.ts')).benchHistory(),
  drift: async () => (await import('./drift.ts')).benchDrift(),
  load: async () => (await import('./load.ts')).benchLoad(),
  store: async () => (await import('./store.ts')).benchStore(),
  audit: async () => (await import('./audit.ts')).benchAudit(),
  acknowledgement: async () => (await import('./acknowledgement.ts')).benchAcknowledgement(),
  brokers: async () => (await import('./brokers.ts')).benchBrokers(),
  start: async () => (await import('./start.ts')).benchStart(),
};

/**
 * `npm run bench [-- NAME...]`: a table for people, and as the last line one JSON object. A promise that
 * is not kept is printed as such and is not a failure: only something that cannot run is.
 */
async function run(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
  if (unknown.length > 0) {
    process.stderr.write(
      `There is no bench ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}.\n`,
    );
    return 1;
  }
  const results: { readonly bench: string; readonly rows: readonly BenchRow[] }[] = [];
  for (const [bench, measure] of Object.entries(BENCHES)) {
    if (names.length > 0 && !names.includes(bench)) continue;
    const rows = await measure();
    results.push({ bench, rows });
    process.stdout.write(`${table(bench, rows)}\n`);
  }
  const rows = results.flatMap((result) =>
    result.rows.map((row) => ({ bench: result.bench, ...row, name: row.name.trim() })),
  );
  const missed = rows.filter((row) => row.met === false).length;
  const machine = { node: process.version, platform: `${process.platform} ${process.arch}` };
  process.stdout.write(`${JSON.stringify({ machine, missed, rows })}\n`);
  return 0;
}

const WIDTHS = { name: 52, value: 12, unit: 8, bound: 12 };

function table(bench: string, rows: readonly BenchRow[]): string {
  const lines = rows.map(({ name, value, unit, bound, met }) =>
    [
      name.padEnd(WIDTHS.name),
      value.padStart(WIDTHS.value),
      unit.padEnd(WIDTHS.unit),
      bound.padEnd(WIDTHS.bound),
      met === null ? '' : met ? 'kept' : 'MISSED',
    ]
      .join(' ')
      .trimEnd(),
  );
  return [bench, ...lines, ''].join('\n');
}

process.exitCode = await run(process.argv.slice(2));
