import { ChatError } from '../ports/chat-error.ts';
import type { Chat, InteractionHandler } from '../ports/chat.ts';
import type { ChatIncidents } from './chat-incidents.ts';
import type { AppContext } from './context.ts';
import { createDelivery, deliveryBackoff } from './deliver.ts';

/** A chat that is served: connected, handed its interactions, and kept up to date. */
export interface RunningChat {
  readonly platform: string;
  /** Resolves when the first attempt to connect is over; rejects when a required chat cannot start. */
  readonly attempted: Promise<void>;
  /** Something was announced. */
  wake(): void;
  /** Resolves when every due copy is up to date or waits for its next attempt. */
  settled(): Promise<void>;
  /** Takes no more interactions. */
  stopListening(): Promise<void>;
  /** Delivers nothing more. */
  stopDelivering(): Promise<void>;
}

/**
 * Serves one chat. One that cannot be reached never holds up the others: it is told about elsewhere,
 * and tried again for as long as that can help. A refused token needs a person and a new start.
 */
export function runChat(facts: {
  readonly context: AppContext;
  readonly chat: Chat;
  readonly handle: InteractionHandler;
  readonly incidents: ChatIncidents;
  /** Without it there is no bot: a failure to start is the caller's. */
  readonly isRequired: boolean;
}): RunningChat {
  const { context, chat, handle, incidents, isRequired } = facts;
  const { store, clock, log } = context;
  const delivery = createDelivery({ store, chat, clock, log, incidents });
  let state: 'connecting' | 'connected' | 'stopped' = 'connecting';
  let cancelRetry = () => {};

  const tell = (work: Promise<void>) => {
    work.catch((error: unknown) => {
      log.error({ code: 'incident_not_told', platform: chat.platform, error }, 'not told');
    });
  };

  const connect = async (attempts: number): Promise<void> => {
    try {
      await chat.start(handle, {
        lost: (error) => {
          tell(incidents.report(chat.platform, null, error));
        },
        regained: () => {
          tell(incidents.clear(chat.platform, null));
        },
      });
      if (state === 'stopped') return;
      state = 'connected';
      delivery.start();
      await incidents.clear(chat.platform, null);
    } catch (error) {
      if (state === 'stopped') return;
      if (isRequired) throw error;
      const problem = error instanceof ChatError ? error : unexpected(chat.platform, error);
      await incidents.report(chat.platform, null, problem);
      if (problem.code !== 'unavailable' && problem.code !== 'rate_limited') return;
      cancelRetry = clock.schedule(clock.now().add(deliveryBackoff(attempts)), () => {
        tell(connect(attempts + 1));
      });
    }
  };

  const attempted = connect(0);
  return {
    platform: chat.platform,
    attempted,
    wake() {
      delivery.wake();
    },
    async settled() {
      await attempted;
      if (state === 'connected') await delivery.settled();
    },
    async stopListening() {
      state = 'stopped';
      cancelRetry();
      await chat.stop();
    },
    stopDelivering: () => delivery.stop(),
  };
}

function unexpected(platform: string, error: unknown): ChatError {
  const reason = error instanceof Error ? error.message : 'it failed without a reason';
  return new ChatError(platform, 'unavailable', reason, { cause: error });
}
