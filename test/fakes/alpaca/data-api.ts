import type { ApiAnswer, ApiRequest, Route } from './http-server.ts';
import type { Asset } from './market.ts';
import { forbidden, Refusal } from './refusal.ts';
import type { World } from './world.ts';

/** An asset, and when it was quoted. */
interface Quoted extends Asset {
  readonly quotedAt: Temporal.Instant;
}

/** Market data speaks numbers, where the Trading API speaks text. */
type View = (asset: Quoted) => Readonly<Record<string, unknown>>;

const FEEDS = ['iex', 'sip', 'delayed_sip', 'boats', 'overnight', 'otc'];
const ADJUSTMENTS = ['raw', 'split', 'dividend', 'spin-off', 'all'];
const SYMBOL = /^[A-Z]{1,6}(\.[A-Z]{1,2})?$/;

/**
 * The Market Data API v2, one address for all accounts.
 * https://docs.alpaca.markets/reference/stocksnapshots-1 and its neighbours.
 */
export function dataRoutes(world: World): readonly Route[] {
  return [
    one('/v2/stocks/([^/]+)/snapshot', 'snapshot', (asset) => ({
      symbol: asset.symbol,
      ...snapshotView(asset),
    })),
    many('/v2/stocks/snapshots', 'snapshots', null, snapshotView),
    ...latest('quotes', 'quote', quoteView),
    ...latest('trades', 'trade', tradeView),
    ...latest('bars', 'bar', barView),
    dailyBars(),
  ];

  /** https://docs.alpaca.markets/reference/stockbars, for days: those with a session, in a page of `limit`. */
  function dailyBars(): Route {
    const parameters = ['symbols', 'timeframe', 'start', 'end', 'limit', 'adjustment', 'feed'];
    return route('/v2/stocks/bars', 'bars', parameters, ({ query }) => {
      const symbols = symbolsOf(query);
      if (query.get('timeframe') !== '1Day') {
        throw new Refusal(400, { message: `invalid timeframe: ${query.get('timeframe') ?? ''}` });
      }
      const adjustment = query.get('adjustment') ?? 'raw';
      if (!ADJUSTMENTS.includes(adjustment)) {
        throw new Refusal(400, { message: `invalid adjustment: ${adjustment}` });
      }
      const limit = Number(query.get('limit') ?? '1000');
      if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) {
        throw new Refusal(400, { message: 'limit must be between 1 and 10000' });
      }
      const today = world.clock.now().toZonedDateTimeISO('America/New_York').toPlainDate();
      const start = dayOf(query.get('start'), today);
      const end = dayOf(query.get('end'), today);
      const bars: Record<string, unknown[]> = {};
      let left = limit;
      let isCut = false;
      for (const symbol of symbols) {
        const asset = listed(world, symbol);
        if (asset === null) continue;
        for (
          let day = start;
          Temporal.PlainDate.compare(day, end) <= 0;
          day = day.add({ days: 1 })
        ) {
          if (day.dayOfWeek > 5) continue;
          isCut ||= left === 0;
          if (left === 0) break;
          left -= 1;
          const t = day.toZonedDateTime('America/New_York').toInstant().toString();
          // More each day, so that an average is none of them.
          const v = asset.volume + day.dayOfWeek;
          (bars[symbol] ??= []).push({ ...barView(asset), t, v });
        }
      }
      return { status: 200, body: { bars, next_page_token: isCut ? 'QUFQTA==' : null } };
    });
  }

  function latest(plural: string, singular: string, view: View): Route[] {
    return [
      one(`/v2/stocks/([^/]+)/${plural}/latest`, `${singular} latest`, (asset) => ({
        symbol: asset.symbol,
        [singular]: view(asset),
      })),
      many(`/v2/stocks/${plural}/latest`, `${plural} latest`, plural, view),
    ];
  }

  function one(pattern: string, name: string, view: View): Route {
    return route(pattern, name, ['feed', 'currency'], ({ parts: [symbol = ''] }) => {
      checkSymbol(symbol);
      const asset = listed(world, symbol);
      if (asset === null) throw new Refusal(404, { message: `no ${name} found for ${symbol}` });
      return { status: 200, body: view(asset) };
    });
  }

  /** @param under the field that holds the answers by symbol; null: they are the answer */
  function many(pattern: string, name: string, under: string | null, view: View): Route {
    return route(pattern, name, ['symbols', 'feed', 'currency'], ({ query }) => {
      const symbols = symbolsOf(query);
      // A symbol that is not known is left out without a word.
      const bySymbol = Object.fromEntries(
        symbols
          .map((symbol) => listed(world, symbol))
          .filter((asset) => asset !== null)
          .map((asset) => [asset.symbol, view(asset)]),
      );
      return { status: 200, body: under === null ? bySymbol : { [under]: bySymbol } };
    });
  }

  function route(
    pattern: string,
    name: string,
    parameters: readonly string[],
    handle: (request: ApiRequest) => ApiAnswer,
  ): Route {
    return {
      method: 'GET',
      name,
      kind: 'read',
      pattern: new RegExp(`^${pattern}$`),
      handle(request) {
        const scopes = request.caller?.scopes ?? 'all';
        if (scopes !== 'all' && !scopes.has('data')) throw forbidden('forbidden.');
        const unknown = [...request.query.keys()].find((key) => !parameters.includes(key));
        if (unknown !== undefined) {
          throw new Refusal(400, { message: `unexpected parameter: ${unknown}` });
        }
        checkFeed(request.query.get('feed'), world);
        return handle(request);
      },
    };
  }
}

