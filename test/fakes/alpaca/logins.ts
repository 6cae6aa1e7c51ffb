import { randomUUID } from 'node:crypto';
import type { FakeClock } from './clock.ts';
import type { Settings } from './options.ts';
import { unauthorized } from './refusal.ts';

/** Who asks: an account, and what it may do there. Key pairs may do everything. */
export interface Caller {
  readonly account: string;
  readonly scopes: ReadonlySet<string> | 'all';
}

/** Key pairs and OAuth tokens. */
export interface Logins {
  /** @throws Refusal 401 */
  callerOf(headers: Readonly<Record<string, string | string[] | undefined>>): Caller;
  /** As `callerOf`, for the account stream. Null: not authorized. */
  byKeys(keyId: unknown, secretKey: unknown): Caller | null;
  byToken(token: unknown): Caller | null;
  /** A person allows the application to act for an account: a code for the redirect. */
  grantCode(account: string, redirectUri: string, scope: string): string;
  /** A code is good once, for ten minutes and its own redirect address. Null: it is not. */
  redeemCode(code: string, redirectUri: string): { token: string; scope: string } | null;
  /** The person takes the application's permission back. */
  revokeTokens(account: string): void;
}

const CODE_LIFE = Temporal.Duration.from({ minutes: 10 });

export function createLogins(settings: Settings, clock: FakeClock): Logins {
  const codes = new Map<
    string,
    { account: string; redirectUri: string; scope: string; until: Temporal.Instant }
  >();
  const tokens = new Map<string, Caller>();

  const byKeys = (keyId: unknown, secretKey: unknown): Caller | null => {
    const found = settings.accounts.find(
      (account) => account.keyId === keyId && account.secretKey === secretKey,
    );
    return found === undefined ? null : { account: found.name, scopes: 'all' };
  };
  const byToken = (token: unknown): Caller | null =>
    typeof token === 'string' ? (tokens.get(token) ?? null) : null;

  return {
    byKeys,
    byToken,
    callerOf(headers) {
      const bearer = /^Bearer (.+)$/.exec(String(headers['authorization'] ?? ''))?.[1];
      const keys = headers['apca-api-key-id'];
      const caller =
        keys === undefined ? byToken(bearer) : byKeys(keys, headers['apca-api-secret-key']);
      if (caller === null) throw unauthorized();
      return caller;
    },
    grantCode(account, redirectUri, scope) {
      const code = randomUUID();
      codes.set(code, { account, redirectUri, scope, until: clock.now().add(CODE_LIFE) });
      return code;
    },
    redeemCode(code, redirectUri) {
      const grant = codes.get(code);
      codes.delete(code);
      if (grant === undefined || grant.redirectUri !== redirectUri) return null;
      if (Temporal.Instant.compare(clock.now(), grant.until) >= 0) return null;
      const token = randomUUID();
      tokens.set(token, { account: grant.account, scopes: new Set(grant.scope.split(' ')) });
      return { token, scope: grant.scope };
    },
    revokeTokens(account) {
      for (const [token, caller] of tokens) if (caller.account === account) tokens.delete(token);
    },
  };
}
