import { MarketDataType } from '@stoqey/ib';
import type { Decimal } from '../../core/decimal.ts';
import { exchangeDateOf } from '../../core/market-calendar.ts';
import type { Quote } from '../../core/portfolio.ts';
import { createSerialQueue } from '../../lib/serial-queue.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Contracts, ResolvedContract } from './contracts.ts';
import type { AskedTicks } from './first-ticks.ts';
import type { Link } from './link.ts';
import type { Login } from './login.ts';
import { createMarketDataLines, MOST_LINES } from './market-data-lines.ts';
import { priceOf, type Ticks } from './ticks.ts';

/**
 * Prices, from market data lines.
 *
 * Where the login has no market data subscription, TWS tells prices that are 15 to 20 minutes old if it
 * was asked to, and says that it does. https://interactivebrokers.github.io/tws-api/market_data_type.html
 */
export interface Quotes {
  /**
   * @param wanted `marketData`: what the account's settings allow. `volumes`: whether average daily volumes
   *   are wanted; they are asked for with the prices, once a day for each contract.
   * @throws BrokerError when IB has no price to give for lack of a subscription, or because somebody is
   *   logged in elsewhere.
   */
  read(
    contracts: Contracts,
    symbols: readonly string[],
    wanted: WantedQuotes,
  ): Promise<readonly Quote[]>;
}

interface WantedQuotes {
  readonly marketData: 'live' | 'delayed';
  readonly volumes: boolean;
}

/** IB says 15 to 20 minutes; the younger end would claim too much. */
const DELAY = Temporal.Duration.from({ minutes: 20 });

interface Asked extends AskedTicks {
  readonly resolved: ResolvedContract;
}

/** @param confirm resolves once TWS has answered: what it told before the question has been heard then. */
export function createQuotes(login: Login, clock: Clock, confirm: () => Promise<unknown>): Quotes {
  const queue = createSerialQueue();
  const lines = createMarketDataLines(login, clock);
  /** By the contract's number and on one day of the exchange; null: it did not come, and is not asked for again. */
  let volumes = new Map<number, Decimal | null>();
  let volumesOn = '';
  let kindSet: { readonly link: Link; readonly kind: MarketDataType } | null = null;

  /** The kind of data is one for the whole connection, until it is set again. */
  async function setKind(marketData: 'live' | 'delayed'): Promise<void> {
    const kind = marketData === 'live' ? MarketDataType.REALTIME : MarketDataType.DELAYED;
    const link = await login.connect();
    if (kindSet?.link === link && kindSet.kind === kind) return;
    // Before the prices, in the order given.
    void login.tell((api) => {
      api.reqMarketDataType(kind);
    });
    kindSet = { link, kind };
  }

  function forgetOldVolumes(): void {
    const today = exchangeDateOf(clock.now()).toString();
    if (today !== volumesOn) volumes = new Map();
    volumesOn = today;
  }

  function quoteOf(
    { symbol, resolved, contract }: Asked,
    ticks: Ticks,
    volumesToo: boolean,
  ): Quote {
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
      averageDailyVolume: volumesToo ? (volumes.get(contract.conId) ?? null) : null,
    };
  }

  async function readAll(
    contracts: Contracts,
    symbols: readonly string[],
    { marketData, volumes: volumesToo }: WantedQuotes,
  ): Promise<readonly Quote[]> {
    forgetOldVolumes();
    const quotes = new Map<string, Quote>();
    const ask = async (symbol: string): Promise<Asked | null> => {
      const resolved = await contracts.resolve(symbol);
      if (resolved === null) return null;
      const { contract } = resolved;
      const volume = volumesToo && !volumes.has(contract.conId);
      return { symbol, resolved, contract, marketData, volume };
    };
    const asked = (await Promise.all(symbols.map(ask))).filter((each) => each !== null);
    const put = (each: Asked, ticks: Ticks | null): void => {
      if (ticks === null) return;
      if (each.volume) volumes.set(each.contract.conId, ticks.averageVolume);
      quotes.set(each.symbol, quoteOf(each, ticks, volumesToo));
    };

    if (asked.some((each) => lines.standing(each) !== null)) {
      await confirm();
      for (const each of asked) put(each, lines.standing(each));
    }
    const missing = asked.filter(({ symbol }) => !quotes.has(symbol));
    if (missing.length > 0) await setKind(marketData);
    for (let from = 0; from < missing.length; from += MOST_LINES) {
      const batch = missing.slice(from, from + MOST_LINES);
      await lines.makeRoom(batch.length);
      await Promise.all(
        batch.map(async (each) => {
          put(each, await lines.take(each));
        }),
      );
    }
    return symbols.map((symbol) => quotes.get(symbol) ?? noQuote(symbol, clock.now()));
  }

  return {
    read: async (contracts, symbols, wanted) =>
      await queue.run(async () =>
        symbols.length === 0 ? [] : await readAll(contracts, symbols, wanted),
      ),
  };
}

function noQuote(symbol: string, at: Temporal.Instant): Quote {
  return {
    symbol,
    price: null,
    bid: null,
    ask: null,
    at,
    tradable: false,
    fractionable: false,
  };
}
