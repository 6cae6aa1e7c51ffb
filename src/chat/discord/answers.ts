import type {
  ButtonInteraction,
  ChatInputCommandInteraction,
  ModalSubmitInteraction,
} from 'discord.js';
import { ComponentType, MessageFlags, Routes } from 'discord.js';
import type { REST } from 'discord.js';
import { createQuiet } from '../../lib/quiet.ts';
import type { Form } from '../../messages/message.ts';
import type { Reply } from '../../ports/chat.ts';
import { isDue } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Observer } from '../../ports/observer.ts';
import { createCalm } from './calm.ts';
import type { CustomIds } from './custom-id.ts';
import {
  isAlreadyAcknowledged,
  isGone,
  isNoAnswer,
  isTokenOver,
  isTransient,
  toChatError,
} from './errors.ts';
import { renderForm } from './forms.ts';
import {
  ACKNOWLEDGE_WITHIN,
  ANSWER_WITHIN,
  LET_OTHERS_PASS,
  QUIET_MILLISECONDS,
} from './limits.ts';
import type { Messages } from './messages.ts';
import { renderButton } from './render.ts';
import { escapeInline } from './text.ts';
import { DISCORD_PLATFORM } from './platform.ts';
import { backoff, waitFor } from './wait.ts';
import { WORDS } from './words.ts';

export type Answerable = ChatInputCommandInteraction | ButtonInteraction | ModalSubmitInteraction;

/**
 * How an interaction was acknowledged. `reply`: with a private "thinking" message that is still to be said.
 * `update`: with nothing to see. `failed`: not at all, so that only the bot itself can answer.
 */
type Acknowledged = 'reply' | 'update' | 'failed';

const LONGEST_BACKOFF_IN_SECONDS = 60;

/** How often an acknowledgement is sent whose connection breaks. */
const MOST_ACKNOWLEDGEMENTS = 3;

/** Acknowledges interactions and says what there is to say in answer. */
export interface Answers {
  /** Acknowledges at once, lets `work` find the reply, and gives it. Never rejects. */
  answer(interaction: Answerable, work: () => Promise<Reply>): Promise<void>;
  /** The same where the reply is a form, which must be the acknowledgement itself. */
  answerWithForm(interaction: ButtonInteraction, work: () => Promise<Reply>): Promise<void>;
  /** One private sentence, as the acknowledgement. Never rejects. */
  refuse(interaction: Answerable, words: string): Promise<void>;
  /** Answers that could not be given so far are tried once more, and not again. */
  stop(): void;
}

