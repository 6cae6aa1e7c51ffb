import { describe, expect, test } from 'vitest';
import { client, post, posted, refusal, slack } from './slack-bolt.ts';
import { section } from './slack-samples.ts';
import { manualClock } from './slack/index.ts';
import type { SlackFake } from './slack/index.ts';

/** How calls arrive, what they change, and how often they may come. */

const send = async (fake: SlackFake, type: string | null, body: string): Promise<unknown> => {
  const headers = {
    authorization: `Bearer ${fake.botToken}`,
    ...(type === null ? {} : { 'content-type': type }),
  };
  const sent = type === null ? new Blob([body]) : body;
  const answer = await fetch(`${fake.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers,
    body: sent,
  });
  return answer.json();
};

describe('bodies', () => {
  const json = JSON.stringify({ channel: 'C1', text: 'a', blocks: [section()] });

  test.each<[string, string | null, string, object]>([
    ['JSON', 'application/json; charset=utf-8', json, { ok: true }],
    ['JSON without a charset', 'application/json', json, { ok: true, warning: 'missing_charset' }],
    ['a form', 'application/x-www-form-urlencoded', 'channel=C1&text=a', { ok: true }],
    ['broken JSON', 'application/json', '{', { error: 'invalid_json' }],
    ['a JSON list', 'application/json', '[]', { error: 'json_not_object' }],
    ['XML', 'text/xml', '<a/>', { error: 'invalid_post_type' }],
    ['no type', null, 'channel=C1', { error: 'missing_post_type' }],
  ])('%s', async (_, type, body, answer) => {
    expect(await send(await slack(), type, body)).toMatchObject(answer);
  });

  test('the answers carry what Slack stored', async () => {
    const fake = await slack();
    const { message } = await post(client(fake), { blocks: [section()] });
    const block = { type: 'section', block_id: expect.any(String) };
    expect(message).toMatchObject({
      user: fake.app.botUserId,
      bot_id: fake.app.botId,
      app_id: fake.app.id,
      blocks: [{ ...block, text: { type: 'mrkdwn', text: 'hello', verbatim: false } }],
    });
  });

  test('an update keeps the blocks that it does not name', async () => {
    const fake = await slack();
    const web = client(fake);
    const ts = await posted(web, { blocks: [section()] });
    await web.chat.update({ channel: 'C1', ts, text: 'new' });
    expect(fake.channel('C1').messages()).toMatchObject([
      { text: 'new', blocks: [{ type: 'section' }] },
    ]);
    await web.chat.update({ channel: 'C1', ts, text: 'new', blocks: [] });
    expect(fake.channel('C1').messages()).toMatchObject([{ text: 'new', blocks: [], edits: 2 }]);
  });

  test('a user id stands for the direct conversation, but not in updates', async () => {
    const fake = await slack();
    const web = client(fake);
    const { channel, ts } = await post(web, { channel: 'U1' });
    expect(channel).toMatch(/^D/);
    expect(fake.user('U1').directMessages()).toMatchObject([{ text: 'hello' }]);
    const wrong = web.chat.update({ channel: 'U1', ts: String(ts), text: 'a' });
    expect(await refusal(wrong)).toMatchObject({ error: 'channel_not_found' });
  });

  test('a file goes up in three steps', async () => {
    const fake = await slack();
    const content = 'sequence,type\n1,"a, b"\n';
    await client(fake).filesUploadV2({
      channel_id: 'C1',
      filename: 'audit.csv',
      content,
      initial_comment: 'Audit of November',
    });
    expect(fake.files).toMatchObject([
      { name: 'audit.csv', channel: 'C1', initialComment: 'Audit of November' },
    ]);
    expect(fake.files[0]?.content.toString('utf8')).toBe(content);
    expect(fake.channel('C1').messages()).toMatchObject([{ text: 'Audit of November' }]);
  });
});

describe('rate limits', () => {
  test('hold a channel to one update a second, after a burst', async () => {
    const clock = manualClock();
    const fake = await slack({ clock });
    const web = client(fake);
    const ts = await posted(web);
    const update = () => web.chat.update({ channel: 'C1', ts, text: 'progress' });
    for (let count = 0; count < 10; count += 1) await update();
    await expect(update()).rejects.toMatchObject({ retryAfter: 1 });
    expect(fake.calls.at(-1)).toMatchObject({ status: 429, error: 'ratelimited' });
    clock.advance(1000);
    await update();
    fake.setRateLimits(false);
    await update();
  });
});
