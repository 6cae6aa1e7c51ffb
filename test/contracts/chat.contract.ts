import { describe, expect, it } from 'vitest';
import { messageSchema } from '../../src/messages/message.ts';
import type {
  Interaction,
  InteractionHandler,
  MessageReference,
  Reply,
} from '../../src/ports/chat.ts';
import type { ChatContractHarness } from './chat/harness.ts';
import {
  APPROVE,
  DIGEST,
  EMPTY_BLOCKS,
  EVERY_BLOCK,
  EVERY_TEXT,
  everywhere,
  HOSTILE,
  hostileForm,
  longMessage,
  REJECT_FORM,
  textMessage,
} from './chat/samples.ts';

/** A handler that notes what it is given and, like the real one, answers a delivery once. */
interface NotingHandler {
  readonly interactions: readonly Interaction[];
  readonly handle: InteractionHandler;
}

function answering(reply: Reply | ((interaction: Interaction) => Promise<Reply>)): NotingHandler {
  const interactions: Interaction[] = [];
  const known = new Set<string>();
  return {
    interactions,
    handle: async (interaction) => {
      interactions.push(interaction);
      if (known.has(interaction.idempotencyKey)) return { type: 'nothing' };
      known.add(interaction.idempotencyKey);
      return typeof reply === 'function' ? await reply(interaction) : reply;
    },
  };
}

const NOTHING: Reply = { type: 'nothing' };

async function seenText(harness: ChatContractHarness, person: string): Promise<readonly string[]> {
  return (await harness.seenBy(person)).map(({ text }) => text);
}

/**
 * What every chat adapter must do, whatever platform is behind it.
 * @param open gives a fresh harness each time, whose chat has not been started.
 */
export function describeChatContract(name: string, open: () => Promise<ChatContractHarness>): void {
  describe(`${name} keeps the chat contract`, () => {
    describePosting(open);
    describeContent(open);
    describeInteractions(open);
    describeReplies(open);
    describeStopping(open);
  });
}

function describePosting(open: () => Promise<ChatContractHarness>): void {
  it('posts a message that everybody in the channel sees', async () => {
    await using harness = await open();
    const { chat, channel, people } = harness;
    await chat.start(answering(NOTHING).handle);
    const reference = await chat.post(channel, textMessage('Good morning'));
    expect(reference).toEqual({
      platform: chat.platform,
      channel,
      messageId: expect.stringMatching(/./) as unknown,
    });
    for (const person of people) {
      const seen = await harness.seenBy(person);
      expect(seen).toEqual([{ messageId: reference.messageId, text: 'Good morning' }]);
    }
  });

  it('edits a message in place, by a reference that was stored as text', async () => {
    await using harness = await open();
    const { chat, channel, people } = harness;
    await chat.start(answering(NOTHING).handle);
    const first = await chat.post(channel, textMessage('One'));
    await chat.post(channel, textMessage('Two'));
    const stored: MessageReference = JSON.parse(JSON.stringify(first));
    expect(await chat.edit(stored, textMessage('One, changed'))).toBe('edited');
    expect(await chat.edit(stored, textMessage('One, changed'))).toBe('edited');
    expect(await seenText(harness, people[0])).toEqual(['One, changed', 'Two']);
  });

  it('says that a message is gone', async () => {
    await using harness = await open();
    const { chat, channel, people } = harness;
    await chat.start(answering(NOTHING).handle);
    const reference = await chat.post(channel, textMessage('Soon gone'));
    await harness.remove(reference);
    expect(await chat.edit(reference, textMessage('Still here?'))).toBe('gone');
    expect(await chat.edit({ ...reference, messageId: 'no such id' }, textMessage('?'))).toBe(
      'gone',
    );
    expect(await seenText(harness, people[0])).toEqual([]);
  });
}

