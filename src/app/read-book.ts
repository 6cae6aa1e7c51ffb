import type { AccountSettings } from '../core/account.ts';
import type { ClockReading } from '../core/automatic-halts.ts';
import { isDue } from '../core/time.ts';
import type { MarketClock, Snapshot } from '../core/portfolio.ts';
import type { Proposal } from '../core/proposal.ts';
import type { BookMark } from '../ports/book-store.ts';
import { brokerOf } from './context.ts';
import type { AppContext } from './context.ts';
import { takeSnapshot } from './take-snapshot.ts';

/** What is read of an account at its broker before a proposal may be executed, all of it asked at once. */
export interface BookReading {
  readonly askedAt: Temporal.Instant;
  /** How far the record of fills went then. */
  readonly before: Promise<BookMark>;
  readonly market: Promise<MarketClock>;
  readonly snapshot: Promise<Snapshot>;
  /** Null where no rule looks at the broker's clock, or the broker does not tell it. */
  readonly time: Promise<ClockReading | null>;
}

/** A book that was asked for longer ago is asked for again. */
const FRESH_FOR = Temporal.Duration.from({ seconds: 5 });

/** Asks; the promises fail with a BrokerError where a part cannot be read. */
export function readBook(
  context: AppContext,
  account: AccountSettings,
  proposal: Proposal,
): BookReading {
  const market = brokerOf(context, account.name).getMarketClock();
  const symbols = proposal.plan.legs.map((leg) => leg.symbol);
  const reading: BookReading = {
    askedAt: context.clock.now(),
    before: context.store.readFillMark(),
    market,
    snapshot: takeSnapshot(context, account, symbols, market),
    time: readBrokerTime(context, account),
  };
  // Whoever awaits them hears of a failure; nobody may.
  for (const part of [reading.before, reading.market, reading.snapshot, reading.time])
    part.catch(() => {});
  return reading;
}

export function isFresh(reading: BookReading, now: Temporal.Instant): boolean {
  return !isDue(now, reading.askedAt.add(FRESH_FOR));
}

/** What the broker's clock says; null where the rule is off or the broker does not tell its time. */
export async function readBrokerTime(
  context: AppContext,
  account: AccountSettings,
): Promise<ClockReading | null> {
  const broker = brokerOf(context, account.name);
  if (account.automaticHalts.clockSkew === null || broker.getTime === undefined) return null;
  const askedAt = context.clock.now();
  const brokerTime = await broker.getTime();
  return { brokerTime, askedAt, answeredAt: context.clock.now() };
}
