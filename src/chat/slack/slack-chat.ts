import type { Server } from 'node:http';
import { App, HTTPReceiver, LogLevel, SocketModeReceiver, webApi } from '@slack/bolt';
import type { SlackSettings } from '../../config/config.ts';
import { reveal } from '../../lib/secret.ts';
import type { Message } from '../../messages/message.ts';
import { ChatError } from '../../ports/chat-error.ts';
import type { Chat, ConnectionHealth } from '../../ports/chat.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Observer } from '../../ports/observer.ts';
import type { Identity } from './interactions.ts';
import { createInteractions, sentence } from './interactions.ts';
import { createBoltLogger } from './logger.ts';
import { createSlackMessages } from './messages.ts';
import { parse, SLACK_PLATFORM } from './parse.ts';
import { findSlackProblems } from './problems.ts';
import { connectionError, createConnection } from './socket.ts';
import { guardRequests, guardSocket } from './unreadable.ts';
import { createSlackApi, toChatError } from './web-api.ts';
import { WORDS } from './words.ts';

export interface SlackChatOptions {
  readonly settings: SlackSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: Observer;
  /** The ids of the conversations that are served; people are told apart by the application. */
  readonly channels: readonly string[];
  /** What the Home tab of a person shows; asked each time that they open it. */
  readonly home?: (userId: string) => Promise<Message>;
}

export interface SlackChat extends Chat {
  /** Where signed requests are taken; null in Socket Mode and before the start. */
  readonly port: number | null;
  /** Resolves when everything that people did so far is answered. */
  settled(): Promise<void>;
}

/** One call of the Web API may take so long. */
const CALL_TIMEOUT_MILLISECONDS = 10_000;

/**
 * Slack over Socket Mode or signed HTTP. Nothing is asked of Slack before the start.
 * `start` throws a ChatError when the token is refused or Slack does not answer.
 */
export async function openSlackChat(options: SlackChatOptions): Promise<SlackChat> {
  const { settings, clock, log } = options;
  const { transport } = settings;
  const token = reveal(settings.botToken);
  const logger = createBoltLogger(log, LogLevel);
  const clientOptions = {
    ...(settings.apiUrl === null ? {} : { slackApiUrl: settings.apiUrl }),
    logger,
    // What may be asked again is decided call by call.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: CALL_TIMEOUT_MILLISECONDS,
  };
  const api = createSlackApi(new webApi.WebClient(token, { ...clientOptions }), clock);
  const messages = createSlackMessages({ api, clock, log });
  const interactions = createInteractions({
    api,
    messages,
    log,
    channels: new Set(options.channels),
  });
  let connection: Connected | null = null;
  let stopped: Promise<void> | null = null;

  async function identify(): Promise<Identity> {
    try {
      const answer = await api.call('auth.test', {}, { repeatable: true });
      const { team_id: teamId, user_id: botUserId, bot_id: botId } = answer;
      if (
        typeof teamId !== 'string' ||
        typeof botUserId !== 'string' ||
        typeof botId !== 'string'
      ) {
        throw new ChatError(
          SLACK_PLATFORM,
          'authentication',
          'SLACK_BOT_TOKEN is not a bot token: it begins with xoxb-',
        );
      }
      return { teamId, botUserId, botId };
    } catch (error) {
      throw toChatError(error);
    }
  }

  /** The bot's identity is known by now: Bolt asks Slack nothing before it hands an interaction over. */
  function createApp(identity: Identity, receiver: SocketModeReceiver | HTTPReceiver): App {
    const { botId, botUserId } = identity;
    const app = new App({
      token,
      botId,
      botUserId,
      tokenVerificationEnabled: false,
      receiver,
      logger,
      clientOptions: { ...clientOptions },
      // Both look at every payload; the adapter refuses bots itself and keeps no conversations.
      convoStore: false,
      ignoreSelf: false,
    });
    // Before all of Bolt's matching of listeners: Slack gives three seconds, and nobody waits for less.
    app.use(async ({ ack, body, next }) => {
      // Events are acknowledged by Bolt itself.
      if (ack === undefined || body.type === 'event_callback') return await next();
      const arrived = performance.now();
      await ack().catch((error: unknown) => {
        // What was decided counts even when Slack does not hear of it.
        log.warn({ error }, 'An acknowledgement did not reach Slack');
      });
      options.observer?.acknowledged(SLACK_PLATFORM, performance.now() - arrived);
      await interactions.take(() => parse(body));
    });
    app.event('app_home_opened', async ({ event }) => {
      if (event.tab === 'home') await showHome(event.user);
    });
    app.error(async (error) => {
      log.error({ code: 'slack_sdk', error }, 'The Slack SDK failed');
    });
    return app;
  }

  async function showHome(userId: string): Promise<void> {
    const { home } = options;
    try {
      const message = home === undefined ? sentence(WORDS.noHome) : await home(userId);
      await messages.publishHome(userId, message);
    } catch (error) {
      log.error({ code: 'slack_home_failed', error, user: userId }, 'The Home tab was not shown');
    }
  }

  async function connect(
    identity: Identity,
    health: ConnectionHealth | undefined,
  ): Promise<Connected> {
    if (transport.type === 'socket') {
      const receiver = new SocketModeReceiver({
        appToken: reveal(transport.appToken),
        logger,
        autoReconnectEnabled: false,
        installerOptions: { clientOptions: { ...clientOptions } },
      });
      guardSocket(receiver, log);
      const app = createApp(identity, receiver);
      const socket = createConnection({ app, receiver, clock, log, health: health ?? null });
      await socket.start();
      return { port: null, stop: () => socket.stop() };
    }
    const receiver = new HTTPReceiver({
      signingSecret: reveal(transport.signingSecret),
      port: transport.port,
      logger,
    });
    guardRequests(receiver, log);
    const app = createApp(identity, receiver);
    const server: Server = await receiver.start(transport.port);
    const address = server.address();
    return {
      port: typeof address === 'object' && address !== null ? address.port : null,
      stop: async () => {
        const closed = app.stop();
        server.closeAllConnections();
        await closed;
      },
    };
  }

  return {
    platform: SLACK_PLATFORM,
    get port() {
      return connection?.port ?? null;
    },
    async start(handle, health) {
      const identity = await identify();
      interactions.start(handle, identity);
      try {
        connection = await connect(identity, health);
      } catch (error) {
        throw connectionError(error);
      }
    },
    post: (channel, message, postOptions) => messages.post(channel, message, postOptions),
    linkTo: (reference) => messages.linkTo(reference),
    findProblems: () =>
      findSlackProblems({ settings, api, clientOptions, clock, channels: options.channels }),
    edit: (reference, message) => messages.edit(reference, message),
    settled: () => interactions.settled(),
    stop() {
      stopped ??= (async () => {
        await interactions.stop();
        await connection?.stop();
        api.stop();
      })();
      return stopped;
    },
  };
}

interface Connected {
  readonly port: number | null;
  stop(): Promise<void>;
}
