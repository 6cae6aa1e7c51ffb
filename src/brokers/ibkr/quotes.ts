import { MarketDataType, type Contract } from '@stoqey/ib';
import type { Decimal } from '../../core/decimal.ts';
import type { Quote } from '../../core/portfolio.ts';
import { exchangeDateOf } from '../../core/market-calendar.ts';
import { createSerialQueue } from '../../lib/serial-queue.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Contracts } from './contracts.ts';
import {
  BROKER,
  COMPETING_SESSION,
  NO_MARKET_DATA,
  NO_SECURITY_DEFINITION,
  readError,
  unavailable,
} from './errors.ts';
import type { Link } from './link.ts';
import type { Login } from './login.ts';

/**
 * Prices by short subscriptions.
 *
 * Where the login has no market data subscription, TWS tells prices that are 15 to 20 minutes old if it
 * was asked to, and says that it does. https://interactivebrokers.github.io/tws-api/market_data_type.html
 */
export interface Quotes {
  /**
   * @param wanted `marketData`: what the account's settings allow. `volumes`: whether average daily volumes
   *   are wanted; they are asked for with the prices, once a day for each symbol.
   * @throws BrokerError when IB has no price to give for lack of a subscription, or because somebody is
   *   logged in elsewhere.
   */
  read(
    contracts: Contracts,
    symbols: readonly string[],
    wanted: { readonly marketData: 'live' | 'delayed'; readonly volumes: boolean },
  ): Promise<readonly Quote[]>;
}

/** Ticks come within a second where there are any. */
const PATIENCE = Temporal.Duration.from({ seconds: 4 });

/** A volume that does not come with the prices is not waited for any longer, nor again on that day. */
const VOLUME_PATIENCE = Temporal.Duration.from({ milliseconds: 500 });

/** IB says 15 to 20 minutes; the younger end would claim too much. */
const DELAY = Temporal.Duration.from({ minutes: 20 });

/** Of 100 market data lines, so many are asked for at once; some are for the person who watches the same TWS. */
const LINES = 40;

/** So many may be taken in all, with those that have told their price and wait to be given back. */
const MOST_LINES = 80;

/**
 * A line is given back this long after it told its price: orders that follow a look at the prices need the
 * messages of the same seconds.
 */
const KEPT_FOR = Temporal.Duration.from({ seconds: 4 });

/** Tick types, live and delayed. https://interactivebrokers.github.io/tws-api/tick_types.html */
const BID = [1, 66];
const ASK = [2, 67];
const LAST = [4, 68];
const LAST_TIMESTAMP = [45, 88];
/**
 * "The average daily trading volume over 90 days. Multiplier of 100", with generic tick 165 only. IB has no
 * delayed twin of it.
 */
const AVERAGE_VOLUME = 21;
const AVERAGE_VOLUME_REQUEST = '165';
const VOLUME_MULTIPLIER = '100';

interface Ticks {
  bid: Decimal | null;
  ask: Decimal | null;
  last: Decimal | null;
  lastAt: Temporal.Instant | null;
  delayed: boolean;
  averageVolume: Decimal | null;
}

