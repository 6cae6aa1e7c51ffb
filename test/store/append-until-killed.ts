import { openStore } from '../../src/store/index.ts';

/** Appends rows and says so after each commit, until it is killed. Started by processes.test.ts. */
const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: append-until-killed.ts PATH');
const silent = (): void => {};
const store = await openStore({
  path,
  auditKey: null,
  log: { debug: silent, info: silent, warn: silent, error: silent },
});
const at = Temporal.Instant.from('2026-11-20T21:05:00Z');
for (;;) {
  const seq = await store.transaction(async (unit) => {
    const row = await unit.appendAudit({
      at,
      actor: 'ana',
      platform: 'cli',
      action: 'command',
      account: null,
      subject: 'row',
      payload: {},
    });
    await unit.writeSetting('last', String(row.seq));
    return row.seq;
  });
  await new Promise((resolve) => process.stdout.write(`${seq}\n`, resolve));
}
