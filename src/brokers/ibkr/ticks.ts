import type { Decimal } from '../../core/decimal.ts';
import type { TwsEvent } from './wire.ts';

/** What TWS has told of the price of one contract, as it stands. */
export interface Ticks {
  readonly bid: Decimal | null;
  readonly ask: Decimal | null;
  readonly last: Decimal | null;
  readonly lastAt: Temporal.Instant | null;
  readonly delayed: boolean;
  /** In shares, of 90 days; only where it was asked for. */
  readonly averageVolume: Decimal | null;
}

/** What tells of a contract's price, by the id of the request that asked for it. */
export type TickTold = Extract<
  TwsEvent,
  { readonly type: 'tick' | 'tick_size' | 'tick_text' | 'market_data_type' }
>;

export const NO_TICKS: Ticks = {
  bid: null,
  ask: null,
  last: null,
  lastAt: null,
  delayed: false,
  averageVolume: null,
};

/** Tick types, live and delayed. https://interactivebrokers.github.io/tws-api/tick_types.html */
const BID = [1, 66];
const ASK = [2, 67];
const LAST = [4, 68];
const LAST_TIMESTAMP = [45, 88];
const FIRST_DELAYED = 66;
/**
 * "The average daily trading volume over 90 days. Multiplier of 100", with generic tick 165 only. IB has no
 * delayed twin of it.
 */
const AVERAGE_VOLUME = 21;
export const AVERAGE_VOLUME_REQUEST = '165';
const VOLUME_MULTIPLIER = '100';

/** https://interactivebrokers.github.io/tws-api/market_data_type.html: 3 delayed, 4 delayed and frozen. */
const DELAYED_KINDS: ReadonlySet<number> = new Set([3, 4]);

export function isTick(event: TwsEvent): event is TickTold {
  switch (event.type) {
    case 'tick':
    case 'tick_size':
    case 'tick_text':
    case 'market_data_type':
      return true;
    default:
      return false;
  }
}

/** The same ticks after one more. */
export function withTick(ticks: Ticks, event: TickTold): Ticks {
  switch (event.type) {
    case 'market_data_type':
      return { ...ticks, delayed: DELAYED_KINDS.has(event.kind) };
    case 'tick':
      return withPrice(ticks, event.tick, event.price);
    case 'tick_size': {
      const lots = event.tick === AVERAGE_VOLUME ? event.size : undefined;
      return lots?.gt('0') === true
        ? { ...ticks, averageVolume: lots.times(VOLUME_MULTIPLIER) }
        : ticks;
    }
    case 'tick_text':
      return LAST_TIMESTAMP.includes(event.tick)
        ? { ...ticks, lastAt: fromSeconds(event.text) }
        : ticks;
  }
}

function withPrice(ticks: Ticks, tick: number, told: Decimal): Ticks {
  // -1 says that there is none, or none any more.
  const price = told.gt('0') ? told : null;
  const delayed = ticks.delayed || (price !== null && tick >= FIRST_DELAYED);
  if (BID.includes(tick)) return { ...ticks, delayed, bid: price };
  if (ASK.includes(tick)) return { ...ticks, delayed, ask: price };
  if (LAST.includes(tick)) return { ...ticks, delayed, last: price };
  return { ...ticks, delayed };
}

/** Bid, ask and last: nothing of a price is outstanding. */
export function isWhole({ bid, ask, last }: Ticks): boolean {
  return bid !== null && ask !== null && last !== null;
}

/** The last trade, unless bid and ask have left it behind. */
export function priceOf({ bid, ask, last }: Ticks): Decimal | null {
  if (bid === null || ask === null || bid.gt(ask)) return last;
  if (last !== null && last.gte(bid) && last.lte(ask)) return last;
  return bid.plus(ask).div('2');
}

function fromSeconds(text: string): Temporal.Instant | null {
  return /^\d{9,11}$/.test(text)
    ? Temporal.Instant.fromEpochMilliseconds(Number(text) * 1000)
    : null;
}
