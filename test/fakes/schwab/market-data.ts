import { number } from './accounts-view.ts';
import { dateOf, newYorkTime } from './sessions.ts';
import type { Window } from './sessions.ts';
import { json, marketDataError } from './reply.ts';
import type { Reply } from './reply.ts';
import type { FakeSymbol, World } from './world.ts';

const roots = ['quote', 'fundamental', 'extended', 'reference', 'regular'];
const markets = ['equity', 'option', 'bond', 'future', 'forex'];

function mainTypeOf({ asset }: FakeSymbol): string {
  switch (asset) {
    case 'EQUITY':
    case 'ETF':
      return 'EQUITY';
    case 'MUTUAL_FUND':
    case 'CASH_EQUIVALENT':
      return 'MUTUAL_FUND';
  }
}

function quoteView(world: World, name: string, symbol: FakeSymbol, fields: readonly string[]) {
  const at = world.clock.now().epochMilliseconds;
  const all: Readonly<Record<string, unknown>> = {
    reference: {
      cusip: String(symbol.instrumentId).padStart(9, '0'),
      description: symbol.description,
      exchange: 'P',
      exchangeName: 'NYSE Arca',
    },
    quote: {
      askPrice: number(symbol.ask),
      askSize: 400,
      askTime: at,
      bidPrice: number(symbol.bid),
      bidSize: 400,
      bidTime: at,
      closePrice: number(symbol.close),
      highPrice: number(symbol.last),
      lastPrice: number(symbol.last),
      lastSize: 200,
      lowPrice: number(symbol.last),
      mark: number(symbol.last),
      netChange: number(symbol.last.minus(symbol.close)),
      openPrice: number(symbol.close),
      quoteTime: at,
      securityStatus: 'Normal',
      totalVolume: 1_000_000,
      tradeTime: at,
    },
    regular: {
      regularMarketLastPrice: number(symbol.last),
      regularMarketLastSize: 2,
      regularMarketNetChange: number(symbol.last.minus(symbol.close)),
      regularMarketTradeTime: at,
    },
    fundamental: { avg10DaysVolume: 1_000_000, divAmount: 0, eps: 0, peRatio: 0 },
  };
  return {
    assetMainType: mainTypeOf(symbol),
    ...(symbol.asset === 'ETF' ? { assetSubType: 'ETF' } : {}),
    symbol: name,
    quoteType: 'NBBO',
    realtime: true,
    ssid: symbol.instrumentId,
    ...Object.fromEntries(Object.entries(all).filter(([root]) => fields.includes(root))),
  };
}

/**
 * GET /marketdata/v1/quotes and /marketdata/v1/{symbol}/quotes. Symbols that are not known are named
 * beside the quotes of the others; alone, the answer is 404.
 */
export function answerQuotes(
  world: World,
  symbols: readonly string[],
  search: URLSearchParams,
  isSingle: boolean,
  id: string,
): Reply {
  const wanted = (search.get('fields') ?? 'all').split(',');
  const unknown = wanted.filter((field) => field !== 'all' && !roots.includes(field));
  if (unknown.length > 0) {
    return marketDataError(400, 'Bad Request', `fields: ${unknown.join(', ')} is not known`, id);
  }
  if (symbols.length === 0 || symbols.length > 500 || symbols.includes('')) {
    return marketDataError(400, 'Bad Request', 'symbols: one to 500 of them, by commas', id);
  }
  const fields = wanted.includes('all') ? roots : wanted;
  const quotes = new Map<string, unknown>();
  const invalid: string[] = [];
  for (const name of symbols) {
    const symbol = world.symbols.get(name);
    if (symbol === undefined) invalid.push(name);
    else quotes.set(name, quoteView(world, name, symbol, fields));
  }
  if (isSingle && invalid.length > 0) {
    return marketDataError(404, 'Not Found', `No quote for ${invalid.join(', ')}`, id);
  }
  if (invalid.length > 0) quotes.set('errors', { invalidSymbols: invalid });
  return json(200, Object.fromEntries(quotes));
}

function hours({ start, end }: Window) {
  return [{ start: newYorkTime(start), end: newYorkTime(end) }];
}

/**
 * GET /marketdata/v1/markets. `isOpen` says whether the day has a session, not whether it is running; a
 * day without one has no hours, and other names inside.
 */
export function answerMarkets(
  world: World,
  names: readonly string[],
  search: URLSearchParams,
  id: string,
): Reply {
  if (names.length === 0 || names.some((name) => !markets.includes(name))) {
    return marketDataError(400, 'Bad Request', `markets: some of ${markets.join(', ')}`, id);
  }
  if (names.some((name) => name !== 'equity')) {
    return marketDataError(400, 'Bad Request', 'markets: this fake serves equity only', id);
  }
  const today = dateOf(world.clock.now());
  const date = search.has('date') ? readDate(search.get('date') ?? '') : today;
  if (
    date === null ||
    Temporal.PlainDate.compare(date, today) < 0 ||
    Temporal.PlainDate.compare(date, today.add({ years: 1 })) > 0
  ) {
    return marketDataError(400, 'Bad Request', 'date: YYYY-MM-DD, from today to a year on', id);
  }
  const day = world.sessions.on(date);
  const common = {
    date: date.toString(),
    marketType: 'EQUITY',
    exchange: 'NULL',
    category: 'NULL',
  };
  if (day === null) {
    return json(200, { equity: { equity: { ...common, product: 'equity', isOpen: false } } });
  }
  return json(200, {
    equity: {
      EQ: {
        ...common,
        product: 'EQ',
        productName: 'equity',
        isOpen: true,
        sessionHours: {
          preMarket: hours(day.preMarket),
          regularMarket: hours(day.regularMarket),
          postMarket: hours(day.postMarket),
        },
      },
    },
  });
}

function readDate(text: string): Temporal.PlainDate | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  try {
    return Temporal.PlainDate.from(text);
  } catch {
    return null;
  }
}
