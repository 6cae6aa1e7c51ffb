import { describe, expect, test } from 'vitest';
import { client, connect, posted, refusal, slack } from './slack-bolt.ts';
import { actions, button, input, option, plain, section, typed } from './slack-samples.ts';
import { buttonsOf, manualClock, readText } from './slack/index.ts';
import type { SlackFake, SlackFakeOptions, SlackMessage } from './slack/index.ts';

/** People in front of Slack: what their doings look like to the app, and what comes back to them. */

async function withApp(options: SlackFakeOptions = {}): Promise<SlackFake> {
  const fake = await slack(options);
  await connect(fake, 'Socket Mode');
  return fake;
}

/** A message of the bot with these blocks, as people see it. */
async function shown(fake: SlackFake, ...blocks: object[]): Promise<SlackMessage> {
  const ts = await posted(client(fake), { blocks });
  return fake.waitFor(() =>
    fake
      .channel('C1')
      .messages()
      .find((message) => message.ts === ts),
  );
}

/** The payload of the last interaction, or of what was just done. */
const payload = (fake: SlackFake) => fake.interactions.at(-1)?.payload;

const anyText = expect.any(String);
const modal = (more: object = {}) => ({
  type: 'modal',
  callback_id: 'form',
  title: plain('Form'),
  submit: plain('Go'),
  blocks: [input(typed)],
  ...more,
});

