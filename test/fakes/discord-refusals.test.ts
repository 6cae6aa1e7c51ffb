import { MessageFlags } from 'discord.js';
import { describe, expect, test } from 'vitest';
import {
  callApi,
  commandsPath,
  messagesPath,
  postMessage,
  rebalanceCommand,
  startFake,
} from './discord-client.ts';
import type { DiscordFake, DiscordFakeOptions } from './discord/index.ts';

describe('the API refuses', () => {
  test.each<[string, number, number, (fake: DiscordFake) => ReturnType<typeof callApi>]>([
    [
      'no token',
      401,
      0,
      (fake) => callApi(fake, 'GET', '/users/@me', undefined, { Authorization: '' }),
    ],
    [
      'a wrong token',
      401,
      0,
      (fake) => callApi(fake, 'GET', '/users/@me', undefined, { Authorization: 'Bot x' }),
    ],
    [
      'no user agent',
      403,
      40333,
      (fake) => callApi(fake, 'GET', '/users/@me', undefined, { 'User-Agent': 'curl' }),
    ],
    ['an unknown route', 404, 0, (fake) => callApi(fake, 'GET', '/nothing')],
    ['another method', 405, 0, (fake) => callApi(fake, 'DELETE', '/users/@me')],
    ['a channel that is not there', 404, 10003, (fake) => callApi(fake, 'GET', '/channels/5')],
    ['a guild that is not there', 404, 10004, (fake) => callApi(fake, 'GET', '/guilds/5')],
    [
      'a person who is not there',
      404,
      10013,
      (fake) => callApi(fake, 'GET', `/guilds/${fake.guild.id}/members/5`),
    ],
    [
      'a message that is not there',
      404,
      10008,
      (fake) => callApi(fake, 'GET', `${messagesPath(fake)}/5`),
    ],
    [
      'what is no JSON',
      400,
      50109,
      (fake) =>
        callApi(fake, 'POST', messagesPath(fake), '{', { 'Content-Type': 'application/json' }),
    ],
    [
      'another content type',
      400,
      50035,
      (fake) => callApi(fake, 'POST', messagesPath(fake), 'x', { 'Content-Type': 'text/plain' }),
    ],
    ['an empty message', 400, 50006, (fake) => callApi(fake, 'POST', messagesPath(fake), {})],
    [
      'a message that is too long',
      400,
      50035,
      (fake) => callApi(fake, 'POST', messagesPath(fake), { content: 'x'.repeat(2001) }),
    ],
    [
      'a reply to nothing',
      400,
      50035,
      (fake) =>
        callApi(fake, 'POST', messagesPath(fake), {
          content: 'x',
          message_reference: { message_id: '5' },
        }),
    ],
    [
      'the list of members without the intent',
      403,
      50001,
      (fake) => callApi(fake, 'GET', `/guilds/${fake.guild.id}/members`),
    ],
    [
      'commands of another application',
      403,
      20012,
      (fake) => callApi(fake, 'GET', '/applications/5/commands'),
    ],
    [
      'commands in an unknown guild',
      403,
      50001,
      (fake) => callApi(fake, 'PUT', `/applications/${fake.applicationId}/guilds/5/commands`, []),
    ],
    [
      'a command with a bad name',
      400,
      50035,
      (fake) =>
        callApi(fake, 'PUT', commandsPath(fake), [{ name: 'Re Balance', description: 'x' }]),
    ],
    [
      'an interaction that is not there',
      404,
      10062,
      (fake) => callApi(fake, 'POST', '/interactions/5/x/callback', { type: 5 }),
    ],
    [
      'a webhook that is not there',
      404,
      10015,
      (fake) => callApi(fake, 'POST', `/webhooks/${fake.applicationId}/x`, { content: 'x' }),
    ],
  ])('%s with %i and code %i', async (_, status, code, ask) => {
    const fake = await startFake();
    expect(await ask(fake)).toMatchObject({
      status,
      answer: { code, message: expect.any(String) },
    });
  });

  test('another version', async () => {
    const fake = await startFake();
    const url = `${fake.apiUrl}/v6/users/@me`;
    const response = await fetch(url, { headers: { 'User-Agent': 'DiscordBot (a, 1)' } });
    expect(await response.json()).toMatchObject({ code: 50041 });
  });

  test('in the shape of Discord, with the place of every error', async () => {
    const fake = await startFake();
    const embeds = [{ title: 'x' }, { fields: [{ name: 'a', value: 'x'.repeat(1025) }] }];
    expect(
      (await callApi(fake, 'POST', messagesPath(fake), { content: 1, embeds })).answer,
    ).toEqual({
      code: 50035,
      message: 'Invalid Form Body',
      errors: {
        content: {
          _errors: [{ code: 'STRING_TYPE_CONVERT', message: 'Could not interpret "1" as string.' }],
        },
        embeds: {
          1: {
            fields: {
              0: {
                value: {
                  _errors: [
                    { code: 'BASE_TYPE_MAX_LENGTH', message: 'Must be 1024 or fewer in length.' },
                  ],
                },
              },
            },
          },
        },
      },
    });
  });

  test.each<[string, DiscordFakeOptions, (fake: DiscordFake) => void, number, number]>([
    ['it cannot see', {}, (fake) => fake.channel('general').deny(['viewChannel']), 403, 50001],
    [
      'it may not write in',
      {},
      (fake) => fake.channel('general').deny(['sendMessages']),
      403,
      50013,
    ],
    ['its role may not write in', { botPermissions: ['viewChannel'] }, () => {}, 403, 50013],
    ['that was deleted', {}, (fake) => fake.channel('general').delete(), 404, 10003],
    ['of a guild that threw it out', {}, (fake) => fake.removeBot(), 403, 50001],
    ['after its token was revoked', {}, (fake) => fake.revokeToken(), 401, 0],
  ])('a bot in a channel %s', async (_, options, spoil, status, code) => {
    const fake = await startFake(options);
    const path = messagesPath(fake);
    spoil(fake);
    expect(await callApi(fake, 'POST', path, { content: 'x' })).toMatchObject({
      status,
      answer: { code },
    });
  });

  test('files and embeds without the permissions for them', async () => {
    const fake = await startFake({ botPermissions: ['viewChannel', 'sendMessages'] });
    const body = { embeds: [{ title: 'x' }] };
    expect(await callApi(fake, 'POST', messagesPath(fake), body)).toMatchObject({ status: 403 });
  });

  test('commands where the invitation did not allow them', async () => {
    const fake = await startFake({ allowsCommands: false });
    expect((await callApi(fake, 'PUT', commandsPath(fake), [])).answer).toMatchObject({
      code: 50001,
    });
  });
});

