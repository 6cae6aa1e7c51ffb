import { randomBytes, randomUUID } from 'node:crypto';
import { isBefore } from './clock.ts';
import type { World } from './world.ts';

const codeLife = { seconds: 30 };
const accessLife = { minutes: 30 };
const refreshLife = { hours: 7 * 24 };

/** What a person's consent gave the app, once. */
export interface OAuthCode {
  readonly person: string;
  readonly accounts: readonly string[];
  readonly redirectUri: string;
  readonly expiresAt: Temporal.Instant;
}

/** A login that lives on in a refresh token. */
export interface Grant {
  readonly person: string;
  readonly accounts: readonly string[];
  readonly refreshToken: string;
  readonly endsAt: Temporal.Instant;
  isEnded: boolean;
  accessTokens: { readonly token: string; readonly endsAt: Temporal.Instant }[];
}

/** Schwab's codes and tokens end in '@', which a redirect carries as %40. */
function secret(prefix: string): string {
  return `${prefix}${randomBytes(36).toString('base64url')}@`;
}

/** A code for a consent. It works once, for 30 seconds. */
export function issueCode(world: World, consent: Omit<OAuthCode, 'expiresAt'>): string {
  const code = secret('C0.');
  world.codes.set(code, { ...consent, expiresAt: world.clock.now().add(codeLife) });
  return code;
}

/** The consent behind a code, which is used up; null when it is unknown, used or too old. */
export function takeCode(world: World, code: string): OAuthCode | null {
  const found = world.codes.get(code) ?? null;
  world.codes.delete(code);
  return found !== null && isBefore(world.clock.now(), found.expiresAt) ? found : null;
}

/** Begins a login: seven days from now. It ends the same person's earlier ones. */
export function beginGrant(world: World, person: string, accounts: readonly string[]): Grant {
  endGrants(world, person, true);
  const grant: Grant = {
    person,
    accounts,
    refreshToken: secret(''),
    endsAt: world.clock.now().add(refreshLife),
    isEnded: false,
    accessTokens: [],
  };
  world.grants.push(grant);
  return grant;
}

/** Ends logins before their time. @param person null for everybody */
export function endGrants(world: World, person: string | null, withAccessTokens: boolean): void {
  for (const grant of world.grants) {
    if (person !== null && grant.person !== person) continue;
    grant.isEnded = true;
    if (withAccessTokens) grant.accessTokens = [];
  }
}

/** The living login of a refresh token. */
export function grantOfRefreshToken(world: World, token: string): Grant | null {
  const grant = world.grants.find(({ refreshToken }) => refreshToken === token);
  if (grant === undefined || grant.isEnded) return null;
  return isBefore(world.clock.now(), grant.endsAt) ? grant : null;
}

/** The login of an access token that still works. */
export function grantOfAccessToken(world: World, token: string): Grant | null {
  const now = world.clock.now();
  const works = (one: { token: string; endsAt: Temporal.Instant }) =>
    one.token === token && isBefore(now, one.endsAt);
  return world.grants.find(({ accessTokens }) => accessTokens.some(works)) ?? null;
}

/** The body of the token endpoint's good answer, with a fresh access token. */
export function issueTokens(world: World, grant: Grant) {
  const token = secret('I0.');
  grant.accessTokens.push({ token, endsAt: world.clock.now().add(accessLife) });
  return {
    expires_in: 1800,
    token_type: 'Bearer',
    scope: 'api',
    refresh_token: grant.refreshToken,
    access_token: token,
    id_token: randomUUID(),
  };
}