describe('payloads', () => {
  test('of a command', async () => {
    const fake = await withApp();
    await fake.user('U1').command('/rebalance', ' core --buy-only ', { channel: 'C1' });
    expect(payload(fake)).toEqual({
      token: anyText,
      team_id: 'T0EVENKEEL',
      team_domain: 'evenkeel',
      channel_id: 'C1',
      channel_name: 'rebalancing',
      user_id: 'U1',
      user_name: 'ana',
      command: '/rebalance',
      text: 'core --buy-only',
      api_app_id: 'A0EVENKEEL',
      is_enterprise_install: 'false',
      response_url: expect.stringMatching(/^http:.*\/commands\/T0EVENKEEL\//),
      trigger_id: expect.stringMatching(/^\d+\.\d+\.[0-9a-f]+$/),
    });
  });

  test('of a click on a message', async () => {
    const fake = await withApp();
    const message = await shown(fake, {
      ...actions(button({ value: 'v', style: 'danger' })),
      block_id: 'b',
    });
    await fake.user('U2').click(message, 'a');
    expect(payload(fake)).toEqual({
      type: 'block_actions',
      user: { id: 'U2', username: 'ben', name: 'ben', team_id: 'T0EVENKEEL' },
      api_app_id: 'A0EVENKEEL',
      token: anyText,
      container: { type: 'message', message_ts: message.ts, channel_id: 'C1', is_ephemeral: false },
      trigger_id: anyText,
      team: { id: 'T0EVENKEEL', domain: 'evenkeel' },
      enterprise: null,
      is_enterprise_install: false,
      channel: { id: 'C1', name: 'rebalancing' },
      message: message.wire,
      state: { values: {} },
      response_url: anyText,
      actions: [
        {
          action_id: 'a',
          block_id: 'b',
          text: { type: 'plain_text', text: 'Go', emoji: true },
          value: 'v',
          style: 'danger',
          type: 'button',
          action_ts: anyText,
        },
      ],
    });
  });

  test('of a click on an ephemeral message leave the message out', async () => {
    const fake = await withApp();
    const blocks = [actions(button())];
    await client(fake).apiCall('chat.postEphemeral', {
      channel: 'C1',
      user: 'U1',
      text: 'a',
      blocks,
    });
    const [message] = fake.user('U1').ephemeralMessages();
    if (message === undefined) throw new Error('nothing was whispered');
    await fake.user('U1').click(message, 'a');
    expect(payload(fake)).toMatchObject({ container: { is_ephemeral: true } });
    expect(payload(fake)).not.toHaveProperty('message');
    await expect(fake.user('U2').click(message, 'a')).rejects.toThrow('does not see');
  });

  test('of a submission', async () => {
    const fake = await withApp();
    const ana = fake.user('U1');
    await ana.command('/rebalance', '', { channel: 'C1' });
    const { triggerId } = fake.interactions[0] ?? {};
    const view = modal({ private_metadata: 'kept' });
    await client(fake).apiCall('views.open', { trigger_id: triggerId, view });
    const [open] = ana.views();
    if (open === undefined) throw new Error('no view is open');
    await ana.submit(open, { t: 'because' });
    expect(payload(fake)).toMatchObject({
      type: 'view_submission',
      user: { id: 'U1', name: 'ana' },
      team: { id: 'T0EVENKEEL' },
      trigger_id: anyText,
      response_urls: [],
      view: {
        id: open.id,
        callback_id: 'form',
        private_metadata: 'kept',
        state: { values: { i: { t: { type: 'plain_text_input', value: 'because' } } } },
        root_view_id: open.id,
        previous_view_id: null,
        app_installed_team_id: 'T0EVENKEEL',
        hash: anyText,
      },
    });
    expect(ana.views()).toEqual([]);
  });

  test('of a closed view, where the app asked for it', async () => {
    const fake = await withApp();
    const ana = fake.user('U1');
    for (const notify of [false, true]) {
      const { triggerId } = await ana.command('/rebalance', '', { channel: 'C1' });
      const view = modal({ notify_on_close: notify });
      await client(fake).apiCall('views.open', { trigger_id: triggerId, view });
      const [open] = ana.views();
      if (open === undefined) throw new Error('no view is open');
      const closed = await ana.dismiss(open);
      expect(closed?.payload['type']).toBe(notify ? 'view_closed' : undefined);
      expect(ana.views()).toEqual([]);
    }
    expect(payload(fake)).toMatchObject({
      type: 'view_closed',
      user: { id: 'U1' },
      view: { callback_id: 'form', notify_on_close: true },
      is_cleared: false,
    });
  });

  test('of an opened Home tab', async () => {
    const fake = await withApp();
    await fake.user('U1').openHome();
    expect(payload(fake)).toMatchObject({
      type: 'event_callback',
      team_id: 'T0EVENKEEL',
      api_app_id: 'A0EVENKEEL',
      event: { type: 'app_home_opened', user: 'U1', channel: fake.direct('U1').id, tab: 'home' },
      event_id: expect.stringMatching(/^Ev/),
      event_time: expect.any(Number),
      authorizations: [{ team_id: 'T0EVENKEEL', user_id: 'U0EVENKEEL', is_bot: true }],
    });
  });

  test('of private channels and direct messages hide the name', async () => {
    const fake = await withApp({
      channels: [{ id: 'C1' }, { id: 'C2', name: 'board', kind: 'private' }],
    });
    await fake.user('U1').command('/rebalance', '', { channel: 'C2' });
    expect(payload(fake)).toMatchObject({ channel_id: 'C2', channel_name: 'privategroup' });
    await fake.user('U1').command('/rebalance', '', { channel: fake.direct('U1').id });
    expect(payload(fake)).toMatchObject({ channel_name: 'directmessage' });
  });

  test('name the workspace and the enterprise of a stranger', async () => {
    const fake = await withApp({
      users: [{ id: 'U1' }, { id: 'U9', name: 'eve', teamId: 'TELSEWHERE' }],
    });
    const message = await shown(fake, actions(button()));
    await fake.user('U9').click(message, 'a');
    expect(payload(fake)).toMatchObject({
      user: { id: 'U9', team_id: 'TELSEWHERE' },
      team: { id: 'T0EVENKEEL' },
    });
    const enterprise = { id: 'E1', name: 'Big' };
    const elsewhere = fake
      .user('U1')
      .from({ team: { id: 'TOTHER', domain: 'other', enterprise }, isEnterpriseInstall: true });
    await elsewhere.command('/rebalance', '', { channel: 'C1' });
    expect(payload(fake)).toMatchObject({
      team_id: 'TOTHER',
      enterprise_id: 'E1',
      is_enterprise_install: 'true',
    });
  });
});

describe('a person', () => {
  test('answers a confirmation dialog first', async () => {
    const fake = await withApp();
    const confirm = {
      title: plain('Sure?'),
      text: plain('5 orders'),
      confirm: plain('Trade'),
      deny: plain('No'),
    };
    const message = await shown(fake, actions(button({ confirm })));
    expect(buttonsOf(message)[0]?.confirm).toEqual({
      title: 'Sure?',
      text: '5 orders',
      confirm: 'Trade',
      deny: 'No',
    });
    expect(await fake.user('U1').click(message, 'a', { confirm: 'deny' })).toBeNull();
    expect(fake.interactions).toHaveLength(0);
    expect(await fake.user('U1').click(message, 'a')).toMatchObject({ status: 'acknowledged' });
  });

  test('can click what an edit has taken away since', async () => {
    const fake = await withApp();
    const message = await shown(fake, actions(button()));
    await client(fake).chat.update({ channel: 'C1', ts: message.ts, text: 'done', blocks: [] });
    await expect(fake.user('U1').click(message, 'a')).rejects.toThrow('there is no a to click');
    await fake.user('U1').click(message, 'a', { stale: true });
    expect(payload(fake)).toMatchObject({ message: { text: 'hello' } });
  });

  test('chooses in menus, and every click carries what is chosen', async () => {
    const fake = await withApp();
    const menu = { type: 'static_select', action_id: 'm', options: [option('x'), option('y')] };
    const message = await shown(fake, { ...actions(menu, button()), block_id: 'b' });
    await fake.user('U1').choose(message, 'm', 'y');
    expect(payload(fake)).toMatchObject({
      actions: [{ type: 'static_select', selected_option: { value: 'y' } }],
    });
    await fake.user('U1').click(message, 'a');
    expect(payload(fake)).toMatchObject({
      state: { values: { b: { m: { selected_option: { value: 'y' } } } } },
    });
    await expect(fake.user('U1').choose(message, 'm', 'z')).rejects.toThrow(
      'no option with the value "z"',
    );
  });

  test('types no command that is not registered, and none where they are not', async () => {
    const fake = await withApp({ channels: [{ id: 'C1' }, { id: 'C2', members: ['U2'] }] });
    const ana = fake.user('U1');
    await expect(ana.command('/nope', '', { channel: 'C1' })).rejects.toThrow(
      'not a valid command',
    );
    await expect(ana.command('/rebalance', '', { channel: 'C2' })).rejects.toThrow('not in C2');
    fake.setScopes(['chat:write']);
    await expect(ana.command('/rebalance', '', { channel: 'C1' })).rejects.toThrow(
      'not a valid command',
    );
  });

  test('reads a message in order', async () => {
    const fake = await slack();
    const message = await shown(
      fake,
      { type: 'header', text: plain('Title') },
      section(),
      actions(button()),
    );
    expect(readText(message)).toBe('Title\nhello\nGo');
  });
});

const trigger = async (fake: SlackFake): Promise<string> =>
  (await fake.user('U1').command('/rebalance', '', { channel: 'C1' })).triggerId ?? '';

describe('triggers and views', () => {
  test('a trigger is good once, and for 3 seconds', async () => {
    const clock = manualClock();
    const fake = await withApp({ clock });
    const web = client(fake);
    const first = { trigger_id: await trigger(fake), view: modal() };
    await web.apiCall('views.open', first);
    expect(await refusal(web.apiCall('views.open', first))).toMatchObject({
      error: 'exchanged_trigger_id',
    });
    const second = { trigger_id: await trigger(fake), view: modal() };
    clock.advance(3001);
    expect(await refusal(web.apiCall('views.open', second))).toMatchObject({
      error: 'expired_trigger_id',
    });
  });

  test('a bad view is refused with its place, and leaves the trigger good', async () => {
    const fake = await withApp();
    const web = client(fake);
    const id = await trigger(fake);
    const bad = web.apiCall('views.open', {
      trigger_id: id,
      view: modal({ title: plain('T'.repeat(25)) }),
    });
    expect(await refusal(bad)).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: {
        messages: expect.arrayContaining([
          '[ERROR] must be less than 25 characters [json-pointer:/view/title/text]',
        ]),
      },
    });
    await web.apiCall('views.open', { trigger_id: id, view: modal() });
  });

  test('views stack up to three, and only from inside', async () => {
    const fake = await withApp();
    const web = client(fake);
    const ana = fake.user('U1');
    const view = modal({ blocks: [actions(button())], submit: undefined });
    await web.apiCall('views.open', { trigger_id: await trigger(fake), view });
    const outside = web.apiCall('views.push', { trigger_id: await trigger(fake), view });
    expect(await refusal(outside)).toMatchObject({ error: 'not_found' });
    const pushNext = async () => {
      const front = ana.views().at(-1);
      if (front === undefined) throw new Error('no view is open');
      const click = await ana.click(front, 'a');
      return web.apiCall('views.push', { trigger_id: click?.triggerId, view });
    };
    await pushNext();
    await pushNext();
    expect(await refusal(pushNext())).toMatchObject({ error: 'push_limit_reached' });
    const [root, second, third] = ana.views();
    expect(third?.wire).toMatchObject({ root_view_id: root?.id, previous_view_id: second?.id });
    if (root === undefined) throw new Error('no view is open');
    await expect(ana.click(root, 'a')).rejects.toThrow('covered by another');
  });

  test('an update is refused over a newer view, and keeps what was typed', async () => {
    const fake = await withApp();
    const web = client(fake);
    await web.apiCall('views.open', { trigger_id: await trigger(fake), view: modal() });
    const [open] = fake.user('U1').views();
    if (open === undefined) throw new Error('no view is open');
    await fake.user('U1').choose(open, 't', 'typed');
    const update = { view_id: open.id, hash: open.hash, view: modal({ title: plain('New') }) };
    await web.apiCall('views.update', update);
    expect(fake.user('U1').views()).toMatchObject([
      { title: 'New', wire: { state: { values: { i: { t: { value: 'typed' } } } } } },
    ]);
    expect(await refusal(web.apiCall('views.update', update))).toMatchObject({
      error: 'hash_conflict',
    });
    await fake.user('U1').dismiss(open);
    expect(await refusal(web.apiCall('views.update', update))).toMatchObject({
      error: 'not_found',
    });
  });
});
