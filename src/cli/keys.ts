import { systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import { configured, openConfiguredStore, print } from './surroundings.ts';

/** `evenkeel keys generate`. */
export async function generateKey(): Promise<void> {
  const { generateMasterKey } = await import('../app/keys.ts');
  print(generateMasterKey(systemRandom));
  process.stderr.write(
    'Put it into .env as EVENKEEL_MASTER_KEY, and keep a copy: without it stored logins are lost.\n',
  );
}

/** `evenkeel keys rotate`. */
export async function rotateKeys(): Promise<void> {
  const config = configured();
  const { rotateMasterKeys } = await import('../app/keys.ts');
  const store = await openConfiguredStore(config);
  try {
    const by = { actor: 'evenkeel', platform: 'cli' };
    const { secrets, changed } = await rotateMasterKeys({ store, clock: systemClock }, by);
    print(
      `${changed} of ${secrets} stored secrets were encrypted anew; all are under the first key of EVENKEEL_MASTER_KEY now, and the others can be taken out.`,
    );
  } finally {
    await store.close();
  }
}
