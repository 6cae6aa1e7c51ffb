import { BrokerError } from '../../ports/broker-error.ts';
import type { BrokerErrorCode } from '../../ports/broker.ts';

/**
 * What TWS's numbered messages mean.
 * https://interactivebrokers.github.io/tws-api/message_codes.html
 */

export const BROKER = 'ibkr';

const RESTORED_DATA_LOST = 1101;

/** The connection between TWS and IB's servers. */
export const SERVER_CONNECTION: {
  readonly lost: readonly number[];
  readonly restored: readonly number[];
  readonly dropping: number;
} = {
  lost: [1100, 2110],
  restored: [RESTORED_DATA_LOST, 1102],
  /** "TWS socket port has been reset and this connection is being dropped." */
  dropping: 1300,
};

export const CLIENT_ID_IN_USE = 326;
export const NO_SECURITY_DEFINITION = 200;
export const ORDER_CANCELLED = 202;
export const COMPETING_SESSION = 10_197;
export const RATE_EXCEEDED = 100;
export const TOO_MANY_LINES = 101;
/** "Market data farm connection is broken": what tells prices tells none, or not all. */
const DATA_FARM_LOST = 2103;
const VALIDATION = 321;
const ORDER_MESSAGE = 399;

/** @stoqey/ib's own codes for what it cannot send or read: 502 to 599. */
const LIBRARY_UNREADABLE = 505;

/** No live data for a contract, and none delayed either. */
export const NO_MARKET_DATA: ReadonlySet<number> = new Set([354, 10_089, 10_168, 10_186, 10_187]);

const READ_ONLY = /read-only/i;

const CODE_OF: ReadonlyMap<number, BrokerErrorCode> = new Map([
  [RATE_EXCEEDED, 'rate_limited'],
  [TOO_MANY_LINES, 'rate_limited'],
  [200, 'not_tradable'],
  [203, 'not_tradable'],
  [326, 'unavailable'],
  [460, 'not_tradable'],
  [502, 'unavailable'],
  [504, 'unavailable'],
  [507, 'unavailable'],
  [1100, 'unavailable'],
  [2110, 'unavailable'],
]);

/** What the words of 201 and its like mean; the first that fits counts. */
const WORDS: readonly (readonly [RegExp, BrokerErrorCode])[] = [
  [READ_ONLY, 'authentication'],
  [/\bshort\b/i, 'order_rejected'],
  [
    /insufficient|available funds|buying power|margin|equity with loan|cash balance/i,
    'insufficient_funds',
  ],
  [
    /trading permission|not available for trading|no trading|not tradable|restricted|closing[- ]only|delisted/i,
    'not_tradable',
  ],
  [/market is closed|exchange is closed|outside (of )?(regular )?trading hours/i, 'market_closed'],
];

/** The stable code for a message about an order or a request. */
export function codeOf(code: number, text: string): BrokerErrorCode {
  const known = CODE_OF.get(code);
  if (known !== undefined) return known;
  return WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? 'order_rejected';
}

/** A message about a request that reads, as the error its caller gets. */
export function readError(code: number, text: string): BrokerError {
  const stable = codeOf(code, text);
  return new BrokerError(BROKER, stable === 'order_rejected' ? 'unavailable' : stable, text, {
    brokerCode: String(code),
  });
}

/** No live data for a contract, and none delayed that the account may use. */
export function noMarketData(
  symbol: string,
  code: number,
  text: string,
  marketData: 'live' | 'delayed',
): BrokerError {
  const otherwise = marketData === 'live' ? ', or set ibkr.marketData: delayed' : '';
  return unavailable(
    `Interactive Brokers gives no price of ${symbol} to this login (${text.trim()}). Subscribe to its market data in Client Portal and share it with the paper account${otherwise}.`,
    code,
  );
}

export function competingSession(code: number, text: string): BrokerError {
  return unavailable(
    `Interactive Brokers gives market data to another session of this login (${text.trim()}). Log out there, or give the bot a user of its own.`,
    code,
  );
}

export function unavailable(reason: string, brokerCode: number | null = null): BrokerError {
  return new BrokerError(BROKER, 'unavailable', reason, {
    brokerCode: brokerCode === null ? null : String(brokerCode),
  });
}

/** Whether a message is about nothing that was asked: notices of data farms, warnings. */
export function isNotice(code: number, text: string): boolean {
  return (
    (code >= 2100 && code < 2200 && code !== 2110) ||
    code === 10_167 ||
    code === 10_090 ||
    text.startsWith('Warning:')
  );
}

/** "Data lost": what TWS was asked to tell from now on, it tells no more. */
export const endsSubscriptions = (code: number): boolean => code === RESTORED_DATA_LOST;

/** Whether prices that were told before a message about nothing that was asked may not be those of now. */
export function leavesPricesInDoubt(code: number): boolean {
  const { lost, restored } = SERVER_CONNECTION;
  return code === DATA_FARM_LOST || lost.includes(code) || restored.includes(code);
}

/** What has no request's id and still ends the requests that have none either. */
export function endsRequestsWithoutId(code: number, text: string): boolean {
  return code === RATE_EXCEEDED || (code === VALIDATION && READ_ONLY.test(text));
}

export const isRateExceeded = (code: number): boolean => code === RATE_EXCEEDED;

/** Something of TWS was lost: what it was is not known, so everything is asked for again. */
export const isUnreadable = (code: number): boolean => code === LIBRARY_UNREADABLE;

/**
 * What a message about an order that has not been answered yet means.
 * `held`: TWS keeps the order until the market opens. `unclear`: a code this table does not know; the
 * order's own status, or asking for it, decides.
 */
export type OrderMessage = 'rejected' | 'canceled' | 'held' | 'note' | 'unclear';

/** Codes of 100 to 449 that do not end an order: 165, 399 and 404 are notes about one that works. */
const NOTES: ReadonlySet<number> = new Set([165, ORDER_MESSAGE, 404, 10_349]);

/** Codes above 449 that say that an order was not taken. */
const REFUSALS: ReadonlySet<number> = new Set([
  460, 463, 10_052, 10_243, 10_244, 10_247, 10_249, 10_268, 10_269, 10_270, 10_289, 10_311, 10_318,
]);

const HELD = /will not be placed at the exchange until|held until|market is closed/i;

export function orderMessage(code: number, text: string): OrderMessage {
  if (code === ORDER_CANCELLED) return 'canceled';
  if (code === ORDER_MESSAGE && HELD.test(text)) return 'held';
  if (NOTES.has(code) || isNotice(code, text)) return 'note';
  if (code === 426 || code === 507) return 'unclear';
  if ((code >= 100 && code < 450) || REFUSALS.has(code)) return 'rejected';
  return 'unclear';
}

/** What a message about a cancel means: `gone`, there is no such order; `refused`, it cannot be cancelled. */
export function cancelMessage(code: number): 'done' | 'gone' | 'refused' | 'note' {
  switch (code) {
    case ORDER_CANCELLED:
      return 'done';
    case 135:
    case 10_147:
      return 'gone';
    case 161:
    case 104:
    case 10_148:
    case 201:
    case VALIDATION:
      return 'refused';
    default:
      return 'note';
  }
}
