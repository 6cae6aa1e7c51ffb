import { REST } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { createCustomIds } from '../../../src/chat/discord/custom-id.ts';
import { createMessages } from '../../../src/chat/discord/messages.ts';
import { ChatError } from '../../../src/ports/chat-error.ts';
import type { Interaction, Reply } from '../../../src/ports/chat.ts';
import { APPROVE, EVERY_BLOCK, textMessage } from '../../contracts/chat/samples.ts';
import { createTestClock } from '../../fixtures/test-clock.ts';
import { answering, NOTHING, notingLog, openDiscordWorld, until } from './harness.ts';

const PROPOSAL = {
  fallback: 'A proposal',
  blocks: [{ type: 'buttons' as const, buttons: [APPROVE] }],
};
const OPENLY: Reply = { type: 'message', message: textMessage('Seen'), visibility: 'channel' };
const PRIVATELY: Reply = { type: 'message', message: textMessage('Done'), visibility: 'private' };
const CREATE = 'POST /channels/{channel_id}/messages';
const ACKNOWLEDGE = 'POST /interactions/{interaction_id}/{interaction_token}/callback';
const ANSWER = 'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original';
const FOLLOW_UP = 'POST /webhooks/{webhook_id}/{webhook_token}';

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (error instanceof ChatError) return error.code;
    throw error;
  }
}

describe('posting and editing', () => {
  test('a post whose answer was lost stands there once, also when it is posted again', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    await chat.start(answering(NOTHING).handle);
    fake.faults.drop({ operation: CREATE }, 'after', 4);
    expect(await codeOf(chat.post(channel, EVERY_BLOCK))).toBe('unavailable');
    fake.faults.clear();
    const reference = await chat.post(channel, EVERY_BLOCK);
    expect(
      fake
        .channel('general')
        .messages()
        .map(({ id }) => id),
    ).toEqual([reference.messageId]);
    await chat.post(channel, EVERY_BLOCK);
    expect(fake.channel('general').messages()).toHaveLength(2);
  });

  test('a 429 is waited for, and a 502 tried again', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    await chat.start(answering(NOTHING).handle);
    fake.faults.rateLimit({ operation: CREATE }, { retryAfterSeconds: 0.05 });
    fake.faults.answer({ operation: CREATE }, { status: 502 });
    await chat.post(channel, EVERY_BLOCK);
    expect(fake.callsTo(CREATE).map(({ status }) => status)).toEqual([429, 502, 200]);
    expect(fake.channel('general').messages()).toHaveLength(1);
  });

  test.each([
    ['5xx that last', { status: 503 }, 'unavailable'],
    [
      'no permission',
      { status: 403, code: 50013, message: 'Missing Permissions' },
      'missing_scope',
    ],
    ['no access', { status: 403, code: 50001, message: 'Missing Access' }, 'channel_unavailable'],
    ['no channel', { status: 404, code: 10003, message: 'Unknown Channel' }, 'channel_unavailable'],
    [
      'a defect of ours',
      { status: 400, code: 50035, message: 'Invalid Form Body' },
      'message_refused',
    ],
    ['no authorization', { status: 401, code: 0, message: '401: Unauthorized' }, 'authentication'],
  ] as const)('%s has a code', async (_, answer, code) => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    await chat.start(answering(NOTHING).handle);
    fake.faults.answer({ operation: CREATE }, answer, 4);
    expect(await codeOf(chat.post(channel, EVERY_BLOCK))).toBe(code);
  });

  test('a message is gone with its channel', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    await chat.start(answering(NOTHING).handle);
    const reference = await chat.post(channel, EVERY_BLOCK);
    fake.channel('general').delete();
    expect(await chat.edit(reference, EVERY_BLOCK)).toBe('gone');
  });

  test('a channel id that is none is told apart from a gone message', async () => {
    await using world = await openDiscordWorld();
    expect(await codeOf(world.chat.post('#general', EVERY_BLOCK))).toBe('channel_unavailable');
  });

  test('an edit takes away pictures and buttons that the new message has not', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    const reference = await chat.post(channel, EVERY_BLOCK);
    expect(fake.message(reference.messageId)?.attachments).toHaveLength(2);
    await chat.edit(reference, textMessage('Decided'));
    expect(fake.message(reference.messageId)).toMatchObject({
      text: 'Decided',
      attachments: [],
      buttons: [],
    });
  });
});