describe('messages', () => {
  test('of others cannot be edited, nor deleted without the permission', async () => {
    const fake = await startFake();
    const { id } = fake.member('1').say('hello');
    const path = `${messagesPath(fake)}/${id}`;
    expect((await callApi(fake, 'PATCH', path, { content: 'x' })).answer).toMatchObject({
      code: 50005,
    });
    expect((await callApi(fake, 'DELETE', path)).answer).toMatchObject({ code: 50013 });
  });

  test('cannot be emptied by an edit', async () => {
    const fake = await startFake();
    const path = `${messagesPath(fake)}/${await postMessage(fake, { content: 'hello' })}`;
    const refused = await callApi(fake, 'PATCH', path, { content: '' });
    expect(refused.answer).toMatchObject({ code: 50006 });
    expect((await callApi(fake, 'PATCH', path, { flags: 4 })).status).toBe(200);
  });

  test('are gone once deleted', async () => {
    const fake = await startFake();
    const path = `${messagesPath(fake)}/${await postMessage(fake, { content: 'hello' })}`;
    expect((await callApi(fake, 'DELETE', path)).status).toBe(204);
    expect((await callApi(fake, 'PATCH', path, { content: 'x' })).answer).toMatchObject({
      code: 10008,
    });
    expect(fake.channel('general').messages()).toEqual([]);
  });

  test('with an enforced nonce are made once', async () => {
    const fake = await startFake();
    const body = { content: 'x', nonce: 'a3f9', enforce_nonce: true };
    const first = await callApi(fake, 'POST', messagesPath(fake), body);
    const second = await callApi(fake, 'POST', messagesPath(fake), body);
    expect(second.answer).toEqual(first.answer);
    fake.advance({ minutes: 6 });
    const third = await callApi(fake, 'POST', messagesPath(fake), body);
    expect(third.answer).not.toEqual(first.answer);
  });

  test.each([
    ['Components V2 cannot be taken back', { flags: 0 }, 'flags'],
    ['nor mixed with content', { content: 'x' }, 'content'],
  ])('%s', async (_, edit, field) => {
    const fake = await startFake();
    const components = [{ type: 10, content: 'x' }];
    const body = { flags: MessageFlags.IsComponentsV2, components };
    const path = `${messagesPath(fake)}/${await postMessage(fake, body)}`;
    expect((await callApi(fake, 'PATCH', path, edit)).answer).toMatchObject({
      errors: { [field]: {} },
    });
    expect((await callApi(fake, 'PATCH', path, { components })).status).toBe(200);
  });

  test('become Components V2 only when their content is emptied', async () => {
    const fake = await startFake();
    const path = `${messagesPath(fake)}/${await postMessage(fake, { content: 'hello' })}`;
    const body = { flags: MessageFlags.IsComponentsV2, components: [{ type: 10, content: 'x' }] };
    expect((await callApi(fake, 'PATCH', path, body)).answer).toMatchObject({
      errors: { content: {} },
    });
    expect((await callApi(fake, 'PATCH', path, { ...body, content: null })).status).toBe(200);
  });

  test.each([
    ['everyone it names', undefined, { users: ['2'], roles: ['77'], everyone: false }],
    ['nobody', { parse: [] }, { users: [], roles: [], everyone: false }],
    ['the people it names', { parse: ['users'] }, { users: ['2'], roles: [], everyone: false }],
    ['one it names and lists', { users: ['2', '3'] }, { users: ['2'], roles: [], everyone: false }],
  ])('notify %s', async (_, allowed_mentions, pings) => {
    const fake = await startFake({ roles: [{ id: '77', name: 'Approvers', mentionable: true }] });
    const content = '@everyone <@2> and <@&77>';
    const id = await postMessage(fake, { content, allowed_mentions });
    expect(fake.message(id)?.pings).toEqual(pings);
  });

  test('notify everyone from a bot that may', async () => {
    const botPermissions = ['viewChannel', 'sendMessages', 'mentionEveryone'] as const;
    const fake = await startFake({ botPermissions });
    const everyone = { content: '@everyone' };
    const quiet = { ...everyone, allowed_mentions: { parse: [] } };
    expect(fake.message(await postMessage(fake, everyone))?.pings.everyone).toBe(true);
    expect(fake.message(await postMessage(fake, quiet))?.pings.everyone).toBe(false);
  });
});

describe('registration', () => {
  test('keeps the ids of commands that keep their names', async () => {
    const fake = await startFake();
    const before = await callApi(fake, 'PUT', commandsPath(fake), [rebalanceCommand]);
    const after = await callApi(fake, 'PUT', commandsPath(fake), [
      rebalanceCommand,
      { name: 'halt', description: 'Stop' },
    ]);
    expect(Object(after.answer)[0]).toEqual(Object(before.answer)[0]);
    expect(fake.commands().map(({ name }) => name)).toEqual(['rebalance', 'halt']);
    expect(fake.commandWrites).toBe(2);
  });
});
