import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { createQuiet } from '../../lib/quiet.ts';
import type { Message } from '../../messages/message.ts';
import type { InteractionHandler, Reply } from '../../ports/chat.ts';
import type { Log } from '../../ports/log.ts';
import { renderForm } from './forms.ts';
import type { SlackMessages } from './messages.ts';
import type { Parsed, ReplyTo } from './parse.ts';
import type { SlackApi } from './web-api.ts';
import { SlackRefusal } from './web-api.ts';
import { WORDS } from './words.ts';

/** How many deliveries are remembered, so that a redelivery is answered once. */
const REMEMBERED = 2000;
/** What hangs longer when the bot stops is caught up with after its next start. */
const GRACE_MILLISECONDS = 5000;
/** Work begins when so long nobody has come, and so long after the first who waits at the latest. */
const QUIET_MILLISECONDS = 15;
const LONGEST_QUIET_MILLISECONDS = 250;
/** A form is of no use after Slack's three seconds. */
const FORM_PATIENCE_SECONDS = 1;

/** The bot, as Slack knows it. */
export interface Identity {
  readonly teamId: string;
  readonly botUserId: string;
  readonly botId: string;
}

/** Hands what people do to the application, each delivery once, and says what it answers. */
export interface Interactions {
  start(handle: InteractionHandler, identity: Identity): void;
  /**
   * Takes an interaction that Slack has its acknowledgement of. Its work begins when no more are
   * coming, one a turn of the event loop, so that it holds up nobody's acknowledgement. Never rejects.
   * @param parse reads what came; null when it is nothing of ours.
   */
  take(parse: () => Parsed | null): Promise<void>;
  /** Resolves when all that was taken so far is answered. */
  settled(): Promise<void>;
  /** Takes no more, and resolves when those in flight are answered or have had their time. */
  stop(): Promise<void>;
}

export function createInteractions(facts: {
  readonly api: SlackApi;
  readonly messages: SlackMessages;
  readonly log: Log;
  /** The ids of the conversations that are served. */
  readonly channels: ReadonlySet<string>;
}): Interactions {
  const { api, messages, log, channels } = facts;
  const known = new Set<string>();
  const inFlight = new Set<Promise<void>>();
  const quiet = createQuiet(QUIET_MILLISECONDS, LONGEST_QUIET_MILLISECONDS);
  let handler: InteractionHandler | null = null;
  let bot: Identity | null = null;
  let stopping = false;
  let turn: Promise<void> = Promise.resolve();

  /** Why it is not handed over: a sentence, or nothing for those who are not spoken to. */
  function refusal(parsed: Parsed): { readonly say: string | null; readonly code: string } | null {
    const { origin, place, replyTo, interaction } = parsed;
    if (bot === null || handler === null) return { say: WORDS.notStarted, code: 'not_started' };
    if (replyTo.userId === bot.botUserId || replyTo.userId === 'USLACKBOT') {
      return { say: null, code: 'bot' };
    }
    const { teamId } = bot;
    if (origin.isEnterpriseInstall || origin.teamIds.some((id) => id !== teamId)) {
      return { say: WORDS.otherTeam, code: 'other_workspace' };
    }
    // Nobody but the bot itself puts its buttons into a direct conversation or on its Home tab.
    if (place === 'channel' && !channels.has(replyTo.channel)) {
      return { say: WORDS.elsewhere(channels.size), code: 'other_channel' };
    }
    if (interaction === null) return { say: WORDS.unreadable, code: 'unreadable' };
    return null;
  }

  async function process(parsed: Parsed): Promise<void> {
    const { interaction, replyTo } = parsed;
    const refused = refusal(parsed);
    if (refused !== null) {
      log.warn(
        { reason: refused.code, user: replyTo.userId, channel: replyTo.channel },
        'Refused an interaction from Slack',
      );
      if (refused.say !== null) await messages.whisper(replyTo, sentence(refused.say));
      return;
    }
    if (interaction === null || handler === null) return;
    await answer(replyTo, await handler(interaction));
  }

  async function answer(to: ReplyTo, reply: Reply): Promise<void> {
    switch (reply.type) {
      case 'nothing':
        return;
      case 'form':
        return await openForm(to, reply);
      case 'message':
        if (reply.visibility === 'private') await messages.whisper(to, reply.message);
        else await messages.post(to.channel, reply.message);
    }
  }

  async function openForm(to: ReplyTo, { form }: Extract<Reply, { type: 'form' }>): Promise<void> {
    try {
      await api.call(
        'views.open',
        { trigger_id: to.triggerId, view: renderForm(form, to.channel) },
        { repeatable: true, patienceSeconds: FORM_PATIENCE_SECONDS },
      );
    } catch (error) {
      // A lost answer asked again finds the trigger used: then the form is open.
      const used = error instanceof SlackRefusal && error.error === 'exchanged_trigger_id';
      if (used) return;
      log.warn({ error, user: to.userId }, 'A form could not be opened');
      await messages.whisper(to, sentence(WORDS.formLate));
    }
  }

  async function guarded(parsed: Parsed, key: string | null): Promise<void> {
    try {
      await process(parsed);
    } catch (error) {
      // What was decided stands; only the answer is missing. A redelivery may bring it.
      if (key !== null) known.delete(key);
      log.error(
        { code: 'slack_reply_failed', error, user: parsed.replyTo.userId },
        'An answer did not reach Slack',
      );
    }
  }

  async function once(parsed: Parsed | null, late: boolean): Promise<void> {
    if (parsed === null) return;
    if (late) return await sayWhyNot(parsed.replyTo);
    const key = parsed.interaction?.idempotencyKey ?? null;
    if (key !== null) {
      if (known.has(key)) return;
      known.add(key);
      const oldest = known.keys().next();
      if (known.size > REMEMBERED && oldest.done !== true) known.delete(oldest.value);
    }
    await guarded(parsed, key);
  }

  async function settled(): Promise<void> {
    await Promise.all(inFlight);
  }

  async function sayWhyNot(to: ReplyTo): Promise<void> {
    await messages.whisper(to, sentence(WORDS.stopping)).catch((error: unknown) => {
      log.debug({ error }, 'Nobody could be told that the bot stops');
    });
  }

  return {
    start(handle, identity) {
      handler = handle;
      bot = identity;
    },
    take(parse) {
      const late = stopping;
      quiet.came();
      const begun = Promise.all([quiet.calm(), turn]).then(() => nextTurn());
      turn = begun;
      const work = begun.then(() => once(parse(), late)).finally(() => inFlight.delete(work));
      inFlight.add(work);
      return work;
    },
    settled,
    async stop() {
      stopping = true;
      await Promise.race([settled(), delay(GRACE_MILLISECONDS, undefined, { ref: false })]);
    },
  };
}

/** One sentence of ours as a message. */
export function sentence(text: string): Message {
  return { fallback: text, blocks: [{ type: 'text', text }] };
}
