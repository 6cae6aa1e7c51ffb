import { reveal, type Secret } from '../../lib/secret.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AccessTokens, Logins } from '../../ports/credentials.ts';
import type { Log } from '../../ports/log.ts';
import type { LoginProvider, TokenAnswer } from '../../ports/login-provider.ts';
import type { IssuedTokens, StoredLogin } from '../../ports/login-store.ts';
import { StoreError } from '../../ports/store-error.ts';
import type { Store } from '../../ports/store.ts';

/** A token is refreshed when less than this is left of it, so that no request outlives it. */
const REFRESH_BEFORE = Temporal.Duration.from({ minutes: 2 });

/** What a token that is given out is good for at least. */
const GOOD_FOR = Temporal.Duration.from({ minutes: 1 });

/** Longer than two requests that get no answer: then whoever claimed the refresh is gone. */
const CLAIM_LASTS = Temporal.Duration.from({ seconds: 40 });

/** How often a process looks whether another one is done. */
const LOOK_AGAIN_AFTER = Temporal.Duration.from({ milliseconds: 200 });

interface Surroundings {
  readonly store: Store;
  /** By broker; those that have a registered app. */
  readonly providers: ReadonlyMap<string, LoginProvider>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The logins in the store, refreshed when needed. One for a process. */
export function createLogins(surroundings: Surroundings): Logins {
  const known = new Map<string, AccessTokens>();
  return {
    tokensOf(broker, person) {
      const key = JSON.stringify([broker, person]);
      const tokens = known.get(key) ?? createAccessTokens(surroundings, broker, person);
      known.set(key, tokens);
      return tokens;
    },
  };
}

function createAccessTokens(
  { store, providers, clock, log }: Surroundings,
  broker: string,
  person: string,
): AccessTokens {
  /** The token that the broker refused last. */
  let refused: string | null = null;
  let refreshing: Promise<Secret> | null = null;

  const connect = `/connect ${broker} makes a new one.`;
  const unauthenticated = (reason: string): BrokerError =>
    new BrokerError(broker, 'authentication', reason);

  async function read(): Promise<StoredLogin> {
    let login: StoredLogin | null;
    try {
      login = await store.findLogin(broker, person);
    } catch (error) {
      if (error instanceof StoreError && isAboutSecrets(error)) {
        throw unauthenticated(`${error.message} ${error.nextStep}`);
      }
      throw error;
    }
    if (login === null) {
      throw unauthenticated(`${person} has no login here: /connect ${broker} makes one.`);
    }
    const end = login.endedAt ?? login.endsAt;
    if (end !== null && Temporal.Instant.compare(end, clock.now()) <= 0) {
      throw unauthenticated(`the login of ${person} has ended: ${connect}`);
    }
    return login;
  }

  /** Whether the token can be given out and still has so much of its life. */
  function isGood(login: StoredLogin, left: Temporal.Duration): boolean {
    const { accessToken, accessTokenExpiresAt } = login;
    if (reveal(accessToken) === refused) return false;
    return (
      accessTokenExpiresAt === null ||
      Temporal.Instant.compare(clock.now().add(left), accessTokenExpiresAt) < 0
    );
  }

  /** Until there is a token that lasts: fetched by us, or by another process that was first. */
  async function refresh(): Promise<Secret> {
    for (;;) {
      const login = await read();
      if (isGood(login, REFRESH_BEFORE)) return login.accessToken;
      const { refreshToken } = login;
      if (refreshToken === null) {
        throw unauthenticated(`the login of ${person} is not accepted any more: ${connect}`);
      }
      const now = clock.now();
      const claim = await store.transaction((unit) =>
        unit.claimLoginRefresh(login, now, now.add(CLAIM_LASTS)),
      );
      if (claim === 'claimed') {
        const token = await fetchNext(login, refreshToken);
        if (token !== null) return token;
      } else if (claim === 'busy') {
        if (isGood(login, GOOD_FOR)) return login.accessToken;
        await new Promise<void>((resolve) => {
          clock.schedule(clock.now().add(LOOK_AGAIN_AFTER), resolve);
        });
      }
    }
  }

  /** @returns null when the login changed meanwhile, so that it must be looked at again. */
  async function fetchNext(login: StoredLogin, refreshToken: Secret): Promise<Secret | null> {
    const answer = await ask(refreshToken);
    switch (answer.type) {
      case 'issued': {
        const tokens: IssuedTokens = {
          ...answer.tokens,
          refreshToken: answer.tokens.refreshToken ?? refreshToken,
        };
        // Stored before anybody has it: what is given out is never lost.
        const kept = await store.transaction((unit) => unit.saveRefreshedTokens(login, tokens));
        return kept ? tokens.accessToken : null;
      }
      case 'declined':
      case 'ended': {
        const at = clock.now();
        const kept = await store.transaction((unit) => unit.endLogin(login, at));
        if (!kept) return null;
        log.warn({ code: 'login_ended', broker, person }, 'a login has ended');
        throw unauthenticated(`the login of ${person} has ended: ${connect}`);
      }
      case 'app_refused':
        await store.transaction((unit) => unit.releaseLoginRefresh(login));
        throw unauthenticated(
          `the registered app is not accepted (${answer.reason}): check ${broker.toUpperCase()}_CLIENT_ID and ${broker.toUpperCase()}_CLIENT_SECRET in .env.`,
        );
      case 'unavailable':
        await store.transaction((unit) => unit.releaseLoginRefresh(login));
        if (isGood(login, GOOD_FOR)) return login.accessToken;
        throw new BrokerError(
          broker,
          'unavailable',
          `a fresh token could not be had: ${answer.reason}`,
        );
    }
  }

  /** A lost answer is asked for once more: an authorization server that has issued takes it again. */
  async function ask(refreshToken: Secret): Promise<TokenAnswer> {
    const provider = providers.get(broker);
    if (provider === undefined) {
      return { type: 'app_refused', reason: 'none is configured' };
    }
    const answer = await provider.refresh(refreshToken);
    const isLost = answer.type === 'unavailable' && answer.answerLost;
    return isLost ? await provider.refresh(refreshToken) : answer;
  }

  return {
    async current() {
      const login = await read();
      if (isGood(login, REFRESH_BEFORE)) return login.accessToken;
      refreshing ??= refresh().finally(() => {
        refreshing = null;
      });
      return await refreshing;
    },
    refused(token) {
      refused = reveal(token);
    },
    async endsAt() {
      const logins = await store.listLogins();
      const login = logins.find((one) => one.broker === broker && one.person === person);
      return login === undefined ? null : (login.endedAt ?? login.endsAt);
    },
  };
}

function isAboutSecrets({ code }: StoreError): boolean {
  return (
    code === 'master_key_missing' || code === 'master_key_mismatch' || code === 'secret_unreadable'
  );
}
