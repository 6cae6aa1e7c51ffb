import type { WebClient } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import { client, post, posted, refusal, slack } from './slack-bolt.ts';
import { button, mrkdwn, plain, section, table, x } from './slack-samples.ts';
import type { SlackFake, SlackFakeOptions } from './slack/index.ts';

/** What the Web API refuses, and with which words. */

type Call = (web: WebClient, fake: SlackFake) => Promise<unknown>;

const modal = { type: 'modal', title: plain('T'), blocks: [section()] };
const fields: SlackFakeOptions = {
  channels: [
    { id: 'C1' },
    { id: 'CPRIVATE', kind: 'private' },
    { id: 'CSECRET', kind: 'private', members: ['U1'] },
    { id: 'CAWAY', members: ['U1'] },
    { id: 'CARCHIVED', archived: true },
    { id: 'CTWO', members: ['U1', 'U0EVENKEEL'] },
  ],
};

describe('a call is refused', () => {
  test.each<[string, string, Call]>([
    ['of an unknown method', 'unknown_method', (web) => web.apiCall('chat.shout')],
    ['in no channel', 'invalid_arguments', (web) => web.apiCall('chat.postMessage', { text: 'a' })],
    ['in an unknown channel', 'channel_not_found', (web) => post(web, { channel: 'CNONE' })],
    ['in a channel by its name', 'channel_not_found', (web) => post(web, { channel: '#c1' })],
    [
      'in a private channel without the bot',
      'channel_not_found',
      (web) => post(web, { channel: 'CSECRET' }),
    ],
    [
      'in a public channel without the bot',
      'not_in_channel',
      (web) => post(web, { channel: 'CAWAY' }),
    ],
    ['in an archived channel', 'is_archived', (web) => post(web, { channel: 'CARCHIVED' })],
    ['that says nothing', 'no_text', (web) => post(web, { text: '' })],
    [
      'with blocks that are no JSON',
      'invalid_blocks_format',
      (web) => post(web, { blocks: 'nope' }),
    ],
    [
      'with blocks that are no list',
      'invalid_blocks_format',
      (web) => post(web, { blocks: section() }),
    ],
    ['with bad blocks', 'invalid_blocks', (web) => post(web, { blocks: [{ type: 'none' }] })],
    [
      'with two tables',
      'invalid_attachments',
      (web) => post(web, { blocks: [table(1, 1), table(1, 1)] }),
    ],
    [
      'with too much in all',
      'msg_blocks_too_long',
      (web) => post(web, { blocks: [1, 2, 3, 4, 5].map(() => section({ text: mrkdwn(x(2900)) })) }),
    ],
    ['with bad metadata', 'invalid_metadata_format', (web) => post(web, { metadata: { a: 1 } })],
    [
      'in a thread that is none',
      'cannot_reply_to_message',
      (web) => post(web, { thread_ts: '1.000001' }),
    ],
    ['under another name', 'missing_scope', (web) => post(web, { username: 'boss' })],
    [
      'to a deleted message',
      'message_not_found',
      async (web) => {
        const ts = await posted(web);
        await web.chat.delete({ channel: 'C1', ts });
        return web.chat.update({ channel: 'C1', ts, text: 'a' });
      },
    ],
    [
      'to a message elsewhere',
      'message_not_found',
      async (web) => web.chat.update({ channel: 'CTWO', ts: await posted(web), text: 'a' }),
    ],
    [
      "to somebody else's message",
      'cant_update_message',
      (web, fake) =>
        web.chat.update({ channel: 'C1', ts: fake.user('U1').say('C1', 'mine').ts, text: 'a' }),
    ],
    [
      "that deletes somebody else's message",
      'cant_delete_message',
      (web, fake) => web.chat.delete({ channel: 'C1', ts: fake.user('U1').say('C1', 'mine').ts }),
    ],
    [
      'to an ephemeral message',
      'message_not_found',
      async (web) => {
        const { message_ts: ts = '' } = await web.chat.postEphemeral({
          channel: 'C1',
          user: 'U1',
          text: 'a',
        });
        return web.chat.update({ channel: 'C1', ts, text: 'b' });
      },
    ],
    [
      'to a message in a channel archived since',
      'is_inactive',
      async (web, fake) => {
        const ts = await posted(web);
        fake.channel('C1').archive();
        return web.chat.update({ channel: 'C1', ts, text: 'a' });
      },
    ],
    [
      'to a message in a private channel the bot was removed from',
      'channel_not_found',
      async (web, fake) => {
        const ts = await posted(web, { channel: 'CPRIVATE' });
        fake.channel('CPRIVATE').removeBot();
        return web.chat.update({ channel: 'CPRIVATE', ts, text: 'a' });
      },
    ],
    [
      'that updates with 4,001 characters',
      'msg_too_long',
      async (web) => web.chat.update({ channel: 'C1', ts: await posted(web), text: x(4001) }),
    ],
    [
      'that updates with 4,001 bytes',
      'msg_too_long',
      async (web) =>
        web.chat.update({ channel: 'C1', ts: await posted(web), text: '数'.repeat(1334) }),
    ],
    [
      'that whispers to somebody who is not there',
      'user_not_in_channel',
      (web) => web.chat.postEphemeral({ channel: 'CTWO', user: 'U2', text: 'a' }),
    ],
    [
      'for the link of a message that is none',
      'message_not_found',
      (web) => web.chat.getPermalink({ channel: 'C1', message_ts: '1.000001' }),
    ],
    [
      'to open a Home tab as a modal',
      'invalid_arguments',
      (web) =>
        web.apiCall('views.open', {
          trigger_id: '1.1.a',
          view: { type: 'home', blocks: [section()] },
        }),
    ],
    [
      'with a trigger that is none',
      'invalid_trigger_id',
      (web) => web.apiCall('views.open', { trigger_id: '1.1.a', view: modal }),
    ],
    ['without a trigger', 'invalid_arguments', (web) => web.apiCall('views.open', { view: modal })],
    [
      'to update a view that is none',
      'not_found',
      (web) => web.apiCall('views.update', { view_id: 'VNONE', view: modal }),
    ],
    [
      'to publish for nobody',
      'invalid_arguments',
      (web) =>
        web.apiCall('views.publish', {
          user_id: 'UNONE',
          view: { type: 'home', blocks: [section()] },
        }),
    ],
    [
      'to publish over a newer Home tab',
      'hash_conflict',
      async (web) => {
        const args = { user_id: 'U1', view: { type: 'home', blocks: [section()] } };
        const { view } = Object(await web.apiCall('views.publish', args));
        await web.apiCall('views.publish', args);
        return web.apiCall('views.publish', { ...args, hash: Object(view).hash });
      },
    ],
    [
      'for a private channel without the bot',
      'channel_not_found',
      (web) => web.conversations.info({ channel: 'CSECRET' }),
    ],
    ['for an unknown user', 'user_not_found', (web) => web.users.info({ user: 'UNONE' })],
    ['for an unknown bot', 'bot_not_found', (web) => web.bots.info({ bot: 'BNONE' })],
    ['to talk to nobody', 'users_list_not_supplied', (web) => web.apiCall('conversations.open')],
    [
      'to join a private channel',
      'method_not_supported_for_channel_type',
      (web) => web.conversations.join({ channel: 'CPRIVATE' }),
    ],
    [
      'to upload nothing',
      'missing_argument',
      (web) => web.files.getUploadURLExternal({ filename: 'a', length: 0 }),
    ],
    [
      'to complete an upload that never came',
      'file_not_found',
      async (web) => {
        const { file_id: id = '' } = await web.files.getUploadURLExternal({
          filename: 'a',
          length: 1,
        });
        return web.files.completeUploadExternal({ files: [{ id, title: 'a' }] });
      },
    ],
    [
      'to open a socket with the bot token',
      'not_allowed_token_type',
      (web) => web.apps.connections.open({}),
    ],
  ])('%s: %s', async (_, error, call) => {
    const fake = await slack(fields);
    const answer = await refusal(call(client(fake), fake));
    expect(answer).toMatchObject({ ok: false, error });
    expect(fake.calls.at(-1)).toMatchObject({ ok: false, error });
  });

  test('with the words of its validator', async () => {
    const fake = await slack();
    const wrong = { type: 'actions', elements: [button({ text: plain(x(76)) })] };
    expect(await refusal(post(client(fake), { blocks: [wrong] }))).toMatchObject({
      errors: [
        'failed to match all allowed schemas [json-pointer:/blocks/0/elements/0/text]',
        'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
      ],
      response_metadata: {
        messages: [
          '[ERROR] failed to match all allowed schemas [json-pointer:/blocks/0/elements/0/text]',
          '[ERROR] must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
        ],
      },
    });
  });

  test('with rich blocks that the workspace does not have yet', async () => {
    const fake = await slack({ richBlocks: false });
    expect(await refusal(post(client(fake), { blocks: [table(1, 1)] }))).toMatchObject({
      error: 'invalid_blocks',
      errors: ['unsupported type: table [json-pointer:/blocks/0/type]'],
    });
    fake.setRichBlocks(['table']);
    await post(client(fake), { blocks: [table(1, 1)] });
  });
});

