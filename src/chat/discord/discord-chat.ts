import { REST } from 'discord.js';
import type { Interaction as DiscordInteraction } from 'discord.js';
import type { DiscordSettings } from '../../config/config.ts';
import { reveal } from '../../lib/secret.ts';
import type { Chat, Interaction, InteractionHandler, PlatformUser } from '../../ports/chat.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Observer } from '../../ports/observer.ts';
import { createAnswers } from './answers.ts';
import type { Answerable } from './answers.ts';
import { createConnection } from './connection.ts';
import { createCustomIds } from './custom-id.ts';
import { toChatError } from './errors.ts';
import { ANSWERS_PER_SECOND } from './limits.ts';
import { createMessages } from './messages.ts';
import { checked, completions, originOf, parseCommand, parseFields, userOf } from './parse.ts';
import { createPainter } from './picture.ts';
import { DISCORD_PLATFORM } from './platform.ts';
import { findDiscordProblems } from './problems.ts';
import { registerCommands } from './register.ts';
import type { CommandMetadata } from './register.ts';
import { WORDS } from './words.ts';

export interface DiscordChatOptions {
  readonly settings: DiscordSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly observer?: Observer;
  /** Registered in the guild, and read back from what people fill in. */
  readonly commands: readonly CommandMetadata[];
  /** The names of the accounts, for completion. */
  readonly accounts: readonly string[];
  /** The ids of the channels that are served: what doctor looks at. */
  readonly channels?: readonly string[];
  /** Whether somebody may see the names of accounts while typing; everybody in the guild by default. */
  readonly mayComplete?: (user: PlatformUser) => boolean;
}

export interface DiscordChat extends Chat {
  /** The id of the bot's application; null until Discord has been connected once. */
  readonly applicationId: string | null;
  /** Resolves when everything that people did so far is answered. */
  settled(): Promise<void>;
}

/** Interactions that are remembered so that a redelivery is not answered twice. */
const MOST_REMEMBERED = 2000;

/**
 * Serves one Discord server. Nothing is asked of Discord before it is started; messages can be posted
 * from then on whether the gateway is connected or not.
 */
export async function openDiscordChat(options: DiscordChatOptions): Promise<DiscordChat> {
  const { settings, clock, random, log, commands, accounts } = options;
  const { guildId } = settings;
  const mayComplete = options.mayComplete ?? (() => true);
  const restOptions = {
    version: '10',
    ...(settings.apiUrl === null ? {} : { api: settings.apiUrl.replace(/\/+$/u, '') }),
  } as const;
  const token = reveal(settings.token);
  const rest = new REST(restOptions).setToken(token);
  const customIds = createCustomIds();
  const messages = createMessages({ rest, random, customIds, painter: createPainter(), log });
  const answersRest = new REST({ ...restOptions, globalRequestsPerSecond: ANSWERS_PER_SECOND });
  const answers = createAnswers({
    rest: answersRest,
    clock,
    log,
    ...(options.observer === undefined ? {} : { observer: options.observer }),
    messages,
    customIds,
  });
  const inFlight = new Set<Promise<void>>();
  const known = new Set<string>();
  let handle: InteractionHandler | null = null;
  let applicationId: string | null = null;
  let stopped: Promise<void> | null = null;

  const connection = createConnection({
    token,
    guildId,
    rest: restOptions,
    clock,
    log,
    take: (interaction) => {
      if (stopped !== null || !isFirst(interaction.id)) return;
      const work = take(interaction).catch((error: unknown) => {
        log.error(
          { code: 'discord_interaction_failed', interaction: interaction.id, error },
          'an interaction of Discord could not be read',
        );
      });
      inFlight.add(work);
      void work.finally(() => inFlight.delete(work));
    },
    connected: async (id) => {
      applicationId = id;
      await register(id);
    },
  });

  /** Commands that could not be written are those of before: the bot serves all the same. */
  async function register(id: string): Promise<void> {
    try {
      const outcome = await registerCommands(rest, id, guildId, commands);
      log.info({ outcome, guild: guildId }, 'commands are registered with Discord');
    } catch (error) {
      const problem = toChatError(error, 'The commands were not registered');
      log.error(
        { code: 'discord_commands_not_registered', guild: guildId, error: problem },
        'the commands could not be registered with Discord',
      );
    }
  }

  function isFirst(id: string): boolean {
    if (known.has(id)) return false;
    known.add(id);
    const oldest = known.keys().next();
    if (known.size > MOST_REMEMBERED && oldest.done !== true) known.delete(oldest.value);
    return true;
  }

  async function take(interaction: DiscordInteraction): Promise<void> {
    const isHere = interaction.guildId === guildId && !interaction.user.bot;
    if (interaction.isAutocomplete()) {
      const offered =
        isHere && mayComplete(userOf(interaction))
          ? completions(interaction, commands, accounts)
          : [];
      try {
        await interaction.respond(offered);
      } catch (error) {
        const problem = toChatError(error, 'Completions were not given');
        log.debug({ error: problem }, 'completions came too late');
      }
      return;
    }
    const isOurs =
      interaction.isChatInputCommand() || interaction.isButton() || interaction.isModalSubmit();
    if (!isOurs) return;
    const handler = handle;
    if (!isHere) {
      log.warn(
        { code: 'discord_elsewhere', guild: interaction.guildId, user: interaction.user.id },
        'somebody outside of the Discord server was refused',
      );
      await answers.refuse(interaction, WORDS.elsewhere);
    } else if (handler === null) {
      await answers.refuse(interaction, WORDS.notStarted);
    } else {
      const read = readInteraction(interaction);
      if (read === null) await answers.refuse(interaction, WORDS.unknownButton);
      else if (interaction.isButton() && read.opensForm) {
        await answers.answerWithForm(interaction, () => handler(read.interaction));
      } else await answers.answer(interaction, () => handler(read.interaction));
    }
  }

  /** Null: nothing that the bot put there. */
  function readInteraction(
    given: Answerable,
  ): { readonly interaction: Interaction; readonly opensForm: boolean } | null {
    if (given.isChatInputCommand()) {
      const interaction = checked(parseCommand(given, commands));
      return interaction === null ? null : { interaction, opensForm: false };
    }
    const carried = customIds.decode(given.customId);
    if (carried === null) return null;
    const { opensForm, ...about } = carried;
    const fields = given.isModalSubmit() ? parseFields(given) : null;
    const interaction = checked({ type: 'click', ...originOf(given), ...about, fields });
    return interaction === null ? null : { interaction, opensForm };
  }

  async function settled(): Promise<void> {
    await Promise.all(inFlight);
  }

  async function stop(): Promise<void> {
    answers.stop();
    await settled();
    await connection.close();
    for (const each of [rest, answersRest]) {
      each.clearHandlerSweeper();
      each.clearHashSweeper();
    }
  }

  return {
    platform: DISCORD_PLATFORM,
    get applicationId() {
      return applicationId;
    },
    async start(handler, health) {
      handle = handler;
      await connection.open(health ?? null);
    },
    post: (channel, message, postOptions) => messages.post(channel, message, postOptions),
    linkTo: async ({ channel, messageId }) =>
      `https://discord.com/channels/${guildId}/${channel}/${messageId}`,
    findProblems: () =>
      findDiscordProblems({ rest, guildId, channels: options.channels ?? [], commands }),
    edit: (reference, message) => messages.edit(reference, message),
    settled,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}
