import { Client, Events, GatewayIntentBits, Options } from 'discord.js';
import type { Interaction, RESTOptions } from 'discord.js';
import type { Clock } from '../../ports/clock.ts';
import type { ConnectionHealth } from '../../ports/chat.ts';
import type { Log } from '../../ports/log.ts';
import { ChatError } from '../../ports/chat-error.ts';
import { isTransient, toChatError } from './errors.ts';
import { createGatewayGuard } from './gateway-guard.ts';
import { DISCORD_PLATFORM } from './platform.ts';
import { backoff } from './wait.ts';

const LONGEST_BACKOFF_IN_SECONDS = 300;

/** A connection that is away for longer is told about. */
const LOST_AFTER = Temporal.Duration.from({ seconds: 30 });

/** The gateway: where interactions come from. */
export interface Connection {
  /**
   * Connects. Without an answer of Discord it goes on trying by itself.
   * @throws ChatError when Discord does not take the token.
   */
  open(health: ConnectionHealth | null): Promise<void>;
  close(): Promise<void>;
}

export function createConnection(options: {
  readonly token: string;
  readonly guildId: string;
  readonly rest: Partial<RESTOptions>;
  readonly clock: Clock;
  readonly log: Log;
  readonly take: (interaction: Interaction) => void;
  /** After every fresh connection, with the id of the application. */
  readonly connected: (applicationId: string) => Promise<void>;
}): Connection {
  const { token, guildId, clock, log } = options;
  let client: Client | null = null;
  let listener: ConnectionHealth | null = null;
  let isLost = false;
  let cancelPatience = (): void => {};
  let isClosed = false;
  let cancelRetry = (): void => {};

  function lost(error: ChatError): void {
    cancelPatience();
    if (isLost || isClosed) return;
    isLost = true;
    listener?.lost(error);
  }

  function regained(): void {
    cancelPatience();
    if (!isLost) return;
    isLost = false;
    listener?.regained();
  }

  async function attempt(): Promise<void> {
    const guard = createGatewayGuard(log);
    const fresh = new Client({
      ws: guard.ws,
      intents: [GatewayIntentBits.Guilds],
      rest: options.rest,
      allowedMentions: { parse: [] },
      // Nothing that people write is of use to the bot.
      makeCache: Options.cacheWithLimits({
        ...Options.DefaultMakeCacheSettings,
        MessageManager: 0,
      }),
    });
    guard.watch(fresh);
    client = fresh;
    fresh.on(Events.InteractionCreate, options.take);
    report(fresh);
    const ready = Promise.withResolvers<Client<true>>();
    fresh.once(Events.ClientReady, ready.resolve);
    fresh.once(Events.ShardDisconnect, ({ code }) => {
      const reason = `Discord closed the connection for good (${code})`;
      ready.reject(new ChatError(DISCORD_PLATFORM, 'authentication', reason));
    });
    try {
      const [{ application, guilds }] = await Promise.all([ready.promise, fresh.login(token)]);
      if (!guilds.cache.has(guildId)) {
        log.error(
          { code: 'discord_not_in_guild', guild: guildId },
          'the bot is not in its Discord server; invite it with the link of "evenkeel manifest discord"',
        );
      }
      await options.connected(application.id);
      regained();
    } catch (error) {
      await fresh.destroy();
      throw toChatError(error, 'Discord could not be connected');
    }
  }

  async function open(attempts: number): Promise<void> {
    if (isClosed) return;
    try {
      await attempt();
    } catch (error) {
      const problem = toChatError(error, 'Discord could not be connected');
      if (!isTransient(problem)) throw problem;
      log.error(
        { code: 'discord_unreachable', error: problem },
        'Discord could not be connected; it is tried again',
      );
      lost(problem);
      cancelRetry = clock.schedule(
        clock.now().add(backoff(attempts, LONGEST_BACKOFF_IN_SECONDS)),
        () => {
          void retry(attempts + 1);
        },
      );
    }
  }

  async function retry(attempts: number): Promise<void> {
    try {
      await open(attempts);
    } catch (error) {
      log.error({ code: 'discord_refused', error }, 'Discord does not take the connection');
      isLost = false;
      lost(toChatError(error, 'Discord does not take the connection'));
    }
  }

  /** What happens to the connection, for the operator. The SDK reconnects and resumes by itself. */
  function report(of: Client): void {
    of.on(Events.ShardReconnecting, () => {
      // Also told when the bot itself hangs up: then nobody waits for it to come back.
      if (isClosed) return;
      log.warn({ code: 'discord_reconnecting' }, 'the connection to Discord is being renewed');
      cancelPatience();
      cancelPatience = clock.schedule(clock.now().add(LOST_AFTER), () => {
        lost(new ChatError(DISCORD_PLATFORM, 'unavailable', 'The connection does not come back'));
      });
    });
    of.on(Events.ShardResume, (_, replayed) => {
      log.info({ replayed }, 'the connection to Discord goes on where it was');
      regained();
    });
    of.on(Events.ShardReady, regained);
    of.on(Events.ShardDisconnect, ({ code }) => {
      if (isClosed) return;
      log.error(
        { code: 'discord_disconnected', closeCode: code },
        'Discord closed the connection for good; check the token, then start the program again',
      );
      const reason = `Discord closed the connection for good (${code})`;
      lost(new ChatError(DISCORD_PLATFORM, 'authentication', reason));
    });
    of.on(Events.Error, (error) => {
      const problem = toChatError(error, 'The connection to Discord failed');
      log.error({ code: 'discord_error', error: problem }, 'the connection to Discord failed');
    });
    of.on(Events.ShardError, (error) => {
      const problem = toChatError(error, 'The connection to Discord failed');
      log.warn({ code: 'discord_error', error: problem }, 'the connection to Discord failed');
    });
    of.on(Events.GuildDelete, ({ id }) => {
      if (id !== guildId) return;
      log.error(
        { code: 'discord_not_in_guild', guild: guildId },
        'the bot was removed from its Discord server; invite it again',
      );
    });
  }

  return {
    open(health) {
      listener = health;
      return open(0);
    },
    async close() {
      isClosed = true;
      cancelRetry();
      cancelPatience();
      await client?.destroy();
    },
  };
}