function checkFeed(feed: string | null, world: World): void {
  if (feed === null) return;
  if (!FEEDS.includes(feed)) throw new Refusal(400, { message: `invalid feed: ${feed}` });
  if (feed === 'sip' && world.settings.dataPlan === 'basic') {
    throw new Refusal(403, {
      message: 'subscription does not permit querying recent SIP data',
    });
  }
}

function symbolsOf(query: URLSearchParams): readonly string[] {
  const symbols = (query.get('symbols') ?? '').split(',').filter((symbol) => symbol !== '');
  if (symbols.length === 0) throw new Refusal(400, { message: 'symbols is required' });
  for (const symbol of symbols) checkSymbol(symbol);
  return symbols;
}

function dayOf(text: string | null, otherwise: Temporal.PlainDate): Temporal.PlainDate {
  if (text === null) return otherwise;
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) throw new Refusal(400, { message: `invalid date: ${text}` });
  return Temporal.PlainDate.from(text);
}

function checkSymbol(symbol: string): void {
  if (!SYMBOL.test(symbol)) throw new Refusal(400, { message: `invalid symbol: ${symbol}` });
}

function listed(world: World, symbol: string): Quoted | null {
  const asset = world.market.find(symbol);
  if (asset?.status !== 'active') return null;
  return { ...asset, quotedAt: asset.quotedAt ?? world.quoteTime() };
}

function snapshotView(asset: Quoted): ReturnType<View> {
  return {
    latestTrade: tradeView(asset),
    latestQuote: quoteView(asset),
    minuteBar: barView(asset),
    dailyBar: barView(asset),
    prevDailyBar: barAt(asset, asset.previousClose.toFixed()),
  };
}

function quoteView({ quotedAt, ask, bid }: Quoted): ReturnType<View> {
  return {
    t: quotedAt.toString(),
    ax: 'V',
    ap: Number(ask.toFixed()),
    as: 1,
    bx: 'V',
    bp: Number(bid.toFixed()),
    bs: 1,
    c: ['R'],
    z: 'C',
  };
}

function tradeView({ quotedAt, last }: Quoted): ReturnType<View> {
  return {
    t: quotedAt.toString(),
    x: 'V',
    p: Number(last.toFixed()),
    s: 100,
    c: ['@'],
    i: 52_983_525_029_461,
    z: 'C',
  };
}

function barView(asset: Quoted): ReturnType<View> {
  return barAt(asset, asset.last.toFixed());
}

function barAt({ quotedAt }: Quoted, price: string): ReturnType<View> {
  const p = Number(price);
  return { t: quotedAt.toString(), o: p, h: p, l: p, c: p, v: 1000, n: 10, vw: p };
}
