import type { Decimal } from '../core/decimal.ts';
import { isDue } from '../core/time.ts';
import { BrokerError } from '../ports/broker-error.ts';
import type { AppContext } from './context.ts';
import type { ExecutionRun } from './executor.ts';

/** Buying power that was asked for before it was needed. */
export interface FundsAhead {
  readonly askedAt: Temporal.Instant;
  /** What has been committed to since may cost so much at most; the broker's figure knows nothing of it. */
  readonly committed: Decimal;
  /** Null when the broker did not say. */
  readonly buyingPower: Promise<Decimal | null>;
}

/** What was asked for longer ago is asked for again. */
const FRESH_FOR = Temporal.Duration.from({ seconds: 1 });

/**
 * Asks the broker what buys may cost now, while the fills of the sales are on their way.
 * @param committed what buys may cost that the broker need not know of yet.
 */
export function askFundsAhead(
  context: AppContext,
  run: ExecutionRun,
  committed: Decimal,
): FundsAhead {
  const askedAt = context.clock.now();
  return { askedAt, committed, buyingPower: readBuyingPower(context, run) };
}

export function isFresh({ askedAt }: FundsAhead, now: Temporal.Instant): boolean {
  return !isDue(now, askedAt.add(FRESH_FOR));
}

/** Null when the broker does not say. */
export async function readBuyingPower(
  context: AppContext,
  run: ExecutionRun,
): Promise<Decimal | null> {
  try {
    return (await run.broker.getAccountBalance()).buyingPower;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    context.log.warn({ broker: error.broker, code: error.code }, 'buying power could not be read');
    return null;
  }
}
