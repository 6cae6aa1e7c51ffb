import type { Order } from '../core/order.ts';
import { BrokerError } from '../ports/broker-error.ts';
import type { AppContext } from './context.ts';
import type { ExecutionRun } from './executor.ts';

/** When nothing is heard from the broker for this long, it is asked. */
const QUIET_TIME = Temporal.Duration.from({ seconds: 10 });

/**
 * The same at a broker that tells nothing by itself, while orders work there: soon after something
 * happened, then more rarely; the last one repeats. And while none works.
 */
const POLLING_WAITS_IN_MILLISECONDS = [100, 250, 500, 1000, 1000, 2000, 3000];
const NO_TIME = new Temporal.Duration();
const IDLE_POLLING_INTERVAL = Temporal.Duration.from({ minutes: 1 });

/** How long to wait for news of a broker before it is asked. */
export function quietTimeOf(
  run: ExecutionRun,
  orders: readonly Order[],
  asked: {
    /** How often since something happened. */
    readonly times: number;
    /** All orders that were sent are answered, and nothing was asked since. */
    readonly isDueAfterAnswers: boolean;
  },
): Temporal.Duration {
  if (run.broker.capabilities.streaming) return QUIET_TIME;
  const works = orders.some(({ status }) => status === 'accepted' || status === 'partially_filled');
  if (!works) return IDLE_POLLING_INTERVAL;
  // Marketable orders are filled by the time that they are answered.
  if (asked.isDueAfterAnswers) return NO_TIME;
  const milliseconds =
    POLLING_WAITS_IN_MILLISECONDS[asked.times] ?? POLLING_WAITS_IN_MILLISECONDS.at(-1) ?? 3000;
  return Temporal.Duration.from({ milliseconds });
}

/** Compares with the broker; one that cannot be asked is asked again later. */
export async function askBroker(context: AppContext, run: ExecutionRun): Promise<void> {
  try {
    await run.takeIn({ type: 'reconnected' });
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    context.log.warn({ broker: error.broker, code: error.code }, 'broker could not be asked');
  }
}
