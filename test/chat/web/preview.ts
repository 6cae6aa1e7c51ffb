// Opens the page with sample messages, to look at it: npx node test/chat/web/preview.ts
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Form, Message } from '../../../src/messages/message.ts';
import { messageSchema } from '../../../src/messages/message.ts';
import type { Interaction, MessageReference, Reply } from '../../../src/ports/chat.ts';
import { replySchema } from '../../../src/store/reply-schema.ts';
import { openWebHarness, type WebHarness } from './harness.ts';

const GOLDEN = new URL('../../messages/golden/', import.meta.url);

/** A message as the presenters make it, from the golden files. */
export function sampleMessage(name: string): Message {
  return messageSchema.parse(JSON.parse(readFileSync(new URL(`${name}.json`, GOLDEN), 'utf8')));
}

/** A form as the presenters make it. */
export function sampleForm(name: string): Form {
  const form: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, GOLDEN), 'utf8'));
  const reply = replySchema.parse({ type: 'form', form });
  if (reply.type !== 'form') throw new Error(`${name} is no form`);
  return reply.form;
}

const FORMS: Readonly<Record<string, string>> = {
  approve: 'form-confirmation',
  reject: 'form-reject',
  adjust: 'form-adjust',
};
const COMMANDS: Readonly<Record<string, string>> = {
  portfolio: 'portfolio',
  help: 'help',
  pending: 'pending',
};

/** The page on port 3000 or the next free one, with a handler that answers with samples. */
export async function openPreview(): Promise<WebHarness> {
  const harness = await openWebHarness({
    port: 3000,
    views: {
      portfolio: async () => sampleMessage('portfolio'),
      orders: async () => sampleMessage('orders'),
      audit: async () => sampleMessage('audit'),
    },
  });
  const { chat } = harness;
  let proposal: MessageReference | null = null;

  async function execute(): Promise<void> {
    if (proposal === null) return;
    for (const name of [
      'proposal-executing-beginning',
      'proposal-executing',
      'proposal-executed',
    ]) {
      await chat.edit(proposal, sampleMessage(name));
      await delay(1500);
    }
    chat.notify();
  }

  async function answer(interaction: Interaction): Promise<Reply> {
    await delay(250);
    if (interaction.type === 'click') {
      const form = FORMS[interaction.action];
      if (interaction.fields === null && form !== undefined) {
        return { type: 'form', form: sampleForm(form) };
      }
      if (interaction.action === 'details') {
        return { type: 'message', message: sampleMessage('details'), visibility: 'private' };
      }
      if (interaction.action === 'approve') void execute();
      return { type: 'nothing' };
    }
    if (interaction.command === 'rebalance') {
      proposal = await chat.post('treasury', sampleMessage('proposal-pending'));
      return { type: 'nothing' };
    }
    const name = COMMANDS[interaction.command] ?? 'problem-unknown-command';
    return { type: 'message', message: sampleMessage(name), visibility: 'private' };
  }

  harness.answer(answer);
  return harness;
}

if (import.meta.main) console.log((await openPreview()).chat.url);