export function createQuotes(login: Login, clock: Clock): Quotes {
  const queue = createSerialQueue();
  /** Lines that have told their price, by the ids of their requests. */
  const kept = new Set<number>();
  let cancelReturn: (() => void) | null = null;
  /** Lines on their way back. */
  const returning = new Set<Promise<void>>();
  /** By symbol and on one day of the exchange; null: it did not come. */
  let volumes = new Map<string, Decimal | null>();
  let volumesOn = '';
  let kindSet: { readonly link: Link; readonly kind: MarketDataType } | null = null;

  /** The kind of data is one for the whole connection, until it is set again. */
  async function setKind(kind: MarketDataType): Promise<void> {
    const link = await login.connect();
    // The lines of a connection that is gone are gone with it.
    if (kindSet !== null && kindSet.link !== link) kept.clear();
    if (kindSet?.link === link && kindSet.kind === kind) return;
    // Before the prices, in the order given.
    void login.tell((api) => {
      api.reqMarketDataType(kind);
    });
    kindSet = { link, kind };
  }

  async function quote(
    contracts: Contracts,
    symbol: string,
    wanted: Parameters<Quotes['read']>[2],
  ): Promise<Quote> {
    const { marketData } = wanted;
    const resolved = await contracts.resolve(symbol);
    const nothing: Quote = {
      symbol,
      price: null,
      bid: null,
      ask: null,
      at: clock.now(),
      tradable: false,
      fractionable: false,
    };
    if (resolved === null) return nothing;
    const asksVolume = wanted.volumes && !volumes.has(symbol);
    const ticks = await askTicks({ login, clock, giveBack }, symbol, resolved.contract, {
      marketData,
      volume: asksVolume,
    });
    if (ticks === null) return nothing;
    if (asksVolume) volumes.set(symbol, ticks.averageVolume);
    const { bid, ask, last, lastAt, delayed } = ticks;
    const now = clock.now();
    const price = priceOf(ticks);
    const newest = delayed ? now.subtract(DELAY) : now;
    const ofLast = price !== null && price === last ? lastAt : null;
    return {
      symbol,
      price,
      bid,
      ask,
      // A last trade is as old as it is; bid and ask are of this moment, or of the delayed one.
      at: ofLast !== null && Temporal.Instant.compare(ofLast, newest) < 0 ? ofLast : newest,
      tradable: resolved.tradable,
      fractionable: false,
      averageDailyVolume: wanted.volumes ? (volumes.get(symbol) ?? null) : null,
    };
  }

  /** Nobody waits for a line to be given back, unless there are too few: the messages are for orders first. */
  function giveBack(id: number): void {
    kept.add(id);
    cancelReturn ??= clock.schedule(clock.now().add(KEPT_FOR), returnKept);
  }

  function returnKept(): void {
    cancelReturn?.();
    cancelReturn = null;
    const on = kindSet?.link;
    for (const id of kept) {
      const given = login
        .tell(
          (api) => {
            api.cancelMktData(id);
          },
          { urgency: 'tidying', ...(on === undefined ? {} : { on }) },
        )
        .finally(() => returning.delete(given));
      returning.add(given);
    }
    kept.clear();
  }

  function forgetOldVolumes(): void {
    const today = exchangeDateOf(clock.now()).toString();
    if (today !== volumesOn) volumes = new Map();
    volumesOn = today;
  }

  return {
    read: async (contracts, symbols, wanted) =>
      await queue.run(async () => {
        if (symbols.length === 0) return [];
        forgetOldVolumes();
        const { marketData } = wanted;
        await setKind(marketData === 'live' ? MarketDataType.REALTIME : MarketDataType.DELAYED);
        const quotes: Quote[] = [];
        for (let from = 0; from < symbols.length; from += LINES) {
          const batch = symbols.slice(from, from + LINES);
          if (kept.size + returning.size + batch.length > MOST_LINES) returnKept();
          while (returning.size + batch.length > MOST_LINES) await Promise.race(returning);
          quotes.push(
            ...(await Promise.all(batch.map((symbol) => quote(contracts, symbol, wanted)))),
          );
        }
        return quotes;
      }),
  };
}