function describeContent(open: () => Promise<ChatContractHarness>): void {
  it('shows every type of block', async () => {
    await using harness = await open();
    const { chat, channel, people } = harness;
    await chat.start(answering(NOTHING).handle);
    const reference = await chat.post(channel, EVERY_BLOCK);
    await chat.edit(reference, { ...EVERY_BLOCK, fallback: 'Everything once more' });
    const [text = ''] = await seenText(harness, people[0]);
    expect(EVERY_TEXT.filter((part) => !text.includes(part))).toEqual([]);
    expect(await harness.incidents()).toEqual([]);
  });

  it('shows the fallback of a message without blocks', async () => {
    await using harness = await open();
    const { chat, channel, people } = harness;
    await chat.start(answering(NOTHING).handle);
    await chat.post(channel, { fallback: 'Only words', blocks: [] });
    expect(await seenText(harness, people[0])).toEqual(['Only words']);
  });

  it('posts blocks with nothing in them', async () => {
    await using harness = await open();
    const { chat, channel, people } = harness;
    await chat.start(answering(NOTHING).handle);
    await chat.post(channel, EMPTY_BLOCKS);
    expect(await harness.seenBy(people[0])).toHaveLength(1);
    expect(await harness.incidents()).toEqual([]);
  });

  it('posts and edits what is longer than the platform shows', async () => {
    await using harness = await open();
    const { chat, channel, people } = harness;
    await chat.start(answering(NOTHING).handle);
    const long = messageSchema.parse(longMessage());
    const reference = await chat.post(channel, long);
    expect(await chat.edit(reference, { ...long, fallback: 'Edited' })).toBe('edited');
    const [text = ''] = await seenText(harness, people[0]);
    expect(text).toContain('The long one');
    expect(await harness.incidents()).toEqual([]);
  });

  it.each(HOSTILE)('shows %j as text, wherever it stands', async (text) => {
    await using harness = await open();
    const { chat, channel, people } = harness;
    const [person] = people;
    await chat.start(answering({ type: 'form', form: hostileForm(text) }).handle);
    const reference = await chat.post(channel, everywhere(text));
    expect(await chat.edit(reference, { ...everywhere(text), fallback: `${text}!` })).toBe(
      'edited',
    );
    await harness.click(person, reference, APPROVE, 'delivery-1');
    expect(await harness.formBefore(person)).not.toBeNull();
    const seen = await seenText(harness, person);
    expect(seen).toHaveLength(1);
    expect(lettersOf(seen[0] ?? '')).toContain(lettersOf(text));
    expect(await harness.incidents()).toEqual([]);
  });
}

/** Platforms may take the sting out of punctuation and control characters, but no words. */
function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '');
}

