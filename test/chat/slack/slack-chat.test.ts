import { afterEach, describe, expect, it, vi } from 'vitest';
import type { InteractionHandler, Interaction, Reply } from '../../../src/ports/chat.ts';
import { APPROVE, EVERY_BLOCK, REJECT_FORM } from '../../contracts/chat/samples.ts';
import { FAST } from '../../fixtures/fast-clock.ts';
import { richBlockTypes } from '../../fakes/slack/index.ts';
import { MODES, openSlackHarness, say } from './harness.ts';
import type { SlackHarness } from './harness.ts';

const NOTHING: InteractionHandler = async () => ({ type: 'nothing' });
const C1 = { channel: 'C1' } as const;
const UNTIL_RECONNECTED = 4000;

const opened: SlackHarness[] = [];

async function open(...args: Parameters<typeof openSlackHarness>): Promise<SlackHarness> {
  const harness = await openSlackHarness(...args);
  opened.push(harness);
  return harness;
}

/** Every test ends without anything that the real Slack, or an auditor, would hold against it. */
afterEach(async () => {
  for (const harness of opened.splice(0)) {
    await harness[Symbol.asyncDispose]();
    const { fake, log } = harness;
    const logged = JSON.stringify(log.lines, (_, value: unknown) =>
      value instanceof Error ? `${value.name} ${value.message} ${value.stack}` : value,
    );
    const secrets = [fake.botToken, fake.appToken, fake.signingSecret];
    const problems = [
      ...fake.problems,
      ...secrets.filter((secret) => logged.includes(secret)).map(() => 'a secret was logged'),
    ];
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }
});

function noting(reply: Reply): { interactions: Interaction[]; handle: InteractionHandler } {
  const interactions: Interaction[] = [];
  return {
    interactions,
    handle: async (interaction) => {
      interactions.push(interaction);
      return reply;
    },
  };
}

const SAID: Reply = { type: 'message', message: say('Done'), visibility: 'channel' };

