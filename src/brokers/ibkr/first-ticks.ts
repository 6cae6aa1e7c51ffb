import type { Clock } from '../../ports/clock.ts';
import type { NumberedContract } from './contracts.ts';
import {
  COMPETING_SESSION,
  competingSession,
  NO_MARKET_DATA,
  NO_SECURITY_DEFINITION,
  noMarketData,
  RATE_EXCEEDED,
  readError,
  TOO_MANY_LINES,
  unavailable,
} from './errors.ts';
import type { Login } from './login.ts';
import { AVERAGE_VOLUME_REQUEST, isTick, isWhole, type Ticks, type TickTold } from './ticks.ts';

export interface AskedTicks {
  readonly symbol: string;
  readonly contract: NumberedContract;
  /** What the account's settings allow. */
  readonly marketData: 'live' | 'delayed';
  /** Whether the average daily volume is asked for with the price. */
  readonly volume: boolean;
}

/** Who keeps what is told. */
interface Listener {
  /** @param id of the request, right before it leaves. */
  readonly begin: (id: number) => void;
  /** @returns all that was told up to now. */
  readonly hear: (event: TickTold) => Ticks;
}

/** Ticks come within a second where there are any. */
const PATIENCE = Temporal.Duration.from({ seconds: 4 });

/** A volume that does not come with the prices is not waited for any longer. */
const VOLUME_PATIENCE = Temporal.Duration.from({ milliseconds: 500 });

/**
 * Asks TWS to tell the price of a contract from now on, and waits until it is whole, or has been waited for
 * long enough: outside the session there may be a last price and nothing else.
 * @returns false for a contract that IB does not know after all.
 * @throws BrokerError
 */
export async function askFirstTicks(
  { login, clock }: { readonly login: Login; readonly clock: Clock },
  { symbol, contract, marketData, volume }: AskedTicks,
  { begin, hear }: Listener,
): Promise<boolean> {
  const patience: { stop: (() => void) | null } = { stop: null };
  try {
    return await login.ask<boolean>({
      urgency: 'reading',
      what: `a price of ${symbol}`,
      patience: PATIENCE,
      send: (api, id) => {
        begin(id);
        api.reqMktData(id, contract, volume ? AVERAGE_VOLUME_REQUEST : '', false, false);
      },
      hear: (event, id, { give }) => {
        if (!isTick(event) || event.id !== id) return;
        const ticks = hear(event);
        if (!isWhole(ticks)) return;
        if (!volume || ticks.averageVolume !== null) give(true);
        else {
          patience.stop ??= clock.schedule(clock.now().add(VOLUME_PATIENCE), () => {
            give(true);
          });
        }
      },
      hearMessage: (code, text, { give, fail }) => {
        if (code === NO_SECURITY_DEFINITION) give(false);
        else if (code === COMPETING_SESSION) fail(competingSession(code, text));
        else if (NO_MARKET_DATA.has(code)) fail(noMarketData(symbol, code, text, marketData));
        else if (code === TOO_MANY_LINES || code === RATE_EXCEEDED) fail(readError(code, text));
      },
      unanswered: (reason, { give, fail }, why) => {
        if (why === 'too_late') give(true);
        else fail(unavailable(reason));
      },
    });
  } finally {
    patience.stop?.();
  }
}
