import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { AlpacaFake } from './alpaca/index.ts';
import { alpaca, openStream, trader } from './alpaca-client.ts';

const REDIRECT = 'http://127.0.0.1:4321/callback';
const CLIENT = { clientId: 'client', clientSecret: 'client-secret', redirectUris: [REDIRECT] };

const fieldsSchema = z.record(z.string(), z.unknown());

let fake: AlpacaFake;
beforeAll(async () => {
  ({ fake } = await alpaca({ oauth: CLIENT }));
});
afterAll(() => fake.stop());

/** Opens the address that a person is sent to: where it sends them on. */
async function authorize(changes: Record<string, string> = {}): Promise<Response> {
  const url = new URL(fake.oauth.authorize);
  const query = {
    response_type: 'code',
    client_id: 'client',
    redirect_uri: REDIRECT,
    scope: 'account:write trading data',
    state: 'our state',
    ...changes,
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return fetch(url, { redirect: 'manual' });
}

function target(response: Response): URLSearchParams {
  return new URL(response.headers.get('location') ?? '').searchParams;
}

async function redeem(
  code: string | null,
  changes: Record<string, string> = {},
): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> {
  const response = await fetch(fake.oauth.token, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: code ?? '',
      client_id: 'client',
      client_secret: 'client-secret',
      redirect_uri: REDIRECT,
      ...changes,
    }),
  });
  return { status: response.status, body: fieldsSchema.parse(await response.json()) };
}

async function tokenFor(account: string, scope = 'account:write trading data'): Promise<string> {
  await fake.consent({ account });
  const { body } = await redeem(target(await authorize({ scope })).get('code'));
  return String(body['access_token']);
}

const bearer = (account: string, token: string) =>
  trader(fake, account, { authorization: `Bearer ${token}` });

describe('a person who allows the application', () => {
  test('is sent back with a code, which buys a token that does not expire', async () => {
    await fake.consent({ account: 'account-1' });
    const answer = await authorize();
    expect(answer.status).toBe(302);
    expect(target(answer).get('state')).toBe('our state');
    const { status, body } = await redeem(target(answer).get('code'));
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        access_token: expect.any(String),
        token_type: 'bearer',
        scope: 'account:write trading data',
      },
    });
  });

  test('lets it trade in that account, and in no other', async () => {
    const token = await tokenFor('account-2');
    const own = bearer('account-2', token);
    expect(await own.submit()).toMatchObject({ status: 200 });
    expect(await own.data('/v2/stocks/VTI/snapshot')).toMatchObject({ status: 200 });
    expect(await bearer('account-3', token).get('/v2/account')).toMatchObject({ status: 401 });
    using stream = await openStream(fake.accounts['account-2']?.stream ?? '');
    stream.say({ action: 'authenticate', data: { oauth_token: token } });
    expect(await stream.next()).toMatchObject({ data: { status: 'authorized' } });
  });

  test('lets it do no more than the scopes say', async () => {
    const reader = bearer('account-4', await tokenFor('account-4', 'account:write'));
    expect(await reader.get('/v2/account')).toMatchObject({ status: 200 });
    expect(await reader.submit()).toMatchObject({ status: 403 });
    expect(await reader.data('/v2/stocks/VTI/snapshot')).toMatchObject({ status: 403 });
  });

  test('can take it back', async () => {
    const own = bearer('account-5', await tokenFor('account-5'));
    await fake.revokeTokens('account-5');
    expect(await own.get('/v2/account')).toMatchObject({ status: 401 });
  });
});

describe('a person who is not sent back with a code', () => {
  test('denies', async () => {
    await fake.consent({ account: 'account-1', answer: 'deny' });
    expect(target(await authorize()).get('error')).toBe('access_denied');
    await fake.consent({ account: 'account-1' });
  });

  test.each([
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ scope: 'everything' }, 'invalid_scope'],
  ])('comes with %o', async (changes, error) => {
    expect(target(await authorize(changes)).get('error')).toBe(error);
  });

  test.each([{ client_id: 'other' }, { redirect_uri: 'http://127.0.0.1:4321/elsewhere' }])(
    'comes with %o and is sent nowhere',
    async (changes) => {
      expect((await authorize(changes)).status).toBe(400);
    },
  );
});

describe('a code', () => {
  test('is good once', async () => {
    const code = target(await authorize()).get('code');
    expect(await redeem(code)).toMatchObject({ status: 200 });
    expect(await redeem(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  test('is good for ten minutes', async () => {
    const code = target(await authorize()).get('code');
    await fake.advance(600);
    expect(await redeem(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  test.each<[Record<string, string>, number, string]>([
    [{ redirect_uri: 'http://127.0.0.1:4321/elsewhere' }, 400, 'invalid_grant'],
    [{ client_secret: 'guess' }, 401, 'invalid_client'],
    [{ client_id: 'other' }, 401, 'invalid_client'],
    [{ grant_type: 'refresh_token' }, 400, 'unsupported_grant_type'],
  ])('is refused with %o', async (changes, status, error) => {
    const code = target(await authorize()).get('code');
    expect(await redeem(code, changes)).toMatchObject({ status, body: { error } });
  });
});

test('the token address can fail while the rest works', async () => {
  const code = target(await authorize()).get('code');
  await fake.fail({ operation: 'token', code: 'rate_limited' });
  expect(await redeem(code)).toMatchObject({ status: 429 });
  expect(await redeem(code)).toMatchObject({ status: 200 });
});