describe('tokens', () => {
  test.each<[string, 'expired' | 'revoked' | 'inactive']>([
    ['token_expired', 'expired'],
    ['token_revoked', 'revoked'],
    ['account_inactive', 'inactive'],
  ])('%s', async (error, state) => {
    const fake = await slack();
    fake.setToken('bot', state);
    expect(await refusal(client(fake).auth.test())).toMatchObject({ error });
    fake.setToken('bot', 'valid');
    expect(await client(fake).auth.test()).toMatchObject({
      user_id: fake.app.botUserId,
      bot_id: fake.app.botId,
      team_id: fake.team.id,
    });
  });

  test.each<[string, string]>([
    ['not_authed', ''],
    ['invalid_auth', 'xoxb-somebody-else'],
  ])('%s', async (error, token) => {
    const fake = await slack();
    expect(await refusal(client(fake, token).auth.test())).toMatchObject({ error });
  });

  test('an app-level token is for Socket Mode alone', async () => {
    const fake = await slack();
    const web = client(fake, fake.appToken);
    expect(await refusal(post(web))).toMatchObject({ error: 'not_allowed_token_type' });
    expect(await web.apps.connections.open({})).toMatchObject({
      url: expect.stringMatching(/^ws:/),
    });
    const inBody = await fetch(`${fake.apiUrl}apps.connections.open?token=${fake.appToken}`);
    expect(await inBody.json()).toMatchObject({ error: 'not_authed' });
  });

  test.each<[string, string, Call]>([
    ['chat:write', 'chat.postMessage', (web) => post(web)],
    ['channels:read', 'conversations.info', (web) => web.conversations.info({ channel: 'C1' })],
    [
      'groups:read',
      'conversations.members',
      (web) => web.conversations.members({ channel: 'CPRIVATE' }),
    ],
    ['im:write', 'conversations.open', (web) => web.conversations.open({ users: 'U1' })],
    ['mpim:write', 'conversations.open', (web) => web.conversations.open({ users: 'U1,U2' })],
    ['channels:join', 'conversations.join', (web) => web.conversations.join({ channel: 'C1' })],
    ['users:read', 'users.info', (web) => web.users.info({ user: 'U1' })],
    [
      'files:write',
      'files.getUploadURLExternal',
      (web) => web.files.getUploadURLExternal({ filename: 'a', length: 1 }),
    ],
  ])('without %s there is no %s', async (needed, method, call) => {
    const fake = await slack({ ...fields, scopes: ['commands'] });
    expect(await refusal(call(client(fake), fake))).toMatchObject({
      error: 'missing_scope',
      needed,
      provided: 'commands',
      response_metadata: { scopes: ['commands'], acceptedScopes: [needed] },
    });
    fake.setScopes(['commands', needed]);
    await call(client(fake), fake);
    expect(fake.callsTo(method).map(({ ok }) => ok)).toEqual([false, true]);
  });
});