describe.each(MODES)('over %s', (mode) => {
  it('acknowledges before it does anything else', async () => {
    const { chat, fake } = await open(mode);
    const released = Promise.withResolvers<void>();
    const all = Promise.withResolvers<void>();
    let handling = 0;
    await chat.start(async () => {
      handling += 1;
      if (handling === 20) all.resolve();
      await released.promise;
      return { type: 'nothing' };
    });
    const before = fake.calls.length;
    const typed = await Promise.all(
      Array.from({ length: 20 }, () => fake.user('U1').command('/help', '', C1)),
    );
    expect(typed.map(({ status }) => status)).toEqual(Array(20).fill('acknowledged'));
    await all.promise;
    expect(fake.calls).toHaveLength(before);
    released.resolve();
  });

  it('answers a delivery once, however often and however Slack repeats it', async () => {
    const { chat, fake } = await open(mode);
    // The application answers a redelivery as it did the first time.
    const { handle } = noting(SAID);
    await chat.start(handle);
    fake.planNextDelivery({ twice: true });
    const typed = await fake.user('U1').command('/rebalance', 'core', C1);
    await fake.redeliver(typed);
    await chat.settled();
    expect(fake.channel('C1').messages()).toHaveLength(1);
  });

  it('refuses other workspaces, guests from elsewhere and organisation-wide installs', async () => {
    const { chat, fake } = await open(mode, {
      fake: {
        app: { commands: ['/help'] },
        users: [{ id: 'U1' }, { id: 'U9', teamId: 'T0THEIRS' }],
      },
    });
    const { interactions, handle } = noting(SAID);
    await chat.start(handle);
    const post = await chat.post('C1', EVERY_BLOCK);
    const [message] = fake.channel('C1').messages();
    if (message === undefined) throw new Error('the message is there');
    await fake
      .user('U1')
      .from({ team: { id: 'T0OTHER' } })
      .command('/help', '', C1);
    await fake.user('U1').from({ isEnterpriseInstall: true }).command('/help', '', C1);
    await fake.user('U9').click(message, 'approve');
    await chat.settled();
    expect(interactions).toEqual([]);
    expect(fake.channel('C1').messages()).toHaveLength(1);
    expect(fake.user('U9').ephemeralMessages('C1')).toHaveLength(1);
    expect(post.channel).toBe('C1');
  });

  it('refuses conversations that are not configured, politely and privately', async () => {
    const { chat, fake } = await open(mode, {
      fake: {
        app: { commands: ['/help'] },
        channels: [{ id: 'C1' }, { id: 'C2', members: ['U1', 'U2'] }],
      },
    });
    const { interactions, handle } = noting(SAID);
    await chat.start(handle);
    await fake.user('U1').command('/help', '', { channel: 'C2' });
    await chat.settled();
    expect(interactions).toEqual([]);
    expect(fake.channel('C2').messages()).toEqual([]);
    const [refusal] = fake.user('U1').ephemeralMessages('C2');
    expect(JSON.stringify(refusal?.blocks)).toContain('I do not serve this conversation');
  });

  it('says that a form came too late, instead of nothing', async () => {
    const { chat, fake } = await open(mode);
    await chat.start(noting({ type: 'form', form: REJECT_FORM }).handle);
    fake.faults.next('views.open', { type: 'error', error: 'expired_trigger_id' });
    await fake.user('U1').command('/help', '', C1);
    await chat.settled();
    expect(fake.user('U1').views()).toEqual([]);
    expect(JSON.stringify(fake.user('U1').ephemeralMessages('C1'))).toContain('Click once more');
  });

  it('shows the Home tab, whose buttons answer to the person alone', async () => {
    const { chat, fake } = await open(mode, {
      chat: {
        home: async () => ({
          fallback: 'Home',
          blocks: [...EVERY_BLOCK.blocks.slice(0, -1), { type: 'buttons', buttons: [APPROVE] }],
        }),
      },
    });
    const { interactions, handle } = noting({
      type: 'message',
      message: say('Counted'),
      visibility: 'private',
    });
    await chat.start(handle);
    await fake.user('U1').openHome();
    const home = await fake.waitFor(() => fake.user('U1').home());
    await fake.user('U1').click(home, 'approve');
    await chat.settled();
    expect(interactions).toMatchObject([{ type: 'click', channel: 'U1', action: 'approve' }]);
    expect(JSON.stringify(fake.user('U1').directMessages())).toContain('Counted');
  });
});

