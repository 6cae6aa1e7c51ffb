import { setTimeout as delay } from 'node:timers/promises';
import type { App, SocketModeReceiver } from '@slack/bolt';
import { isDue } from '../../core/time.ts';
import { ChatError } from '../../ports/chat-error.ts';
import type { ConnectionHealth } from '../../ports/chat.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { withoutSecrets } from './logger.ts';
import { SLACK_PLATFORM } from './parse.ts';

/** Keeps a Socket Mode connection open. */
export interface Connection {
  /** @throws whatever Slack says against the first connection. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A connection that is away for longer is told about. */
const LOST_AFTER = Temporal.Duration.from({ seconds: 30 });
const FIRST_PAUSE_MILLISECONDS = 200;
const LONGEST_PAUSE_MILLISECONDS = 30_000;
/**
 * Slack answers a closing handshake and leaves the TCP connection open, for which the SDK waits
 * seconds. Told to disconnect once more, it cuts the connection.
 */
const CLOSE_MILLISECONDS = 100;
/** Slack's word that it is about to close is short; what people send need not be looked at. */
const LONGEST_NOTICE = 1000;

/**
 * The SDK's own reconnecting waits five seconds, and its failures end as unhandled rejections, which
 * would end the process. So it is switched off, and this does it: at once after a good connection, then
 * longer and longer apart, for as long as it takes.
 */
export function createConnection(facts: {
  readonly app: App;
  readonly receiver: SocketModeReceiver;
  readonly clock: Clock;
  readonly log: Log;
  /** Hears of a connection that does not come back. */
  readonly health: ConnectionHealth | null;
}): Connection {
  const { app, receiver, clock, log, health } = facts;
  const { client } = receiver;
  let stopping = false;
  let connected = false;
  let failures = 0;
  let reconnecting: Promise<void> = Promise.resolve();
  let wake: (() => void) | null = null;

  client.on('connected', () => {
    connected = true;
    failures = 0;
  });
  client.on('disconnected', () => {
    const lost = connected;
    connected = false;
    // While a connection is being made, the one who makes it hears of the failure.
    if (lost && !stopping) reconnecting = reconnect();
  });

  // Slack renews its connections every few hours. What it sends while the old one lingers is lost.
  client.on('ws_message', (data: unknown) => {
    if (typeof data === 'string' && isDisconnectNotice(data) && !stopping) cutSoon();
  });

  function cutSoon(): void {
    clock.schedule(clock.now().add({ milliseconds: CLOSE_MILLISECONDS }), () => {
      if (connected) void client.disconnect();
    });
  }

  async function close(): Promise<void> {
    const wasConnected = connected;
    const closed = new Promise<void>((resolve) => {
      client.once('disconnected', () => resolve());
    });
    // The SDK may reject with nothing at all when it was about to connect.
    await Promise.resolve(app.stop()).catch((error: unknown) => {
      log.debug({ error }, 'The Slack connection ended untidily');
    });
    if (!wasConnected) return;
    cutSoon();
    await closed;
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.schedule(clock.now().add({ milliseconds }), resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });
  }

  async function reconnect(): Promise<void> {
    log.info({}, 'Slack closed the connection; connecting again');
    const toldAt = clock.now().add(LOST_AFTER);
    let told = false;
    while (!stopping && !connected) {
      if (failures > 0) {
        await pause(
          Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** (failures - 1), LONGEST_PAUSE_MILLISECONDS),
        );
        if (stopping) return;
      }
      try {
        await client.start();
        // The SDK goes on with a connection that was begun before it was told to stop.
        if (stopping) await close();
        else log.info({}, 'Connected to Slack again');
        if (told) health?.regained();
        return;
      } catch (error) {
        failures += 1;
        if (stopping) return;
        const problem = connectionError(error);
        log.warn({ reason: problem.message, failures }, 'Slack cannot be reached; trying again');
        if (told || (problem.code === 'unavailable' && !isDue(clock.now(), toldAt))) continue;
        told = true;
        health?.lost(problem);
      }
    }
  }

  return {
    async start() {
      await app.start();
    },
    async stop() {
      stopping = true;
      wake?.();
      await close();
      await Promise.race([reconnecting, delay(CLOSE_MILLISECONDS, undefined, { ref: false })]);
    },
  };
}

function isDisconnectNotice(data: string): boolean {
  if (data.length > LONGEST_NOTICE || !data.includes('"disconnect"')) return false;
  try {
    const notice: unknown = JSON.parse(data);
    return (
      typeof notice === 'object' &&
      notice !== null &&
      'type' in notice &&
      notice.type === 'disconnect'
    );
  } catch {
    // The SDK reports what it cannot read.
    return false;
  }
}

/** What Slack, or the way to it, has against a connection. */
export function connectionError(error: unknown): ChatError {
  const words =
    error instanceof Error ? withoutSecrets(error.message) : 'the connection was closed';
  const refused = /invalid_auth|not_authed|not_allowed_token_type|account_inactive|token_/u;
  return new ChatError(
    SLACK_PLATFORM,
    refused.test(words) ? 'authentication' : 'unavailable',
    `Slack could not be connected: ${words}`,
  );
}
