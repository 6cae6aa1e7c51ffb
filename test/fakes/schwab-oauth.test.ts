import { describe, expect, test } from 'vitest';
import type { SchwabFake } from './schwab/index.ts';
import { askToken, request, sharedCaller, startCaller } from './schwab-caller.ts';

function authorizeUrl(fake: SchwabFake, changes: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams({
    response_type: 'code',
    client_id: fake.app.clientId,
    redirect_uri: fake.app.redirectUri,
    state: 'state-1',
    ...changes,
  });
  return `${fake.apiUrl}/v1/oauth/authorize?${search.toString()}`;
}

async function logIn(fake: SchwabFake): Promise<string> {
  const answer = await fake.login({ authorizeUrl: authorizeUrl(fake), person: 'ada' });
  return new URL(answer.redirectUrl).searchParams.get('code') ?? '';
}

const exchange = (fake: SchwabFake, code: string, redirectUri = fake.app.redirectUri) =>
  askToken(fake, { grant_type: 'authorization_code', code, redirect_uri: redirectUri });

const refresh = (fake: SchwabFake, token: string) =>
  askToken(fake, { grant_type: 'refresh_token', refresh_token: token });

async function tokensOf(fake: SchwabFake): Promise<{ access: string; refresh: string }> {
  const { status, body } = await exchange(fake, await logIn(fake));
  expect(status).toBe(200);
  return {
    access: String(Object(body)['access_token']),
    refresh: String(Object(body)['refresh_token']),
  };
}

const accountsAnswer = async (fake: SchwabFake, access: string) =>
  (
    await request(`${fake.apiUrl}/trader/v1/accounts/accountNumbers`, 'GET', undefined, {
      authorization: `Bearer ${access}`,
    })
  ).status;

describe('a login at Schwab', () => {
  const caller = sharedCaller();
  test('sends the browser back with the state and a code that ends in an encoded @', async () => {
    const { fake } = caller();
    const answer = await fake.login({ authorizeUrl: authorizeUrl(fake), person: 'ada' });
    expect(answer.redirectUrl).toMatch(
      /^https:\/\/127\.0\.0\.1:8182\/\?code=C0\.[\w-]+%40&session=[\w-]+&state=state-1$/,
    );
  });

  test('gives tokens for the code: 30 minutes, Bearer', async () => {
    const { fake } = caller();
    const { status, body } = await exchange(fake, await logIn(fake));
    expect(status).toBe(200);
    expect(body).toEqual({
      expires_in: 1800,
      token_type: 'Bearer',
      scope: 'api',
      refresh_token: expect.stringMatching(/@$/),
      access_token: expect.stringMatching(/@$/),
      id_token: expect.any(String),
    });
  });

  test.each([
    ['an unknown app', { client_id: 'other' }, 'invalid_client'],
    ['another address', { redirect_uri: 'https://127.0.0.1:8182' }, 'callback URL'],
  ])('shows the person an error for %s, and redirects nowhere', async (_, changes, words) => {
    const { fake } = caller();
    const url = authorizeUrl(fake, changes);
    await expect(fake.login({ authorizeUrl: url, person: 'ada' })).rejects.toThrow(words);
    expect((await request(url, 'GET', undefined, {})).status).toBeGreaterThanOrEqual(400);
  });

  test.each([
    ['another response type', { response_type: 'token' }, 'granted', 'unsupported_response_type'],
    ['a person who declines', {}, 'denied', 'access_denied'],
  ] as const)('tells the app of %s in the redirect', async (_, changes, consent, error) => {
    const { fake } = caller();
    const answer = await fake.login({
      authorizeUrl: authorizeUrl(fake, changes),
      person: 'ada',
      consent,
    });
    const { searchParams } = new URL(answer.redirectUrl);
    expect(Object.fromEntries(searchParams)).toEqual({ error, state: 'state-1' });
  });

  test('covers only the accounts of the consent', async () => {
    const { fake } = await startCaller({
      accounts: [{ number: '11111111' }, { number: '22222222' }],
    });
    const { accessToken } = await fake.issueTokens({ accounts: ['22222222'] });
    const ask = (path: string) =>
      request(`${fake.apiUrl}/trader/v1/accounts${path}`, 'GET', undefined, {
        authorization: `Bearer ${accessToken}`,
      });
    const [first, second] = (await fake.state({})).accounts;
    expect((await ask('/accountNumbers')).body).toEqual([
      { accountNumber: '22222222', hashValue: second?.hash },
    ]);
    expect((await ask(`/${first?.hash ?? ''}`)).status).toBe(403);
  });
});

