import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { alpacaLogin } from '../../../src/brokers/oauth/alpaca.ts';
import { createLoginProvider } from '../../../src/brokers/oauth/authorization-code.ts';
import { schwabLogin } from '../../../src/brokers/oauth/schwab.ts';
import { reveal, secret } from '../../../src/lib/secret.ts';
import type { LoginProvider } from '../../../src/ports/login-provider.ts';
import { createTestClock } from '../../fixtures/test-clock.ts';
import { issued, startTokenServer } from './token-server.ts';

const APP = {
  clientId: secret('app-id'),
  clientSecret: secret('canary secret+/'),
  redirectUri: 'https://127.0.0.1:8182',
};
const STATE = 'state-of-ana';
const VERIFIER = secret('verifier-canary-verifier-canary-verifier-canary');
const clock = createTestClock();

function schwab(apiUrl: string | null = null): LoginProvider {
  const provider = schwabLogin({ app: APP, apiUrl }, clock);
  if (provider === null) throw new Error('there is no app');
  return provider;
}

function alpaca(oauthUrl: string | null = null): LoginProvider {
  const provider = alpacaLogin({ app: APP, oauthUrl }, clock);
  if (provider === null) throw new Error('there is no app');
  return provider;
}

const redirected = (query: Readonly<Record<string, string>>): URL =>
  new URL(`https://127.0.0.1:8182/?${new URLSearchParams({ state: STATE, ...query }).toString()}`);

const exchange = async (provider: LoginProvider, address = redirected({ code: 'C0.canary@' })) =>
  await provider.exchange({ redirected: address, state: STATE, codeVerifier: VERIFIER });

describe('the page where a person logs in', () => {
  it.each([
    ['Schwab', schwab(), 'https://api.schwabapi.com/v1/oauth/authorize', null],
    [
      'Alpaca',
      alpaca(),
      'https://app.alpaca.markets/oauth/authorize',
      'account:write trading data',
    ],
  ])("is %s's, with what it is about", async (_name, provider, page, scope) => {
    const url = new URL(await provider.authorizationUrl({ state: STATE, codeVerifier: VERIFIER }));
    expect(`${url.origin}${url.pathname}`).toBe(page);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'app-id',
      redirect_uri: 'https://127.0.0.1:8182',
      state: STATE,
      ...(scope === null ? {} : { scope }),
      code_challenge: createHash('sha256').update(reveal(VERIFIER)).digest('base64url'),
      code_challenge_method: 'S256',
    });
  });

  it('is not there without a registered app', () => {
    expect(schwabLogin({ app: null, apiUrl: null }, clock)).toBeNull();
    expect(alpacaLogin({ app: null, oauthUrl: null }, clock)).toBeNull();
  });
});

