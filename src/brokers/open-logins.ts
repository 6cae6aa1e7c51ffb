import type { Config } from '../config/config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logins } from '../ports/credentials.ts';
import type { Log } from '../ports/log.ts';
import type { LoginProvider } from '../ports/login-provider.ts';
import type { Redirects } from '../ports/redirects.ts';
import type { Store } from '../ports/store.ts';

/** What people connect their logins with, and brokers use them through. */
export interface OpenLogins {
  /** By broker; those that have a registered app. */
  readonly providers: ReadonlyMap<string, LoginProvider>;
  readonly logins: Logins;
  readonly redirects: Redirects;
}

/** Where every account is embedded and no app is registered, nobody can connect or use a login. */
const NO_LOGINS: OpenLogins = {
  providers: new Map(),
  logins: {
    tokensOf(broker) {
      throw new Error(`no account trades at ${broker}, so its logins were not opened`);
    },
  },
  redirects: { listen: async () => false, done: () => {}, close: async () => {} },
};

/** Opens the logins. Their code is loaded here, and so only where there can be any. */
export async function openLogins(surroundings: {
  readonly config: Pick<Config, 'accounts' | 'alpaca' | 'schwab'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<OpenLogins> {
  const { config, store, clock, log } = surroundings;
  const isUsed =
    config.alpaca.app !== null ||
    config.schwab.app !== null ||
    config.accounts.some(({ broker }) => broker !== 'paper');
  if (!isUsed) return NO_LOGINS;
  const { createLogins, createRedirects, loginProviders } = await import('./oauth/index.ts');
  const providers = loginProviders(config, clock);
  return {
    providers,
    logins: createLogins({ store, providers, clock, log }),
    redirects: createRedirects({ clock, log }),
  };
}