/** @returns null for a contract that IB does not know after all. */
async function askTicks(
  {
    login,
    clock,
    giveBack,
  }: {
    readonly login: Login;
    readonly clock: Clock;
    readonly giveBack: (id: number) => void;
  },
  symbol: string,
  contract: Contract,
  wanted: { readonly marketData: 'live' | 'delayed'; readonly volume: boolean },
): Promise<Ticks | null> {
  const { marketData } = wanted;
  const ticks: Ticks = {
    bid: null,
    ask: null,
    last: null,
    lastAt: null,
    delayed: false,
    averageVolume: null,
  };
  let subscription: number | null = null;
  const patience: { stop: (() => void) | null } = { stop: null };
  const isWhole = (): boolean => ticks.bid !== null && ticks.ask !== null && ticks.last !== null;
  const settle = (give: (value: Ticks) => void): void => {
    if (!isWhole()) return;
    if (!wanted.volume || ticks.averageVolume !== null) {
      give(ticks);
      return;
    }
    patience.stop ??= clock.schedule(clock.now().add(VOLUME_PATIENCE), () => {
      give(ticks);
    });
  };
  try {
    return await login.ask<Ticks | null>({
      urgency: 'reading',
      what: `a price of ${symbol}`,
      patience: PATIENCE,
      send: (api, id) => {
        subscription = id;
        const more = wanted.volume ? AVERAGE_VOLUME_REQUEST : '';
        api.reqMktData(id, contract, more, false, false);
      },
      hear: (event, id, { give }) => {
        if (!('id' in event) || event.id !== id) return;
        if (event.type === 'market_data_type') {
          ticks.delayed = event.kind === 3 || event.kind === 4;
        } else if (event.type === 'tick') {
          takeTick(ticks, event.tick, event.price);
          settle(give);
        } else if (event.type === 'tick_size' && event.tick === AVERAGE_VOLUME) {
          const lots = event.size;
          if (lots?.gt('0') === true) ticks.averageVolume = lots.times(VOLUME_MULTIPLIER);
          settle(give);
        } else if (event.type === 'tick_text' && LAST_TIMESTAMP.includes(event.tick)) {
          ticks.lastAt = fromSeconds(event.text);
        }
      },
      hearMessage: (code, text, { give, fail }) => {
        if (code === NO_SECURITY_DEFINITION) give(null);
        else if (code === COMPETING_SESSION) fail(competing(code, text));
        else if (NO_MARKET_DATA.has(code)) fail(notSubscribed(symbol, code, text, marketData));
        else if (code === 101 || code === 100) fail(readError(code, text));
      },
      // Whatever came: outside the session there may be a last price and nothing else.
      unanswered: (reason, { give, fail }, why) => {
        if (why === 'too_late') give(ticks);
        else fail(unavailable(reason));
      },
    });
  } finally {
    patience.stop?.();
    if (subscription !== null) giveBack(subscription);
  }
}

function takeTick(ticks: Ticks, tick: number, price: Decimal): void {
  // -1 says that there is none.
  const value = price.gt('0') ? price : null;
  if (value === null) return;
  if (tick >= 66) ticks.delayed = true;
  if (BID.includes(tick)) ticks.bid = value;
  if (ASK.includes(tick)) ticks.ask = value;
  if (LAST.includes(tick)) ticks.last = value;
}

/** The last trade, unless bid and ask have left it behind. */
function priceOf({ bid, ask, last }: Ticks): Decimal | null {
  if (bid === null || ask === null || bid.gt(ask)) return last;
  if (last !== null && last.gte(bid) && last.lte(ask)) return last;
  return bid.plus(ask).div('2');
}

function fromSeconds(text: string): Temporal.Instant | null {
  return /^\d{9,11}$/.test(text)
    ? Temporal.Instant.fromEpochMilliseconds(Number(text) * 1000)
    : null;
}

function notSubscribed(
  symbol: string,
  code: number,
  text: string,
  marketData: 'live' | 'delayed',
): BrokerError {
  const otherwise = marketData === 'live' ? ', or set ibkr.marketData: delayed' : '';
  return new BrokerError(
    BROKER,
    'unavailable',
    `Interactive Brokers gives no price of ${symbol} to this login (${text.trim()}). Subscribe to its market data in Client Portal and share it with the paper account${otherwise}.`,
    { brokerCode: String(code) },
  );
}

function competing(code: number, text: string): BrokerError {
  return new BrokerError(
    BROKER,
    'unavailable',
    `Interactive Brokers gives market data to another session of this login: ${text} Log out there, or give the bot a user of its own.`,
    { brokerCode: String(code) },
  );
}
