import { openStore } from '../../src/store/index.ts';

/**
 * A process of its own that starts on a database together with others, claims the same job runs and
 * appends a row for each that it won. Prints the runs it won. Started by processes.test.ts.
 */
const [path, name, runs] = process.argv.slice(2);
if (path === undefined || name === undefined) throw new Error('usage: hammer.ts PATH NAME RUNS');
const silent = (): void => {};
const store = await openStore({
  path,
  auditKey: null,
  log: { debug: silent, info: silent, warn: silent, error: silent },
});
const start = Temporal.Instant.from('2026-11-20T21:05:00Z');
const won: number[] = [];
for (let run = 0; run < Number(runs); run += 1) {
  const dueAt = start.add({ minutes: run });
  const claimed = await store.transaction(async (unit) => {
    if (!(await unit.claimJobRun({ job: 'summary', scope: 'core', dueAt, startedAt: dueAt }))) {
      return false;
    }
    await unit.appendAudit({
      at: dueAt,
      actor: name,
      platform: 'schedule',
      action: 'job',
      account: 'core',
      subject: String(run),
      payload: {},
    });
    return true;
  });
  if (claimed) won.push(run);
}
await store.close();
console.log(JSON.stringify(won));
