import { BrokerError } from '../../ports/broker-error.ts';
import type { BrokerErrorCode } from '../../ports/broker.ts';
import { parseExactJson } from './exact-json.ts';
import { problemSchema } from './wire.ts';

export const BROKER = 'schwab';

/** Words of the broker's are kept up to this length. */
const LONGEST_WORDS = 500;

/** What Schwab's words about an order mean, the first that fits. It has no codes. */
const REFUSALS: readonly { readonly words: RegExp; readonly code: BrokerErrorCode }[] = [
  {
    words:
      /(insufficient|enough|exceeds?|inadequate)\b.*\b(funds?|cash|buying power)|(funds?|cash|buying power)\b.*\b(insufficient|exceeded|not enough)/i,
    code: 'insufficient_funds',
  },
  {
    words: /market\b.*\bclosed|(outside|not within|after)\b.*\b(market|trading|session) hours/i,
    code: 'market_closed',
  },
  {
    words:
      /(symbol|instrument|security)\b.*\b(not (found|valid|recognized|tradable|tradeable|available|eligible|supported|traded)|invalid|unknown|halted)|(invalid|unknown|unrecognized|no such)\b.*\b(symbol|instrument|security)|not (traded|tradable|tradeable)|cannot be traded/i,
    code: 'not_tradable',
  },
];

/** The code for an order that Schwab refused with these words. */
export function refusalCode(words: string): BrokerErrorCode {
  return REFUSALS.find((refusal) => refusal.words.test(words))?.code ?? 'order_rejected';
}

/** Schwab's own words in the body of a refusal; its status where the body has none. */
export function refusalWords(status: number, body: string | null): string {
  const words = body === null ? [] : wordsIn(body);
  return words.length === 0
    ? `Schwab answered ${status} without a reason.`
    : words.join(' ').slice(0, LONGEST_WORDS);
}

function wordsIn(body: string): readonly string[] {
  let json: unknown;
  try {
    json = parseExactJson(body);
  } catch {
    // A page of a proxy in between is nobody's words.
    return [];
  }
  const parsed = problemSchema.safeParse(json);
  if (!parsed.success) return [];
  const { message, error, errors = [] } = parsed.data;
  const details = errors.map((entry) =>
    typeof entry === 'string' ? entry : (entry.detail ?? entry.message ?? entry.title ?? ''),
  );
  return [...new Set([message ?? error ?? '', ...details])].filter((part) => part.trim() !== '');
}

/** What a status means for whatever was asked; null where the words of the answer decide. */
export function statusCode(status: number): BrokerErrorCode | null {
  if (status === 401 || status === 403) return 'authentication';
  if (status === 429) return 'rate_limited';
  if (status >= 500 || status < 400) return 'unavailable';
  return null;
}

/** The error of a read that Schwab answered with this status. */
export function readError(status: number, body: string | null): BrokerError {
  return new BrokerError(BROKER, statusCode(status) ?? 'unavailable', refusalWords(status, body));
}

export function closedError(): BrokerError {
  return new BrokerError(BROKER, 'unavailable', 'The connection to Schwab is closed.');
}
