import { describe, expect, test } from 'vitest';
import { client, connect, post, refusal, slack } from './slack-bolt.ts';
import type { SlackFault } from './slack/index.ts';

/** What goes wrong on demand, as the SDK sees it. */

describe('a fault', () => {
  test.each<[string, SlackFault, object, number]>([
    [
      'an error',
      { type: 'error', error: 'internal_error' },
      { data: { error: 'internal_error' } },
      0,
    ],
    [
      'a 503',
      { type: 'status', status: 503 },
      { code: 'slack_webapi_http_error', statusCode: 503 },
      0,
    ],
    ['a 429', { type: 'rate_limited', retryAfterSeconds: 30 }, { retryAfter: 30 }, 0],
    [
      'a broken connection',
      { type: 'drop', when: 'before' },
      { code: 'slack_webapi_request_error' },
      0,
    ],
    ['a lost answer', { type: 'drop', when: 'after' }, { code: 'slack_webapi_request_error' }, 1],
    ['wrong JSON', { type: 'wrong_json' }, { data: { error: '<html>busy</html>' } }, 1],
  ])('%s', async (_, fault, error, stored) => {
    const fake = await slack();
    const web = client(fake);
    fake.faults.next('chat.postMessage', fault);
    await expect(post(web)).rejects.toMatchObject(error);
    expect(fake.channel('C1').messages()).toHaveLength(stored);
    expect(fake.calls.at(-1)).toMatchObject({ method: 'chat.postMessage', ok: false });
    await post(web);
    expect(fake.channel('C1').messages()).toHaveLength(stored + 1);
  });

  test('an answer that is held back', async () => {
    const fake = await slack();
    const held = Promise.withResolvers<void>();
    fake.faults.next('chat.postMessage', { type: 'hold', until: held.promise });
    const waiting = post(client(fake));
    await post(client(fake), { text: 'overtakes' });
    held.resolve();
    await waiting;
    expect(
      fake
        .channel('C1')
        .messages()
        .map(({ text }) => text),
    ).toEqual(['overtakes', 'hello']);
  });

  test('Slack is down, and up again', async () => {
    const fake = await slack();
    const up = fake.faults.down();
    await expect(client(fake).auth.test()).rejects.toMatchObject({ statusCode: 503 });
    up();
    expect(await client(fake).auth.test()).toMatchObject({ ok: true });
  });

  test('the bot is removed from a channel, and joins again', async () => {
    const fake = await slack();
    const web = client(fake);
    fake.channel('C1').removeBot();
    expect(await refusal(post(web))).toMatchObject({ error: 'not_in_channel' });
    const { channel } = await web.conversations.info({ channel: 'C1' });
    expect(channel).toMatchObject({ is_member: false });
    await web.conversations.join({ channel: 'C1' });
    await post(web);
  });

  test('sockets are refused for a while', async () => {
    const fake = await slack();
    await connect(fake, 'Socket Mode');
    const accept = fake.socketMode.refuse();
    fake.socketMode.drop();
    await fake.waitFor(() => fake.callsTo('apps.connections.open').length >= 2);
    expect(fake.socketMode.connections()).toEqual([]);
    accept();
    await fake.waitFor(() => fake.socketMode.connections().length === 1, 5000);
    await fake.user('U1').command('/rebalance', '', { channel: 'C1' });
    expect(fake.interactions.at(-1)).toMatchObject({ status: 'acknowledged' });
  });

  test('a wait in vain tells what happened instead', async () => {
    const fake = await slack();
    await client(fake).auth.test();
    await expect(fake.waitFor(() => null, 10)).rejects.toThrow(
      'waited 10 ms in vain; auth.test: ok',
    );
  });
});