describe('a chart that cannot be drawn', () => {
  test('is told in words, and the rest of the message stands', async () => {
    await using world = await openDiscordWorld();
    const { fake, channel } = world;
    const { log, lines } = notingLog();
    const messages = createMessages({
      rest: new REST({ api: fake.apiUrl, version: '10' }).setToken(fake.token),
      random: { bytes: (length) => new Uint8Array(length) },
      customIds: createCustomIds(),
      painter: { paint: () => Promise.reject(new Error('there is no font')) },
      log,
    });
    await messages.post(channel, EVERY_BLOCK);
    const [posted] = fake.channel('general').messages();
    expect(posted?.attachments).toEqual([]);
    expect(posted?.text).toContain('AAPL: Target 30%, Now 38.1%');
    expect(posted?.text).toContain('Small print');
    expect(lines.map(({ fields }) => fields['code'])).toEqual(['discord_chart_not_drawn']);
  });
});

describe('a click is never lost', () => {
  test('while the connection is down: it comes when the session is resumed', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    const { interactions, handle } = answering(OPENLY);
    await chat.start(handle);
    const { messageId } = await chat.post(channel, PROPOSAL);
    fake.gateway.drop();
    await until(() => [...fake.gateway.sessions.values()].every(({ socket }) => socket === null));
    fake.member('Ana').click(messageId, 'Approve');
    await until(
      () =>
        fake
          .channel('general')
          .messages()
          .find(({ text }) => text === 'Seen'),
      8_000,
    );
    expect(fake.gateway).toMatchObject({ identifies: 1, resumes: 1 });
    expect(interactions).toHaveLength(1);
  });

  test('while the API is down: it counts at once, and is answered when the API is back', async () => {
    const clock = createTestClock();
    await using world = await openDiscordWorld({ chat: { clock } });
    const { fake, chat, channel } = world;
    const { interactions, handle } = answering(OPENLY);
    await chat.start(handle);
    const { messageId } = await chat.post(channel, PROPOSAL);
    const up = fake.faults.down();
    fake.member('Ana').click(messageId, 'Approve');
    await until(() => interactions.length === 1);
    await until(() => clock.scheduled().length > 0);
    up();
    await clock.advance({ seconds: 1 });
    const said = await until(() =>
      fake
        .channel('general')
        .messages()
        .find(({ text }) => text === 'Seen'),
    );
    expect(said.via).toBe('channel');
    expect(interactions).toHaveLength(1);
  });

  test('that is acknowledged too late counts all the same', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    const { interactions, handle } = answering(PRIVATELY);
    await chat.start(handle);
    const { messageId } = await chat.post(channel, PROPOSAL);
    const unknown = { status: 404, code: 10062, message: 'Unknown interaction' };
    fake.faults.answer({ operation: ACKNOWLEDGE }, unknown);
    fake.member('Ana').click(messageId, 'Approve');
    await until(() =>
      fake
        .member('Ana')
        .directMessages()
        .find(({ text }) => text === 'Done'),
    );
    expect(interactions).toHaveLength(1);
  });

  test('whose acknowledgement was done and its answer lost is answered in place', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    await chat.start(answering(PRIVATELY).handle);
    const { messageId } = await chat.post(channel, PROPOSAL);
    const done = {
      status: 400,
      code: 40060,
      message: 'Interaction has already been acknowledged.',
    };
    const sent = fake.member('Ana').click(messageId, 'Approve');
    await sent.acknowledged();
    fake.faults.answer({ operation: ACKNOWLEDGE }, done);
    const again = fake.member('Ana').command('help');
    await until(() => fake.callsTo(ACKNOWLEDGE).length === 2);
    expect(again.id).not.toBe(sent.id);
    await until(() => sent.followups().find(({ text }) => text === 'Done'));
  });

  test('is acknowledged on another connection when Discord closes the one that was idle', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat } = world;
    await chat.start(answering(PRIVATELY).handle);
    fake.faults.drop({ operation: ACKNOWLEDGE }, 'idle', 2);
    const sent = fake.member('Ana').command('help');
    expect((await sent.acknowledged()).type).toBe(5);
    expect((await sent.reply()).text).toBe('Done');
  });

  test('answers fifty people at once without waiting for a rate limit that is not theirs', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat } = world;
    await chat.start(answering(PRIVATELY).handle);
    const sent = Array.from({ length: 60 }, () => fake.member('Ana').command('help'));
    await Promise.all(sent.map((each) => each.reply(10_000)));
    const times = fake.callsTo(ANSWER).map(({ at }) => at);
    const pauses = times.map((at, index) => at - (times[index - 1] ?? at));
    expect(Math.max(...pauses)).toBeLessThan(600);
  });

  test('an answer that Discord fails to take is tried again', async () => {
    const clock = createTestClock();
    await using world = await openDiscordWorld({ chat: { clock } });
    const { fake, chat, channel } = world;
    await chat.start(answering(OPENLY).handle);
    const { messageId } = await chat.post(channel, PROPOSAL);
    fake.faults.answer({ operation: FOLLOW_UP }, { status: 503 }, 4);
    const sent = fake.member('Ana').click(messageId, 'Approve');
    await until(() => fake.callsTo(FOLLOW_UP).filter(({ status }) => status === 503).length === 4);
    await until(() => clock.scheduled().length > 0);
    await clock.advance({ seconds: 1 });
    await until(() => sent.followups().find(({ text }) => text === 'Seen'));
    expect(sent.followups()).toHaveLength(1);
  });
});