describe('exchanging a code', () => {
  it('asks Schwab with HTTP Basic, and takes its tokens', async () => {
    await using server = await startTokenServer();
    server.answer(() => issued('I0.canary@'));
    const answer = await exchange(schwab(server.url));
    expect(server.requests).toEqual([
      {
        path: '/v1/oauth/token',
        authorization: `Basic ${Buffer.from('app-id:canary%20secret%2B%2F').toString('base64')}`,
        parameters: {
          grant_type: 'authorization_code',
          code: 'C0.canary@',
          redirect_uri: 'https://127.0.0.1:8182',
          code_verifier: reveal(VERIFIER),
        },
      },
    ]);
    if (answer.type !== 'issued') throw new Error(answer.type);
    expect(reveal(answer.tokens.accessToken)).toBe('I0.canary@');
    expect(answer.tokens.accessTokenExpiresAt?.equals(clock.now().add({ minutes: 30 }))).toBe(true);
    expect(inspect(answer, { depth: 9 })).not.toContain('canary');
  });

  it('asks Alpaca with the secret in the body, and takes its token without an end', async () => {
    await using server = await startTokenServer();
    server.answer(() => ({
      status: 200,
      body: { access_token: 'token', token_type: 'bearer', scope: 'account:write trading data' },
    }));
    const answer = await exchange(alpaca(server.url));
    expect(server.requests[0]).toMatchObject({
      path: '/oauth/token',
      authorization: undefined,
      parameters: { client_id: 'app-id', client_secret: 'canary secret+/' },
    });
    expect(answer).toMatchObject({
      type: 'issued',
      tokens: { accessTokenExpiresAt: null, refreshToken: null },
    });
  });

  it.each([
    ['the person said no', redirected({ error: 'access_denied' }), { type: 'declined' }],
    [
      'the broker found the app wrong',
      redirected({ error: 'unauthorized_client', error_description: 'no such app app-id' }),
      { type: 'app_refused', reason: 'unauthorized_client: no such app [secret]' },
    ],
    ['there is no code', redirected({}), { type: 'ended' }],
    ['the state is another', redirected({ state: 'other', code: 'x' }), { type: 'ended' }],
    [
      'the code is there twice',
      new URL(`https://127.0.0.1:8182/?code=a&code=b&state=${STATE}`),
      { type: 'ended' },
    ],
  ])('asks nobody when %s', async (_what, address, expected) => {
    await using server = await startTokenServer();
    expect(await exchange(schwab(server.url), address)).toMatchObject(expected);
    expect(server.requests).toEqual([]);
  });

  const wrapped = '400 Bad Request: "{"error":"refresh_token_authentication_error"}"';

  it.each<[string, object | string, number, object]>([
    ['a used code', { error: 'invalid_grant' }, 400, { type: 'ended', reason: 'invalid_grant' }],
    [
      "Schwab's dead refresh token",
      { error: 'unsupported_token_type', error_description: wrapped },
      400,
      { type: 'ended' },
    ],
    ['a wrong secret', { error: 'invalid_client' }, 401, { type: 'app_refused' }],
    ['401 without words', '<html>', 401, { type: 'app_refused' }],
    ['404 of some gateway', '<html>', 404, { type: 'unavailable', answerLost: false }],
    ['too many requests', { error: 'slow_down' }, 429, { type: 'unavailable', answerLost: false }],
    ['a failure', 'oops', 503, { type: 'unavailable', reason: 'it answered with HTTP 503' }],
    ['no JSON', 'garbage', 200, { type: 'unavailable', answerLost: true }],
    ['no token', { token_type: 'Bearer' }, 200, { type: 'unavailable', answerLost: true }],
    ['an empty token', { access_token: '', token_type: 'Bearer' }, 200, { type: 'unavailable' }],
    [
      'another kind of token',
      { access_token: 'x', token_type: 'mac' },
      200,
      { type: 'unavailable', answerLost: true },
    ],
    ['a cut connection', 'lost', 0, { type: 'unavailable', answerLost: true }],
  ])('tells %s apart', async (_what, body, status, expected) => {
    await using server = await startTokenServer();
    server.answer(() => (body === 'lost' ? 'lost' : { status, body }));
    expect(await exchange(schwab(server.url))).toMatchObject(expected);
    expect(await schwab(server.url).refresh(secret('r'))).toMatchObject(expected);
  });

  it('does not wait for ever', async () => {
    await using server = await startTokenServer();
    server.answer(() => new Promise(() => {}));
    const provider = createLoginProvider({
      ...APP,
      broker: 'schwab',
      authorizationEndpoint: server.url,
      tokenEndpoint: server.url,
      scope: null,
      clientAuthentication: 'basic',
      loginLifetime: null,
      clock,
      timeoutMilliseconds: 20,
    });
    expect(await provider.refresh(secret('r'))).toEqual({
      type: 'unavailable',
      reason: 'no answer came in time',
      answerLost: true,
    });
  });

  it('repeats none of what it sent, though the broker does', async () => {
    await using server = await startTokenServer();
    server.answer(({ authorization, parameters }) => ({
      status: 400,
      body: {
        error: 'invalid_grant',
        error_description: `${parameters['code']} ${encodeURIComponent(parameters['code'] ?? '')} ${authorization} ${parameters['code_verifier']} canary secret+/`,
      },
    }));
    const answer = await exchange(schwab(server.url));
    expect(answer.type).toBe('ended');
    expect(JSON.stringify(answer)).not.toMatch(/canary|C0|Y2FuYXJ5/u);
  });

  it('does not send a secret over plain http to another machine', async () => {
    const answer = await exchange(schwab('http://192.0.2.1'));
    expect(answer).toMatchObject({ type: 'unavailable' });
  });
});