describe('posting and editing', () => {
  async function started(options: Parameters<typeof open>[1] = {}): Promise<SlackHarness> {
    const harness = await open('Socket Mode', options);
    await harness.chat.start(NOTHING);
    return harness;
  }

  it('says it plainly where the workspace has no rich blocks, and remembers that', async () => {
    const { chat, fake } = await started({ fake: { richBlocks: false } });
    const reference = await chat.post('C1', EVERY_BLOCK);
    await chat.edit(reference, EVERY_BLOCK);
    await chat.post('C1', EVERY_BLOCK);
    expect(fake.callsTo('chat.postMessage').map(({ error }) => error)).toEqual([
      'invalid_blocks',
      null,
      null,
    ]);
    expect(fake.callsTo('chat.update').map(({ error }) => error)).toEqual([null]);
    const types = fake
      .channel('C1')
      .messages()
      .flatMap(({ blocks }) => blocks.map(({ type }) => String(type)));
    expect(types.filter((type) => richBlockTypes.includes(type))).toEqual([]);
    expect(types).toContain('actions');
  });

  it.each(['invalid_attachments', 'msg_blocks_too_long', 'invalid_blocks'])(
    'says it in words when Slack takes it in no other way (%s), and keeps the buttons',
    async (error) => {
      const { chat, fake, log } = await started();
      fake.faults.next('chat.postMessage', { type: 'error', error }, 2);
      await chat.post('C1', EVERY_BLOCK);
      const [message] = fake.channel('C1').messages();
      expect(message?.blocks.map(({ type }) => type)).toEqual(['section', 'actions']);
      expect(log.lines).toContainEqual(
        expect.objectContaining({
          level: 'error',
          fields: expect.objectContaining({ code: 'slack_message_refused' }) as unknown,
        }),
      );
    },
  );

  it('whispers plainly, too', async () => {
    const { chat, fake } = await open('Socket Mode', { fake: { richBlocks: false } });
    await chat.start(
      noting({ type: 'message', message: EVERY_BLOCK, visibility: 'private' }).handle,
    );
    await fake.user('U1').command('/help', '', C1);
    await chat.settled();
    expect(fake.user('U1').ephemeralMessages('C1')).toHaveLength(1);
  });

  it('waits as long as Slack asks it to', async () => {
    const { chat, fake } = await started();
    const reference = await chat.post('C1', say('One'));
    fake.faults.next('chat.update', { type: 'rate_limited', retryAfterSeconds: 1 });
    const before = performance.now();
    expect(await chat.edit(reference, say('Two'))).toBe('edited');
    expect(performance.now() - before).toBeGreaterThan(950 / FAST);
    expect(fake.callsTo('chat.update')).toHaveLength(2);
  });

  it('gives a long wait back to whoever asked', async () => {
    const { chat, fake } = await started();
    fake.faults.next('chat.postMessage', { type: 'rate_limited', retryAfterSeconds: 600 });
    await expect(chat.post('C1', say('One'))).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('edits again when Slack fails or its answer is lost', async () => {
    const { chat, fake } = await started();
    const reference = await chat.post('C1', say('One'));
    fake.faults.next('chat.update', { type: 'status', status: 503 });
    fake.faults.next('chat.update', { type: 'drop', when: 'after' });
    expect(await chat.edit(reference, say('Two'))).toBe('edited');
    expect(fake.callsTo('chat.update')).toHaveLength(3);
  });

  it('never posts a second time by itself what may be there already', async () => {
    const { chat, fake } = await started();
    fake.faults.next('chat.postMessage', { type: 'drop', when: 'after' });
    await expect(chat.post('C1', say('One'))).rejects.toMatchObject({ code: 'unavailable' });
    expect(fake.channel('C1').messages()).toHaveLength(1);
  });

  it('edits a message once for the newest of the changes that wait', async () => {
    const { chat, fake } = await started();
    const reference = await chat.post('C1', say('0'));
    const held = Promise.withResolvers<void>();
    fake.faults.next('chat.update', { type: 'hold', until: held.promise });
    const edits = ['1', '2', '3', '4', '5', '6'].map((text) => chat.edit(reference, say(text)));
    held.resolve();
    expect(new Set(await Promise.all(edits))).toEqual(new Set(['edited']));
    expect(fake.callsTo('chat.update').length).toBeLessThan(3);
    expect(fake.channel('C1').messages()[0]?.text).toBe('6');
  });

  it('keeps to Slack’s pace in a channel, so that nothing is refused', async () => {
    const { chat, fake } = await started();
    const before = performance.now();
    for (let count = 0; count < 6; count += 1) await chat.post('C1', say(String(count)));
    expect(performance.now() - before).toBeGreaterThan(900 / FAST);
    expect(fake.callsTo('chat.postMessage').map(({ error }) => error)).toEqual(Array(6).fill(null));
  });

  it.each([
    ['not_in_channel', 'channel_unavailable'],
    ['channel_not_found', 'channel_unavailable'],
    ['is_archived', 'channel_unavailable'],
    ['missing_scope', 'missing_scope'],
    ['token_expired', 'authentication'],
    ['account_inactive', 'authentication'],
    ['something_new', 'message_refused'],
  ])('names what is wrong: %s is %s', async (error, code) => {
    const { chat, fake } = await started();
    fake.faults.next('chat.postMessage', { type: 'error', error });
    await expect(chat.post('C1', say('One'))).rejects.toMatchObject({
      name: 'ChatError',
      code,
      platformCode: error,
    });
  });

  it.each(['message_not_found', 'cant_update_message', 'channel_not_found', 'is_inactive'])(
    'answers gone on %s',
    async (error) => {
      const { chat, fake } = await started();
      const reference = await chat.post('C1', say('One'));
      fake.faults.next('chat.update', { type: 'error', error });
      expect(await chat.edit(reference, say('Two'))).toBe('gone');
    },
  );

  it('writes to a person directly, and edits that', async () => {
    const { chat, fake } = await started();
    const reference = await chat.post('U1', say('For you'));
    expect(reference.channel).toBe(fake.direct('U1').id);
    expect(await chat.edit(reference, say('Changed'))).toBe('edited');
    expect(fake.user('U1').directMessages()).toMatchObject([{ text: 'Changed' }]);
  });
});

describe('the connection', () => {
  it.each(['refresh_requested', 'warning'] as const)(
    'comes back within a second when Slack renews it (%s)',
    async (reason) => {
      const { chat, fake } = await open('Socket Mode');
      const { interactions, handle } = noting(SAID);
      await chat.start(handle);
      fake.socketMode.disconnect(reason);
      await fake.waitFor(() => fake.socketMode.accepted === 2, 1000);
      await fake.waitFor(() => fake.socketMode.connections().length === 1);
      await fake.user('U1').command('/help', '', C1);
      await chat.settled();
      expect(interactions).toHaveLength(1);
    },
  );

  it('comes back after a cut, also when it takes several attempts', async () => {
    const { chat, fake } = await open('Socket Mode');
    await chat.start(NOTHING);
    fake.faults.next('apps.connections.open', { type: 'status', status: 503 }, 2);
    fake.socketMode.drop();
    await fake.waitFor(() => fake.socketMode.accepted === 2, UNTIL_RECONNECTED);
    expect(fake.callsTo('apps.connections.open').length).toBeGreaterThanOrEqual(4);
  });

  it('survives a revoked app token, says so, and goes on trying', async () => {
    const { chat, fake } = await open('Socket Mode');
    const told: string[] = [];
    await chat.start(NOTHING, {
      lost: (error) => told.push(`lost: ${error.code}`),
      regained: () => told.push('regained'),
    });
    const mend = fake.faults.always('apps.connections.open', {
      type: 'error',
      error: 'invalid_auth',
    });
    fake.socketMode.drop();
    await fake.waitFor(() => fake.callsTo('apps.connections.open').length >= 4, UNTIL_RECONNECTED);
    mend();
    await fake.waitFor(() => fake.socketMode.accepted === 2, UNTIL_RECONNECTED);
    await vi.waitFor(() => {
      expect(told).toEqual(['lost: authentication', 'regained']);
    });
  });

  it('stops while it is about to connect again', async () => {
    const { chat, fake } = await open('Socket Mode');
    await chat.start(NOTHING);
    const accept = fake.socketMode.refuse();
    fake.socketMode.drop();
    await fake.waitFor(() => fake.callsTo('apps.connections.open').length >= 2);
    await chat.stop();
    accept();
    expect(fake.socketMode.connections()).toEqual([]);
  });

  it.each(MODES)('does not start with a token that Slack refuses (%s)', async (mode) => {
    const { chat, fake } = await open(mode);
    fake.setToken('bot', 'revoked');
    await expect(chat.start(NOTHING)).rejects.toMatchObject({ code: 'authentication' });
  });

  it('does not start with an app token that Slack refuses', async () => {
    const { chat, fake } = await open('Socket Mode');
    fake.setToken('app', 'revoked');
    await expect(chat.start(NOTHING)).rejects.toMatchObject({ code: 'authentication' });
  });

  it.each(['wrong', 'stale', 'missing'] as const)(
    'answers 401 to a request whose signature is %s, and hands nothing over',
    async (signing) => {
      const { chat, fake } = await open('signed HTTP');
      const { interactions, handle } = noting(SAID);
      await chat.start(handle);
      const typed = await fake.user('U1').command('/help', '', C1);
      await chat.settled();
      const forged = { ...typed.payload, trigger_id: 'forged' };
      expect((await fake.post('slash_commands', forged, { signing })).status).toBe(401);
      expect(interactions).toHaveLength(1);
      expect(await fake.verifyRequestUrl()).toBe(true);
    },
  );
});
