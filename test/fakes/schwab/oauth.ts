import { randomUUID, timingSafeEqual } from 'node:crypto';
import {
  beginGrant,
  grantOfRefreshToken,
  issueCode,
  issueTokens,
  takeCode,
} from './oauth-grants.ts';
import type { Grant } from './oauth-grants.ts';
import { json, oauthError } from './reply.ts';
import type { Reply } from './reply.ts';
import type { World } from './world.ts';

type Parameters =
  | { readonly type: 'read'; readonly values: ReadonlyMap<string, string> }
  | { readonly type: 'repeated'; readonly name: string };

/** RFC 6749, 3.1 and 3.2: a parameter must not be there twice, and one without a value is left out. */
function readParameters(search: URLSearchParams): Parameters {
  const values = new Map<string, string>();
  for (const [name, value] of search) {
    if (search.getAll(name).length > 1) return { type: 'repeated', name };
    if (value !== '') values.set(name, value);
  }
  return { type: 'read', values };
}

export type Authorization =
  | {
      readonly type: 'asked';
      readonly redirectUri: string;
      readonly state: string | null;
      /** What is wrong, where it may be told to the app. */
      readonly error: string | null;
    }
  /** Nobody is redirected anywhere: the page says so. */
  | { readonly type: 'refused'; readonly reply: Reply };

/**
 * Reads a request to authorize: RFC 6749, 4.1.1. An unknown app or address is told to the person alone,
 * never to the address.
 */
export function readAuthorization(world: World, search: URLSearchParams): Authorization {
  const refused = (status: number, error: string, description: string) =>
    ({ type: 'refused', reply: oauthError(status, error, description) }) as const;
  const parameters = readParameters(search);
  if (parameters.type === 'repeated') {
    return refused(400, 'invalid_request', `${parameters.name} is there more than once`);
  }
  const { values } = parameters;
  const { clientId, redirectUri } = world.options.app;
  if (values.get('client_id') !== clientId) {
    return refused(401, 'invalid_client', 'Unauthorized');
  }
  if (values.get('redirect_uri') !== redirectUri) {
    return refused(
      400,
      'invalid_request',
      'redirect_uri does not match the registered callback URL',
    );
  }
  return {
    type: 'asked',
    redirectUri,
    state: values.get('state') ?? null,
    error: values.get('response_type') === 'code' ? null : 'unsupported_response_type',
  };
}

/**
 * What a person's browser is sent to after login and consent.
 * @returns the whole address, with the code's '@' written as %40, or the refusal of the page
 */
export function consent(
  world: World,
  authorizeUrl: URL,
  person: string,
  accounts: readonly string[],
  isGranted: boolean,
): string | Reply {
  const asked = readAuthorization(world, authorizeUrl.searchParams);
  if (asked.type === 'refused') return asked.reply;
  const answer = new URLSearchParams();
  const error = asked.error ?? (isGranted ? null : 'access_denied');
  if (error === null) {
    answer.set('code', issueCode(world, { person, accounts, redirectUri: asked.redirectUri }));
    answer.set('session', randomUUID());
  } else {
    answer.set('error', error);
  }
  if (asked.state !== null) answer.set('state', asked.state);
  const separator = asked.redirectUri.includes('?') ? '&' : '?';
  return `${asked.redirectUri}${separator}${answer.toString()}`;
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** RFC 6749, 2.3.1: both are form-encoded before they are joined. */
function isOurClient(world: World, authorization: string | undefined): boolean {
  const [scheme, encoded] = (authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic' || encoded === undefined) return false;
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64')
    .toString()
    .split(':')
    .map((part) => new URLSearchParams(`v=${part}`).get('v') ?? '');
  return isSame(id, world.options.app.clientId) && isSame(secret, world.options.app.clientSecret);
}

/** What Schwab answers to a dead refresh token: its own error wrapped into another, as seen in the wild. */
function deadRefreshToken(): Reply {
  const inner = JSON.stringify({
    error_description:
      'Exception while authenticating refresh token [tokenDigest=fake, Exception=Failed refresh token authentication [tokenDigest=fake]]',
    error: 'refresh_token_authentication_error',
  });
  return oauthError(400, 'unsupported_token_type', `400 Bad Request: "${inner}"`);
}

/** POST /v1/oauth/token. */
export function answerToken(
  world: World,
  headers: Readonly<Record<string, string | undefined>>,
  body: string,
): Reply {
  if (!(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    return oauthError(400, 'invalid_request', 'The body must be application/x-www-form-urlencoded');
  }
  if (!isOurClient(world, headers['authorization'])) {
    return oauthError(401, 'invalid_client', 'Unauthorized');
  }
  const parameters = readParameters(new URLSearchParams(body));
  if (parameters.type === 'repeated') {
    return oauthError(400, 'invalid_request', `${parameters.name} is there more than once`);
  }
  const { values } = parameters;
  switch (values.get('grant_type')) {
    case 'authorization_code': {
      const code = takeCode(world, values.get('code') ?? '');
      if (code === null) {
        return oauthError(400, 'invalid_grant', 'Bad authorization code: unknown, used or expired');
      }
      if (values.get('redirect_uri') !== code.redirectUri) {
        return oauthError(400, 'invalid_grant', 'redirect_uri does not match the authorization');
      }
      return tokens(world, beginGrant(world, code.person, code.accounts));
    }
    case 'refresh_token': {
      const grant = grantOfRefreshToken(world, values.get('refresh_token') ?? '');
      return grant === null ? deadRefreshToken() : tokens(world, grant);
    }
    case undefined:
      return oauthError(400, 'invalid_request', 'grant_type is missing');
    default:
      return oauthError(400, 'unsupported_grant_type', 'grant_type is not supported');
  }
}

function tokens(world: World, grant: Grant): Reply {
  return { ...json(200, issueTokens(world, grant)), headers: { 'cache-control': 'no-store' } };
}