function describeInteractions(open: () => Promise<ChatContractHarness>): void {
  it('hands a command over once, with who, where and what', async () => {
    await using harness = await open();
    const { chat, channel, people } = harness;
    const handler = answering(NOTHING);
    await chat.start(handler.handle);
    await harness.type(people[0], '/rebalance core --contribute 1000', 'delivery-1');
    expect(handler.interactions).toEqual([
      {
        type: 'command',
        idempotencyKey: expect.stringMatching(/./) as unknown,
        user: { platform: chat.platform, userId: people[0], roleIds: expect.any(Array) as unknown },
        channel,
        command: 'rebalance',
        text: 'core --contribute 1000',
      },
    ]);
  });

  it('hands over a command without anything behind it', async () => {
    await using harness = await open();
    const handler = answering(NOTHING);
    await harness.chat.start(handler.handle);
    await harness.type(harness.people[0], '/help', 'delivery-1');
    expect(handler.interactions).toMatchObject([{ command: 'help', text: '' }]);
  });

  it('hands over what follows a command as it was typed', async () => {
    await using harness = await open();
    const handler = answering(NOTHING);
    await harness.chat.start(handler.handle);
    const text = 'core it\'s "wrong" & <b>bold</b>, 5 > 3, 100% ünïcode 🚢';
    await harness.type(harness.people[0], `/halt ${text}`, 'delivery-1');
    expect(handler.interactions).toMatchObject([{ command: 'halt', text }]);
  });

  it('hands a click over once, with the button’s proposal and digest', async () => {
    await using harness = await open();
    const { chat, channel, people } = harness;
    const handler = answering(NOTHING);
    await chat.start(handler.handle);
    const reference = await chat.post(channel, EVERY_BLOCK);
    await harness.click(people[1], reference, APPROVE, 'delivery-1');
    expect(handler.interactions).toEqual([
      {
        type: 'click',
        idempotencyKey: expect.stringMatching(/./) as unknown,
        user: { platform: chat.platform, userId: people[1], roleIds: expect.any(Array) as unknown },
        channel,
        action: 'approve',
        proposalId: 'k3f9xa',
        digest: DIGEST,
        fields: null,
      },
    ]);
  });

  it('gives different deliveries different keys', async () => {
    await using harness = await open();
    const { chat, channel, people } = harness;
    const handler = answering(NOTHING);
    await chat.start(handler.handle);
    const reference = await chat.post(channel, EVERY_BLOCK);
    await harness.type(people[0], '/help', 'delivery-1');
    await harness.type(people[0], '/help', 'delivery-2');
    await harness.click(people[0], reference, APPROVE, 'delivery-3');
    await harness.click(people[0], reference, APPROVE, 'delivery-4');
    await harness.click(people[1], reference, APPROVE, 'delivery-5');
    const keys = handler.interactions.map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toHaveLength(5);
    expect(new Set(keys).size).toBe(5);
  });

  it('gives a redelivery the key of the first, and answers it once', async () => {
    await using harness = await open();
    const { chat, people } = harness;
    const handler = answering({
      type: 'message',
      message: textMessage('Done'),
      visibility: 'channel',
    });
    await chat.start(handler.handle);
    await Promise.all([
      harness.type(people[0], '/help', 'delivery-1'),
      harness.type(people[0], '/help', 'delivery-1'),
    ]);
    await harness.type(people[0], '/help', 'delivery-1');
    expect(new Set(handler.interactions.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(await seenText(harness, people[0])).toEqual(['Done']);
  });
}

function describeReplies(open: () => Promise<ChatContractHarness>): void {
  it('shows a private reply to the one who asked, and to nobody else', async () => {
    await using harness = await open();
    const { chat, people } = harness;
    await chat.start(
      answering({ type: 'message', message: textMessage('For you'), visibility: 'private' }).handle,
    );
    await harness.type(people[0], '/portfolio', 'delivery-1');
    expect(await seenText(harness, people[0])).toEqual([expect.stringContaining('For you')]);
    expect(await seenText(harness, people[1])).toEqual([]);
  });

  it('shows a reply to the channel to everybody', async () => {
    await using harness = await open();
    const { chat, people } = harness;
    await chat.start(
      answering({ type: 'message', message: textMessage('For all'), visibility: 'channel' }).handle,
    );
    await harness.type(people[0], '/portfolio', 'delivery-1');
    for (const person of people) expect(await seenText(harness, person)).toEqual(['For all']);
  });

  it('says nothing when there is nothing to say', async () => {
    await using harness = await open();
    const { chat, channel, people } = harness;
    await chat.start(answering(NOTHING).handle);
    const reference = await chat.post(channel, EVERY_BLOCK);
    await harness.click(people[0], reference, APPROVE, 'delivery-1');
    await harness.type(people[0], '/help', 'delivery-2');
    expect(await harness.seenBy(people[0])).toHaveLength(1);
    expect(await harness.formBefore(people[0])).toBeNull();
  });

  it('opens a form before the one who clicked, and hands over what was filled in', async () => {
    await using harness = await open();
    const { chat, channel, people } = harness;
    const handler = answering(async (interaction) =>
      interaction.type === 'click' && interaction.fields === null
        ? { type: 'form', form: REJECT_FORM }
        : NOTHING,
    );
    await chat.start(handler.handle);
    const reference = await chat.post(channel, {
      fallback: 'A proposal',
      blocks: [
        {
          type: 'buttons',
          buttons: [{ ...APPROVE, action: 'reject', label: 'Reject', opensForm: true }],
        },
      ],
    });
    const pressed = { action: 'reject', proposalId: 'k3f9xa', digest: DIGEST } as const;
    await harness.click(people[0], reference, pressed, 'delivery-1');
    const form = await harness.formBefore(people[0]);
    for (const text of ['Reject the proposal', 'Nothing will be traded.', 'Reason']) {
      expect(form).toContain(text);
    }
    expect(await harness.formBefore(people[1])).toBeNull();
    const reason = 'Too much <b>AAPL</b> & co,\nnot now';
    await harness.submit(people[0], REJECT_FORM, { reason }, 'delivery-2');
    expect(handler.interactions).toMatchObject([
      { type: 'click', ...pressed, fields: null },
      { type: 'click', ...pressed, channel, fields: { reason } },
    ]);
    const keys = handler.interactions.map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(2);
  });
}

function describeStopping(open: () => Promise<ChatContractHarness>): void {
  it('finishes what is in flight when it stops, and takes no more', async () => {
    await using harness = await open();
    const { chat, people } = harness;
    const order: string[] = [];
    const begun = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const handler = answering(async () => {
      begun.resolve();
      await released.promise;
      order.push('handled');
      return NOTHING;
    });
    await chat.start(handler.handle);
    // The platform may or may not have its answer when the connection ends under it.
    const typed = Promise.allSettled([harness.type(people[0], '/help', 'delivery-1')]);
    await begun.promise;
    const stopped = chat.stop().then(() => order.push('stopped'));
    released.resolve();
    await stopped;
    await typed;
    expect(order).toEqual(['handled', 'stopped']);
    await Promise.allSettled([harness.type(people[0], '/help', 'delivery-2')]);
    expect(handler.interactions).toHaveLength(1);
    await chat.stop();
  });
}
