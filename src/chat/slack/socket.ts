import type { App, SocketModeReceiver } from '@slack/bolt';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { withoutSecrets } from './logger.ts';

/** Keeps a Socket Mode connection open. */
export interface Connection {
  /** @throws whatever Slack says against the first connection. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const FIRST_PAUSE_MILLISECONDS = 200;
const LONGEST_PAUSE_MILLISECONDS = 30_000;
/** The SDK gives up on a closing handshake after its own time; nothing hangs on it for longer. */
const CLOSE_MILLISECONDS = 600;

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
}): Connection {
  const { app, receiver, clock, log } = facts;
  const { client } = receiver;
  let stopping = false;
  let connected = false;
  let failures = 0;
  let wake: (() => void) | null = null;

  client.on('connected', () => {
    connected = true;
    failures = 0;
  });
  client.on('disconnected', () => {
    const lost = connected;
    connected = false;
    // While a connection is being made, the one who makes it hears of the failure.
    if (lost && !stopping) void reconnect();
  });

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
    while (!stopping && !connected) {
      if (failures > 0) {
        await pause(
          Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** (failures - 1), LONGEST_PAUSE_MILLISECONDS),
        );
        if (stopping) return;
      }
      try {
        await client.start();
        log.info({}, 'Connected to Slack again');
        return;
      } catch (error) {
        failures += 1;
        if (stopping) return;
        const reason = error instanceof Error ? withoutSecrets(error.message) : 'closed';
        if (failures === 3) {
          log.error({ code: 'slack_disconnected', reason }, 'Slack cannot be reached; trying on');
        } else log.warn({ reason, failures }, 'Slack cannot be reached; trying again');
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
      const closed = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, connected ? CLOSE_MILLISECONDS : 0);
        client.once('disconnected', () => {
          clearTimeout(timer);
          resolve();
        });
      });
      // The SDK may reject with nothing at all when it was about to connect.
      await Promise.resolve(app.stop()).catch((error: unknown) => {
        log.debug({ error }, 'The Slack connection ended untidily');
      });
      await closed;
    },
  };
}
