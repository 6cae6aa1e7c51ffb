import type { ApiAnswer, ApiRequest, Route } from './http-server.ts';
import { Refusal } from './refusal.ts';
import type { World } from './world.ts';

/** What the person does who is sent to Alpaca to allow the application. */
export interface Consent {
  /** Whose account is connected. */
  account: string;
  answer: 'allow' | 'deny';
}

const SCOPES = ['account:write', 'trading', 'data'];

/**
 * OAuth 2.0 for applications: https://docs.alpaca.markets/docs/using-oauth2-and-trading-api. A person who
 * opens the authorize address answers at once, as `consent` says.
 */
export function loginRoutes(world: World, consent: Consent): readonly Route[] {
  return [
    {
      method: 'GET',
      name: 'authorize',
      kind: 'other',
      pattern: /^\/oauth\/authorize$/,
      handle: (request) => authorize(world, consent, request),
    },
    {
      method: 'POST',
      name: 'token',
      kind: 'token',
      pattern: /^\/oauth\/token$/,
      handle: (request) => token(world, request),
    },
  ];
}

function authorize(world: World, consent: Consent, { query }: ApiRequest): ApiAnswer {
  const { clientId, redirectUris } = world.settings.oauth;
  const redirectUri = query.get('redirect_uri') ?? '';
  // Without a client and an address of its own there is nobody to redirect to.
  if (query.get('client_id') !== clientId) throw new Refusal(400, { message: 'invalid client_id' });
  if (!redirectUris.includes(redirectUri)) {
    throw new Refusal(400, { message: 'invalid redirect_uri' });
  }
  const target = new URL(redirectUri);
  const state = query.get('state');
  if (state !== null) target.searchParams.set('state', state);
  const scope = query.get('scope') ?? '';
  const unknownScope = scope.split(' ').some((name) => name !== '' && !SCOPES.includes(name));
  const error =
    query.get('response_type') !== 'code'
      ? 'unsupported_response_type'
      : unknownScope
        ? 'invalid_scope'
        : consent.answer === 'deny'
          ? 'access_denied'
          : null;
  if (error === null) {
    target.searchParams.set('code', world.logins.grantCode(consent.account, redirectUri, scope));
  } else target.searchParams.set('error', error);
  return { status: 302, headers: { location: target.href } };
}

/** `application/x-www-form-urlencoded`; the client's secret in the body. Tokens do not expire. */
function token(world: World, { text }: ApiRequest): ApiAnswer {
  const form = new URLSearchParams(text);
  const { clientId, clientSecret } = world.settings.oauth;
  if (form.get('grant_type') !== 'authorization_code') {
    throw new Refusal(400, { error: 'unsupported_grant_type' });
  }
  if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) {
    throw new Refusal(401, { error: 'invalid_client' });
  }
  const grant = world.logins.redeemCode(form.get('code') ?? '', form.get('redirect_uri') ?? '');
  if (grant === null) throw new Refusal(400, { error: 'invalid_grant' });
  return {
    status: 200,
    headers: { 'cache-control': 'no-store' },
    body: { access_token: grant.token, token_type: 'bearer', scope: grant.scope },
  };
}
