import { openStore } from '../../src/store/index.ts';

/**
 * Encrypts everything under the one key and then under the other, and says so after each commit, until it
 * is killed. Started by logins.test.ts.
 */
const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: rotate-until-killed.ts PATH');
const silent = (): void => {};
let keys: readonly Uint8Array[] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
for (;;) {
  keys = keys.toReversed();
  const store = await openStore({
    path,
    auditKey: null,
    masterKeys: keys,
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  await store.transaction((unit) => unit.resealSecrets());
  await new Promise((resolve) => process.stdout.write('.', resolve));
  await store.close();
}