export function createAnswers(options: {
  /** Sends answers; they need no more than the interaction's own token. */
  readonly rest: REST;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: Observer;
  readonly messages: Messages;
  readonly customIds: CustomIds;
}): Answers {
  const { rest, clock, log, messages, customIds } = options;
  const urgent = createCalm();
  const quiet = createQuiet(QUIET_MILLISECONDS, LET_OTHERS_PASS.total('milliseconds'));
  const stopping = Promise.withResolvers<'stopping'>();
  let isStopping = false;

  async function acknowledge(interaction: Answerable): Promise<Acknowledged> {
    const way = interaction.isChatInputCommand() || !hasMessage(interaction) ? 'reply' : 'update';
    const late = clock.now().add(ACKNOWLEDGE_WITHIN);
    const arrived = performance.now();
    for (let attempts = 1; ; attempts += 1) {
      try {
        if (way === 'reply') await interaction.deferReply({ flags: MessageFlags.Ephemeral });
        else if (!interaction.isChatInputCommand()) await deferUpdate(interaction);
        options.observer?.acknowledged(DISCORD_PLATFORM, performance.now() - arrived);
        return way;
      } catch (error) {
        // An answer of Discord that was lost on the way.
        if (isAlreadyAcknowledged(error)) return way;
        // Discord may close an idle connection just then; on another, twice is as good as once.
        if (isNoAnswer(error) && !isDue(clock.now(), late) && attempts < MOST_ACKNOWLEDGEMENTS)
          continue;
        warnNotAcknowledged(interaction, error);
        return 'failed';
      }
    }
  }

  function warnNotAcknowledged(interaction: Answerable, error: unknown): void {
    const problem = toChatError(error, 'An interaction was not acknowledged');
    log.warn(
      { code: 'discord_not_acknowledged', interaction: interaction.id, error: problem },
      'an interaction was not acknowledged; it counts all the same',
    );
  }

  async function letOthersPass(): Promise<void> {
    const others = waitFor(clock, LET_OTHERS_PASS);
    await Promise.race([urgent.calm(), others.ended, stopping.promise]);
    others.cancel();
  }

  async function answer(interaction: Answerable, work: () => Promise<Reply>): Promise<void> {
    const acknowledged = urgent.during(acknowledge(interaction));
    const deadline = clock.now().add(ANSWER_WITHIN);
    quiet.came();
    // Acknowledgements go first, those of others too: what the work costs must not delay them. But a
    // Discord that does not answer does not hold up a decision.
    await Promise.race([quiet.calm(), stopping.promise]);
    const patience = waitFor(clock, ACKNOWLEDGE_WITHIN);
    await Promise.race([acknowledged, patience.ended, stopping.promise]);
    patience.cancel();
    await letOthersPass();
    const reply = await work();
    await letOthersPass();
    await give(interaction, await acknowledged, reply, deadline);
  }

  async function answerWithForm(
    interaction: ButtonInteraction,
    work: () => Promise<Reply>,
  ): Promise<void> {
    const deadline = clock.now().add(ANSWER_WITHIN);
    const working = work();
    const patience = waitFor(clock, ACKNOWLEDGE_WITHIN);
    const first = await Promise.race([working, patience.ended]);
    patience.cancel();
    if (typeof first === 'string' || first.type !== 'form') {
      await give(interaction, await acknowledge(interaction), await working, deadline);
      return;
    }
    try {
      await interaction.showModal(renderForm(first.form, customIds));
    } catch (error) {
      if (isAlreadyAcknowledged(error)) return;
      const problem = toChatError(error, 'A form was not opened');
      log.warn(
        { code: 'discord_form_not_opened', interaction: interaction.id, error: problem },
        'a form was not opened; the person can click again',
      );
    }
  }

  /** Gives a reply with the interaction's token while that is good, and through the bot afterwards. */
  async function give(
    interaction: Answerable,
    acknowledged: Acknowledged,
    reply: Reply,
    deadline: Temporal.Instant,
  ): Promise<void> {
    let way = acknowledged;
    for (let attempts = 0; ; attempts += 1) {
      try {
        const isOver = Temporal.Instant.compare(clock.now(), deadline) >= 0;
        if (way === 'failed' || isOver) await giveThroughBot(interaction, reply);
        else await giveWithToken(interaction, way, reply);
        return;
      } catch (error) {
        if (way !== 'failed' && isTokenOver(error)) {
          way = 'failed';
          continue;
        }
        const problem = toChatError(error, 'An answer was not given');
        if (!isTransient(problem) || isStopping || attempts > 20) {
          log.error(
            { code: 'discord_answer_lost', interaction: interaction.id, error: problem },
            'an answer could not be given; what was decided stands',
          );
          return;
        }
        const pause = waitFor(clock, backoff(attempts, LONGEST_BACKOFF_IN_SECONDS));
        await Promise.race([pause.ended, stopping.promise]);
        pause.cancel();
      }
    }
  }

  async function giveWithToken(
    { applicationId, token }: Answerable,
    way: 'reply' | 'update',
    reply: Reply,
  ): Promise<void> {
    const original = Routes.webhookMessage(applicationId, token, '@original');
    const isThinking = way === 'reply';
    if (reply.type === 'nothing') {
      if (isThinking) await removed(original);
      return;
    }
    const isPrivate = reply.type === 'form' || reply.visibility === 'private';
    const { body, files } =
      reply.type === 'form' ? invitation(reply.form) : await messages.prepare(reply.message);
    if (isThinking && isPrivate) {
      await rest.patch(original, { body, files, auth: false });
      return;
    }
    // A follow-up to a message that is still thinking would become that message, and stay private; after
    // that is deleted it is one of its own: https://github.com/discord/discord-api-docs/issues/2739
    if (isThinking) await removed(original);
    const flags = body.flags | (isPrivate ? MessageFlags.Ephemeral : 0);
    await rest.post(Routes.webhook(applicationId, token), {
      body: { ...body, flags },
      files,
      auth: false,
    });
  }

  async function removed(original: `/${string}`): Promise<void> {
    try {
      await rest.delete(original, { auth: false });
    } catch (error) {
      // An earlier try, or the person, has removed it.
      if (!isGone(error)) throw error;
    }
  }

  async function giveThroughBot({ user, channelId }: Answerable, reply: Reply): Promise<void> {
    // A form cannot be opened any more; the button still stands there.
    if (reply.type !== 'message') return;
    if (reply.visibility === 'private' || channelId === null) {
      await messages.tell(user.id, reply.message);
    } else {
      await messages.post(channelId, reply.message);
    }
  }

  /** A form that comes after the acknowledgement opens at one more click. */
  function invitation(form: Form) {
    const { action, proposalId, digest } = form;
    const customId = customIds.encode({ action, proposalId, digest, opensForm: true });
    const button = renderButton(
      { label: WORDS.openFormButton, action, style: 'primary' },
      customId,
    );
    return {
      body: {
        flags: MessageFlags.IsComponentsV2,
        components: [
          {
            type: ComponentType.TextDisplay,
            content: `**${escapeInline(form.title).slice(0, 400)}**\n${WORDS.openForm}`,
          },
          { type: ComponentType.ActionRow, components: [button] },
        ],
        allowed_mentions: { parse: [] },
        attachments: [],
      },
      files: [],
    };
  }

  return {
    answer: (interaction, work) => guarded(log, interaction, answer(interaction, work)),
    answerWithForm: (interaction, work) =>
      guarded(log, interaction, answerWithForm(interaction, work)),
    async refuse(interaction, words) {
      try {
        await interaction.reply({ content: words, flags: MessageFlags.Ephemeral });
      } catch (error) {
        const problem = toChatError(error, 'A refusal was not given');
        log.warn(
          { code: 'discord_answer_lost', interaction: interaction.id, error: problem },
          'a refusal could not be given',
        );
      }
    },
    stop() {
      isStopping = true;
      stopping.resolve('stopping');
    },
  };
}

async function guarded(log: Log, interaction: Answerable, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    log.error(
      { code: 'discord_interaction_failed', interaction: interaction.id, error },
      'an interaction failed',
    );
  }
}

function hasMessage(interaction: ButtonInteraction | ModalSubmitInteraction): boolean {
  return interaction.isButton() || interaction.isFromMessage();
}

async function deferUpdate(interaction: ButtonInteraction | ModalSubmitInteraction): Promise<void> {
  if (interaction.isButton() || interaction.isFromMessage()) await interaction.deferUpdate();
}
