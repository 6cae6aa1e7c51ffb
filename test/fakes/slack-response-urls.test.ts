import { describe, expect, test } from 'vitest';
import { client, connect, posted, slack } from './slack-bolt.ts';
import { actions, button } from './slack-samples.ts';
import { manualClock } from './slack/index.ts';

/** What an app may say back through the URL of an interaction, and for how long. */

const say = (url: string | null | undefined, body: object) =>
  fetch(url ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('response URLs', () => {
  test('replace and delete the message that was clicked', async () => {
    const fake = await slack();
    await connect(fake, 'Socket Mode');
    await posted(client(fake), { blocks: [actions(button())] });
    const message = await fake.waitFor(() => fake.channel('C1').messages()[0]);
    const click = await fake.user('U1').click(message, 'a');
    await say(click?.responseUrl, { text: 'replaced', replace_original: true });
    expect(fake.channel('C1').messages()).toMatchObject([
      { ts: message.ts, text: 'replaced', blocks: [] },
    ]);
    await say(click?.responseUrl, { text: 'for you' });
    expect(fake.user('U1').ephemeralMessages()).toMatchObject([{ text: 'for you' }]);
    await say(click?.responseUrl, { delete_original: true });
    expect(fake.channel('C1').messages()).toEqual([]);
  });

  test('are good 5 times and for 30 minutes', async () => {
    const clock = manualClock();
    const fake = await slack({ clock });
    await connect(fake, 'Socket Mode');
    const command = () => fake.user('U1').command('/rebalance', '', { channel: 'C1' });
    const { responseUrl } = await command();
    expect((await say(responseUrl, { text: '' })).status).toBe(400);
    for (let count = 0; count < 5; count += 1) {
      expect((await say(responseUrl, { text: 'a' })).status).toBe(200);
    }
    const sixth = await say(responseUrl, { text: 'a' });
    expect([sixth.status, await sixth.json()]).toEqual([404, { ok: false, error: 'used_url' }]);
    const late = await command();
    clock.advance(30 * 60_000 + 1);
    expect(await (await say(late.responseUrl, { text: 'a' })).json()).toMatchObject({
      error: 'expired_url',
    });
  });
});