describe('a code', () => {
  test('works once', async () => {
    const { fake } = await startCaller();
    const code = await logIn(fake);
    expect((await exchange(fake, code)).status).toBe(200);
    expect(await exchange(fake, code)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  test.each([
    [29, 200],
    [30, 400],
  ])('that is %i seconds old answers %i', async (seconds, status) => {
    const { fake } = await startCaller();
    const code = await logIn(fake);
    await fake.advance({ seconds });
    expect((await exchange(fake, code)).status).toBe(status);
  });

  test('is refused when it was not decoded, or comes with another redirect address', async () => {
    const { fake } = await startCaller();
    const code = await logIn(fake);
    expect((await exchange(fake, encodeURIComponent(code))).status).toBe(400);
    expect((await exchange(fake, code, 'https://127.0.0.1:8182')).body).toMatchObject({
      error: 'invalid_grant',
    });
  });
});

describe('the token endpoint', () => {
  const caller = sharedCaller();
  test.each([
    [
      'a wrong secret',
      { grant_type: 'refresh_token' },
      'fake-app-key:wrong',
      401,
      'invalid_client',
    ],
    ['no grant type', {}, undefined, 400, 'invalid_request'],
    ['another grant type', { grant_type: 'password' }, undefined, 400, 'unsupported_grant_type'],
  ])('refuses %s', async (_, form, client, status, error) => {
    const { fake } = caller();
    expect(await askToken(fake, form, client)).toMatchObject({ status, body: { error } });
  });

  test('refuses JSON', async () => {
    const { fake } = caller();
    const answer = await request(`${fake.apiUrl}/v1/oauth/token`, 'POST', { a: 1 }, {});
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});

describe('tokens', () => {
  test.each([
    [1799, 200],
    [1800, 401],
  ])('give access for 30 minutes: after %i seconds %i', async (seconds, status) => {
    const { fake } = await startCaller();
    const { access } = await tokensOf(fake);
    await fake.advance({ seconds });
    expect(await accountsAnswer(fake, access)).toBe(status);
  });

  test('are refreshed for seven days from the login, which a refresh does not renew', async () => {
    const { fake } = await startCaller();
    const tokens = await tokensOf(fake);
    await fake.advance({ seconds: 6 * 86_400 });
    const again = await refresh(fake, tokens.refresh);
    expect(again).toMatchObject({ status: 200, body: { refresh_token: tokens.refresh } });
    expect(await accountsAnswer(fake, String(Object(again.body)['access_token']))).toBe(200);
    await fake.advance({ seconds: 86_399 });
    expect((await refresh(fake, tokens.refresh)).status).toBe(200);
    await fake.advance({ seconds: 1 });
    expect(await refresh(fake, tokens.refresh)).toMatchObject({
      status: 400,
      body: {
        error: 'unsupported_token_type',
        error_description: expect.stringContaining('refresh_token_authentication_error'),
      },
    });
  });

  test.each([
    ['end', 401],
    ['stay', 200],
  ] as const)('can die sooner; access tokens %s then', async (accessTokens, status) => {
    const { fake } = await startCaller();
    const tokens = await tokensOf(fake);
    await fake.endLogin({ person: 'ada', accessTokens });
    expect((await refresh(fake, tokens.refresh)).status).toBe(400);
    expect(await accountsAnswer(fake, tokens.access)).toBe(status);
  });

  test('of an earlier login end with the next one of the same person', async () => {
    const { fake } = await startCaller();
    const first = await tokensOf(fake);
    await tokensOf(fake);
    expect((await refresh(fake, first.refresh)).status).toBe(400);
  });

  test('are in no list of requests', async () => {
    const { fake } = await startCaller();
    const tokens = await tokensOf(fake);
    await refresh(fake, tokens.refresh);
    await request(authorizeUrl(fake), 'GET', undefined, {});
    const text = JSON.stringify(await fake.requests({}));
    expect(text).toContain('/v1/oauth/token');
    for (const secret of [tokens.refresh, tokens.access, fake.app.clientSecret, 'state-1']) {
      expect(text).not.toContain(secret);
    }
  });
});
