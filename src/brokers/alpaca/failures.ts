import { BrokerError } from '../../ports/broker-error.ts';
import type { BrokerErrorCode, ExecuteTradeResult } from '../../ports/broker.ts';
import { errorAnswer } from './answers.ts';

/** No answer came, or none that could be understood: what was asked may or may not have been done. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** An answer, whatever it says. */
export interface HttpAnswer {
  /** What was asked: `GET /v2/account`, without its parameters. */
  readonly path: string;
  readonly status: number;
  /** The JSON of it, numbers as text; undefined when it is none. Events are their text. */
  readonly body: unknown;
}

/** Alpaca's own codes: the HTTP status and five digits. */
const ORDER_NOT_FOUND = '40410000';

/** In Alpaca's words, or the bare status. */
function wordsOf({ status, body }: HttpAnswer): {
  readonly code: string | null;
  readonly words: string;
} {
  const told = errorAnswer.safeParse(body);
  if (!told.success) return { code: null, words: `HTTP ${status}` };
  return { code: told.data.code ?? null, words: told.data.message };
}

/** Alpaca's code where it gave one, else the status. */
function brokerCodeOf(answer: HttpAnswer): string {
  return wordsOf(answer).code ?? `HTTP ${answer.status}`;
}

/** True for Alpaca's own word that there is no such thing, and not for any 404 on the way to it. */
export function isNotFound(answer: HttpAnswer): boolean {
  return answer.status === 404 && wordsOf(answer).code === ORDER_NOT_FOUND;
}

/** What an answer to a request means that did not succeed. */
export function failureOf(answer: HttpAnswer): BrokerError {
  const { words } = wordsOf(answer);
  return new BrokerError('alpaca', codeOf(answer.status), words, {
    brokerCode: brokerCodeOf(answer),
  });
}

function codeOf(status: number): BrokerErrorCode {
  if (status === 401 || status === 403) return 'authentication';
  if (status === 429) return 'rate_limited';
  return 'unavailable';
}

/**
 * What a refused order means. Only an answer that says so is a rejection: after any other the order may
 * be there.
 */
export function refusalOf(answer: HttpAnswer): ExecuteTradeResult {
  const { status } = answer;
  if (status < 400 || status >= 500 || status === 408) {
    return { type: 'unknown', reason: `Alpaca answered the order with HTTP ${status}.` };
  }
  const { words } = wordsOf(answer);
  return {
    type: 'rejected',
    code: rejectionCodeOf(answer),
    brokerCode: brokerCodeOf(answer),
    reason: words,
  };
}

function rejectionCodeOf(answer: HttpAnswer): BrokerErrorCode {
  const { status } = answer;
  const { code, words } = wordsOf(answer);
  if (status === 429) return 'rate_limited';
  if (status === 401) return 'authentication';
  // 403 is Alpaca's for "not enough" and its gateway's for "who are you"; only the former has a code.
  if (status === 403 && code === null) return 'authentication';
  if (/buying power|insufficient (funds|cash|balance)/i.test(words)) return 'insufficient_funds';
  if (/market (is )?(closed|not open)/i.test(words)) return 'market_closed';
  return 'order_rejected';
}

/** A cancel that Alpaca does not take: the order is not there, or has ended. */
export function cancelFailureOf(answer: HttpAnswer): BrokerError {
  if (answer.status !== 404 && answer.status !== 422) return failureOf(answer);
  return new BrokerError('alpaca', 'order_rejected', wordsOf(answer).words, {
    brokerCode: brokerCodeOf(answer),
  });
}
