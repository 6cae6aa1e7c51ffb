import { randomBytes } from 'node:crypto';
import { loginProviders } from '../../src/brokers/oauth/index.ts';
import type { Config } from '../../src/config/config.ts';
import { reveal, secret } from '../../src/lib/secret.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { openStore } from '../../src/store/index.ts';
import type { SchwabFake } from '../fakes/schwab/index.ts';
import { SILENT_LOG } from '../fixtures/test-store.ts';

/** A person logs in at Schwab's page and says yes; the tokens are kept as the bot keeps them. */
export async function logInAtSchwab(
  fake: SchwabFake,
  person: string,
  { config, clock }: { readonly config: Config; readonly clock: Clock },
): Promise<void> {
  const provider = loginProviders(config, clock).get('schwab');
  if (provider === undefined) throw new Error('no app is registered');
  const state = randomBytes(32).toString('base64url');
  const codeVerifier = secret(randomBytes(32).toString('base64url'));
  const authorizeUrl = await provider.authorizationUrl({ state, codeVerifier });
  const { redirectUrl } = await fake.login({ authorizeUrl, person });
  const redirected = new URL(redirectUrl);
  const answer = await provider.exchange({ redirected, state, codeVerifier });
  if (answer.type !== 'issued') throw new Error(`no tokens were issued: ${answer.type}`);
  const store = await openStore({
    path: config.databasePath,
    auditKey: null,
    masterKeys: config.masterKeys.map((key) => Buffer.from(reveal(key), 'base64')),
    log: SILENT_LOG,
  });
  const connectedAt = clock.now();
  const endsAt = provider.loginLifetime === null ? null : connectedAt.add(provider.loginLifetime);
  await store.transaction((unit) =>
    unit.saveLogin({ broker: 'schwab', person, connectedAt, endsAt, ...answer.tokens }),
  );
  await store.close();
}