describe('exactly once', () => {
  test('a redelivered click is handed over and answered once', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    const { interactions, handle } = answering(OPENLY);
    await chat.start(handle);
    const { messageId } = await chat.post(channel, PROPOSAL);
    const sent = fake.member('Ana').click(messageId, 'Approve');
    sent.redeliver();
    await until(() => sent.followups().length === 1);
    sent.redeliver();
    // What comes after the redelivery has been handled when this has.
    fake.member('Ben').click(messageId, 'Approve');
    await until(() => interactions.length === 2);
    expect(new Set(interactions.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
    expect(sent.followups()).toHaveLength(1);
  });

  test('a click on a message of an earlier run says what it is about', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    await chat.start(answering(NOTHING).handle);
    const { messageId } = await chat.post(channel, PROPOSAL);
    await chat.stop();
    await using next = await openDiscordWorld({ beside: fake });
    const { interactions, handle } = answering(NOTHING);
    await next.chat.start(handle);
    fake.member('Ana').click(messageId, 'Approve');
    const { proposalId, digest } = APPROVE;
    await until(() => interactions.length === 1);
    expect(interactions[0]).toMatchObject({ action: 'approve', proposalId, digest });
  });
});

describe('the connection', () => {
  test('a token that is refused ends the start with a sentence, and is not in it', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, log } = world;
    fake.revokeToken();
    expect(await codeOf(chat.start(answering(NOTHING).handle))).toBe('authentication');
    expect(JSON.stringify(log)).not.toContain(fake.token);
  });

  test('a token that is revoked later is told of once, and posts say so', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel, log } = world;
    await chat.start(answering(NOTHING).handle);
    fake.revokeToken();
    await until(() => log.some(({ fields }) => fields['code'] === 'discord_disconnected'));
    expect(await codeOf(chat.post(channel, EVERY_BLOCK))).toBe('authentication');
    expect(await codeOf(chat.post(channel, EVERY_BLOCK))).toBe('authentication');
  });

  test('a Discord that is down at the start is connected when it is back', async () => {
    const clock = createTestClock();
    await using world = await openDiscordWorld({ chat: { clock } });
    const { fake, chat, log } = world;
    const up = fake.faults.down();
    const interactions: Interaction[] = [];
    await chat.start(async (interaction) => {
      interactions.push(interaction);
      return NOTHING;
    });
    expect(log.map(({ fields }) => fields['code'])).toEqual(['discord_unreachable']);
    up();
    await clock.advance({ seconds: 1 });
    await until(() => fake.commands().length > 0);
    fake.member('Ana').command('help');
    await until(() => interactions.length === 1);
  });

  test('a bot that is removed from its server is told of', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, log } = world;
    await chat.start(answering(NOTHING).handle);
    fake.removeBot();
    await until(() => log.some(({ fields }) => fields['code'] === 'discord_not_in_guild'));
  });

  test('logs name no token of the bot or of an interaction', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel, log } = world;
    await chat.start(answering(PRIVATELY).handle);
    const { messageId } = await chat.post(channel, PROPOSAL);
    fake.faults.answer({ operation: ACKNOWLEDGE }, { status: 400, code: 50035, message: 'no' });
    fake.faults.answer({ operation: CREATE }, { status: 400, code: 50035, message: 'no' });
    const sent = fake.member('Ana').click(messageId, 'Approve');
    await until(() => log.some(({ fields }) => fields['code'] === 'discord_answer_lost'));
    const everything = log
      .map(({ fields, message }) => `${inspectDeeply(fields)} ${message}`)
      .join();
    expect(everything).not.toContain(fake.token);
    expect(everything).not.toContain(sent.token);
  });
});

function inspectDeeply(fields: object): string {
  return Object.values(fields)
    .map((value: unknown) =>
      value instanceof Error
        ? JSON.stringify(value, Object.getOwnPropertyNames(value))
        : JSON.stringify(value),
    )
    .join();
}

test('leaves no timer behind when it hangs up itself, which would keep the program from ending', async () => {
  const clock = createTestClock();
  await using world = await openDiscordWorld({ chat: { clock } });
  await world.chat.start(async () => ({ type: 'nothing' }));
  await world.chat.stop();
  expect(clock.scheduled()).toEqual([]);
});
