import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secret } from '../../../src/lib/secret.ts';
import type { Secret } from '../../../src/lib/secret.ts';
import { BrokerError } from '../../../src/ports/broker-error.ts';
import type { Logins } from '../../../src/ports/credentials.ts';
import { recordUpdates } from '../../contracts/broker/harness.ts';
import { accept, buy, fillsIn } from '../../contracts/broker/requests.ts';
import type { AlpacaFake } from '../../fakes/alpaca/index.ts';
import { openAlpacaWorld, startSteppedFake } from './alpaca-world.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';

const START = Temporal.Instant.from('2026-11-23T15:00:00Z');
const REDIRECT = 'http://127.0.0.1/oauth/alpaca/callback';

let fake: AlpacaFake;
beforeAll(async () => {
  fake = await startSteppedFake(START, [{ name: 'of-ana' }], { fills: 'told' });
});
afterAll(async () => {
  await fake.stop();
});

/** Logs in at the fake as a person would, through the authorization code. */
async function logIn(): Promise<Secret> {
  await fake.consent({ account: 'of-ana' });
  const authorize = new URL(fake.oauth.authorize);
  authorize.search = new URLSearchParams({
    response_type: 'code',
    client_id: 'evenkeel-client',
    redirect_uri: REDIRECT,
    scope: 'trading data',
  }).toString();
  const redirected = await fetch(authorize, { redirect: 'manual' });
  const code = new URL(redirected.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const answer = await fetch(fake.oauth.token, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      client_id: 'evenkeel-client',
      client_secret: 'evenkeel-client-secret',
      redirect_uri: REDIRECT,
    }),
  });
  const body: unknown = await answer.json();
  if (typeof body === 'object' && body !== null && 'access_token' in body) {
    return secret(String(body.access_token));
  }
  throw new Error('no token was issued');
}

describe('an account that uses the login of a person', () => {
  it('trades and hears its updates with the token, until the person takes it back', async () => {
    const token = await logIn();
    let refused = false;
    const logins: Logins = {
      tokensOf: () => ({
        current: () =>
          refused
            ? Promise.reject(new BrokerError('alpaca', 'authentication', 'ana is to connect again'))
            : Promise.resolve(token),
        refused: () => {
          refused = true;
        },
        endsAt: async () => null,
      }),
    };
    await using world = await openAlpacaWorld({
      fake,
      at: 'of-ana',
      settings: { connection: 'ana' },
      logins,
    });
    const { broker } = world;
    const updates = recordUpdates(broker);
    await world.listening();
    await accept(broker, buy('VTI', '10'));
    await fake.fillNext();
    await updates.until((told) => fillsIn(told).length === 1);
    expect(await broker.findProblems?.()).toEqual([]);

    await fake.revokeTokens('of-ana');
    await expect(broker.getPositions()).rejects.toMatchObject({ code: 'authentication' });
    expect(refused).toBe(true);
    await expect(broker.getPositions()).rejects.toThrow('ana is to connect again');
    expect(await broker.executeTrade(buy('VTI', '1'), MAY_SEND)).toMatchObject({
      type: 'rejected',
      code: 'authentication',
    });
  });
});
