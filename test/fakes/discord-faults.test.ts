import { describe, expect, test } from 'vitest';
import { callApi, connectedClient, messagesPath, startFake } from './discord-client.ts';

describe('things that go wrong', () => {
  test('a bucket is exhausted: 429, with when to come back', async () => {
    const fake = await startFake({ rateLimits: { enforced: true } });
    const statuses = [];
    for (let count = 0; count < 6; count += 1) {
      statuses.push((await callApi(fake, 'POST', messagesPath(fake), { content: 'x' })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    const limited = await callApi(fake, 'POST', messagesPath(fake), { content: 'x' });
    expect(limited.answer).toMatchObject({ global: false, retry_after: expect.any(Number) });
    expect(limited.headers.get('retry-after')).toBe('5');
    expect(limited.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(limited.headers.get('x-ratelimit-bucket')).toMatch(/^[0-9a-f]{32}$/);
    fake.advance({ seconds: 5 });
    expect((await callApi(fake, 'POST', messagesPath(fake), { content: 'x' })).status).toBe(200);
  });

  test('too many requests of all kinds: a global 429', async () => {
    const fake = await startFake({ rateLimits: { enforced: true, global: 2 } });
    await callApi(fake, 'GET', '/users/@me');
    await callApi(fake, 'GET', '/users/@me');
    const limited = await callApi(fake, 'GET', '/users/@me');
    expect(limited).toMatchObject({ status: 429, answer: { global: true } });
    expect(limited.headers.get('x-ratelimit-global')).toBe('true');
  });

  test.each([
    ['user', null, false],
    ['global', 'true', true],
  ] as const)('a 429 on demand, of the scope %s', async (scope, header, global) => {
    const fake = await startFake();
    fake.faults.rateLimit({ method: 'GET' }, { retryAfterSeconds: 1.5, scope });
    const limited = await callApi(fake, 'GET', '/users/@me');
    expect(limited).toMatchObject({ status: 429, answer: { retry_after: 1.5, global } });
    expect(limited.headers.get('retry-after')).toBe('2');
    expect(limited.headers.get('x-ratelimit-scope')).toBe(scope);
    expect(limited.headers.get('x-ratelimit-global')).toBe(header);
    expect((await callApi(fake, 'GET', '/users/@me')).status).toBe(200);
  });

  test('an answer that comes late', async () => {
    const fake = await startFake();
    fake.faults.delay({ method: 'GET' }, 30);
    const before = performance.now();
    expect((await callApi(fake, 'GET', '/users/@me')).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThanOrEqual(29);
  });

  test('an error, as often as wanted', async () => {
    const fake = await startFake();
    const operation = 'POST /channels/{channel_id}/messages';
    fake.faults.answer({ operation }, { status: 502 });
    fake.faults.answer({ operation }, { status: 403, code: 50013, message: 'Missing Permissions' });
    const send = () => callApi(fake, 'POST', messagesPath(fake), { content: 'x' });
    expect((await send()).status).toBe(502);
    expect(await send()).toMatchObject({ status: 403, answer: { code: 50013 } });
    expect(await send()).toMatchObject({ status: 200 });
  });

  test('a lost answer: done all the same, and done twice by an SDK that asks again', async () => {
    const fake = await startFake();
    const client = await connectedClient(fake);
    const channel = await client.channels.fetch(fake.channel('general').id);
    if (channel?.isSendable() !== true) throw new Error('The channel is no text channel');
    fake.faults.drop({ method: 'POST' }, 'after');
    await channel.send('once?');
    expect(fake.channel('general').messages()).toHaveLength(2);
    fake.faults.drop({ method: 'POST' }, 'after');
    await channel.send({ content: 'once', nonce: 'a3f9', enforceNonce: true });
    expect(fake.channel('general').messages()).toHaveLength(3);
  });

  test('a request that is held back until it may go on', async () => {
    const fake = await startFake();
    const release = fake.faults.hold({ method: 'POST' });
    const sending = callApi(fake, 'POST', messagesPath(fake), { content: 'x' });
    await fake.waitFor(() => fake.calls.length === 1);
    expect(fake.channel('general').messages()).toEqual([]);
    release();
    expect((await sending).status).toBe(200);
  });

  test('an API that is down, and comes back', async () => {
    const fake = await startFake();
    const up = fake.faults.down();
    await expect(callApi(fake, 'GET', '/users/@me')).rejects.toThrow('fetch failed');
    up();
    expect((await callApi(fake, 'GET', '/users/@me')).status).toBe(200);
  });
});
