import type { z } from 'zod';
import type { Pacer, Urgency } from '../../lib/pacer.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { AccessTokens } from '../../ports/credentials.ts';
import type { Log } from '../../ports/log.ts';
import type { Exchange, SchwabClient, SchwabRequest } from './client.ts';
import { BROKER, readError } from './errors.ts';
import { parseExactJson } from './exact-json.ts';
import { accountNumbersSchema } from './wire.ts';

/** One person's login, shared by all accounts that are reached through it. */
export interface SchwabLogin {
  readonly person: string;
  readonly tokens: AccessTokens;
  readonly client: SchwabClient;
  /**
   * Reads and parses. A token that Schwab refuses is renewed and the read asked once more.
   * @throws BrokerError.
   */
  read<S extends z.ZodType>(
    path: SchwabRequest['path'],
    schema: S,
    urgency?: Urgency,
  ): Promise<z.output<S>>;
  /**
   * Parses a part of what was read.
   * @param what names it in the log.
   * @throws BrokerError.
   */
  understand<S extends z.ZodType>(what: string, json: unknown, schema: S): z.output<S>;
  /**
   * Schwab's own time, from the `Date` of an answer (RFC 9110, 6.6.1): whole seconds, rounded down.
   * @throws BrokerError, also when an answer has none.
   */
  time(): Promise<Temporal.Instant>;
  /**
   * An account with the hash that Schwab addresses it by.
   * @param number all of its digits, or the last four.
   * @throws BrokerError, `authentication` when the account is not on this login.
   */
  linkedAccount(number: string): Promise<LinkedAccount>;
  /** Asks for the hashes again, the next time. */
  forgetHashes(): void;
  close(): void;
}

type AccountNumbers = z.output<typeof accountNumbersSchema>;

/** An account that a login reaches. */
export type LinkedAccount = AccountNumbers[number];

/** The shortest answer that Schwab's API has. */
const NUMBERS_PATH = '/trader/v1/accounts/accountNumbers';

/** `Fri, 20 Nov 2026 15:00:00 GMT`: the form that servers must write (RFC 9110, 5.6.7). */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

const NO_DATE =
  "Schwab's answer does not tell its time, so clocks cannot be compared. If a proxy takes the Date header away, set halts.clockSkew to off.";

export function createSchwabLogin(facts: {
  readonly person: string;
  readonly tokens: AccessTokens;
  readonly client: SchwabClient;
  readonly pacers: readonly Pacer[];
  readonly log: Log;
}): SchwabLogin {
  const { person, tokens, client, pacers, log } = facts;
  let numbers: Promise<AccountNumbers> | null = null;

  async function read<S extends z.ZodType>(
    path: SchwabRequest['path'],
    schema: S,
    urgency: Urgency = 'reading',
  ): Promise<z.output<S>> {
    const exchange = await get(path, urgency);
    // The account may be addressed otherwise now.
    if (exchange.type === 'answered' && exchange.status === 404) numbers = null;
    return parse(log, typeof path === 'string' ? path : path(), schema, bodyOf(exchange));
  }

  async function get(path: SchwabRequest['path'], urgency: Urgency): Promise<Exchange> {
    const request: SchwabRequest = { method: 'GET', path, urgency };
    const exchange = await client.exchange(request);
    return exchange.type === 'answered' && exchange.status === 401
      ? await client.exchange(request)
      : exchange;
  }

  async function accountNumbers(): Promise<AccountNumbers> {
    const asked = (numbers ??= read(NUMBERS_PATH, accountNumbersSchema));
    try {
      return await asked;
    } catch (error) {
      if (numbers === asked) numbers = null;
      throw error;
    }
  }

  return {
    person,
    tokens,
    client,
    read,
    understand: (what, json, schema) =>
      understood(log, what, schema, json, () => JSON.stringify(json)),
    async time() {
      const exchange = await get(NUMBERS_PATH, 'reading');
      bodyOf(exchange);
      const date = exchange.type === 'answered' ? exchange.headers.get('date') : null;
      const at = HTTP_DATE.test(date ?? '') ? Date.parse(date ?? '') : NaN;
      if (!Number.isNaN(at)) return Temporal.Instant.fromEpochMilliseconds(at);
      throw new BrokerError(BROKER, 'unavailable', NO_DATE);
    },
    async linkedAccount(number) {
      const known = await accountNumbers();
      const mine = known.filter(({ accountNumber }) =>
        number.length === 4 ? accountNumber.endsWith(number) : accountNumber === number,
      );
      const [only] = mine;
      if (only !== undefined && mine.length === 1) return only;
      // It may have been linked since.
      numbers = null;
      throw new BrokerError(
        BROKER,
        'authentication',
        notOnLogin(person, number, known, mine.length),
      );
    },
    forgetHashes() {
      numbers = null;
    },
    close() {
      for (const pacer of pacers) pacer.close();
    },
  };
}

function notOnLogin(person: string, number: string, known: AccountNumbers, fit: number): string {
  if (fit > 1) {
    return `${fit} accounts on ${person}'s login at Schwab end in ${number}: write the whole accountNumber in portfolios.yaml.`;
  }
  const there = known.map(({ accountNumber }) => masked(accountNumber)).join(', ');
  const what = there === '' ? 'there is no account on it' : `the accounts on it are ${there}`;
  return `Account ${masked(number)} is not on ${person}'s login at Schwab: ${what}. Correct accountNumber or connection in portfolios.yaml, or connect again and tick the account on Schwab's page.`;
}

/** The last four digits: enough to tell accounts of one's own apart. */
function masked(number: string): string {
  return `...${number.slice(-4)}`;
}

function bodyOf(exchange: Exchange): string {
  switch (exchange.type) {
    case 'not_sent':
      throw exchange.error;
    case 'no_answer':
      throw new BrokerError(BROKER, 'unavailable', exchange.reason);
    case 'answered':
      if (exchange.status !== 200) throw readError(exchange.status, exchange.body);
      if (exchange.body === null) {
        throw new BrokerError(BROKER, 'unavailable', "Schwab's answer broke off.");
      }
      return exchange.body;
  }
}

function parse<S extends z.ZodType>(log: Log, path: string, schema: S, body: string): z.output<S> {
  let json: unknown;
  try {
    json = parseExactJson(body);
  } catch (error) {
    throw unreadable(log, path, body, error instanceof Error ? error.message : 'not JSON');
  }
  return understood(log, path, schema, json, () => body);
}

function understood<S extends z.ZodType>(
  log: Log,
  path: string,
  schema: S,
  json: unknown,
  bodyText: () => string,
): z.output<S> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`;
  throw unreadable(log, path, bodyText(), where);
}

/** An answer that does not fit is kept for the log, without account numbers and hashes. */
function unreadable(log: Log, path: string, body: string, why: string): BrokerError {
  const kept = body.slice(0, 2000).replaceAll(/[0-9A-F]{8,}/gi, '[number]');
  log.error(
    { code: 'answer_not_understood', broker: BROKER, path: withoutHash(path), why, body: kept },
    'answer of the broker could not be understood',
  );
  return new BrokerError(
    BROKER,
    'unavailable',
    `Schwab's answer could not be understood (${why.slice(0, 200)}).`,
  );
}

function withoutHash(path: string): string {
  return path.replace(/[0-9A-F]{16,}/i, '[hash]');
}
