import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { startSchwabFake } from './schwab/index.ts';
import type { SchwabFake, SchwabFakeOptions } from './schwab/index.ts';

/** A Wednesday, an hour after the market opened in New York. */
export const tradingHour = '2026-11-18T15:30:00Z';

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or the text; undefined for an empty body. */
  readonly body: unknown;
}

/** A fake, and plain requests to it as somebody who has logged in. */
export interface Caller {
  readonly fake: SchwabFake;
  /** The hash of the first account. */
  readonly hash: string;
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  /** Places an order in the first account; gives its number. */
  readonly place: (order: unknown) => Promise<string>;
  readonly order: (brokerOrderId: string) => Promise<unknown>;
  /** Time passes, and somebody logs in again. */
  readonly later: (seconds: number) => Promise<void>;
}

/** One fake for all tests of a block, for those that change nothing in it. */
export function sharedCaller(options: SchwabFakeOptions = {}): () => Caller {
  const started: Caller[] = [];
  const endings: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    started.push(await startCaller(options, (ending) => endings.push(ending)));
  });
  afterAll(async () => {
    for (const end of endings) await end();
  });
  return () => {
    const [caller] = started;
    if (caller === undefined) throw new Error('The fake has not been started');
    return caller;
  };
}

/** Starts a fake with a stepped clock and fills when told; it must not have broken Schwab's document. */
export async function startCaller(
  options: SchwabFakeOptions = {},
  finished: (ending: () => Promise<void>) => unknown = onTestFinished,
): Promise<Caller> {
  const fake = await startSchwabFake({
    now: tradingHour,
    clock: 'stepped',
    fills: 'told',
    ...options,
  });
  finished(async () => {
    const { defects } = await fake.state({});
    await fake.stop();
    expect(defects).toEqual([]);
  });
  let { accessToken } = await fake.issueTokens({});
  const hash = (await fake.state({})).accounts[0]?.hash ?? '';
  const call: Caller['call'] = (method, path, body, headers = {}) =>
    request(`${fake.apiUrl}${path}`, method, body, {
      authorization: `Bearer ${accessToken}`,
      ...headers,
    });
  return {
    fake,
    hash,
    call,
    later: async (seconds) => {
      await fake.advance({ seconds });
      ({ accessToken } = await fake.issueTokens({}));
    },
    place: async (order) => {
      const answer = await call('POST', `/trader/v1/accounts/${hash}/orders`, order);
      expect(answer).toMatchObject({ status: 201, body: undefined });
      return answer.headers.get('location')?.split('/').at(-1) ?? '';
    },
    order: async (brokerOrderId) =>
      (await call('GET', `/trader/v1/accounts/${hash}/orders/${brokerOrderId}`)).body,
  };
}

/** One request; a body that is not text goes as JSON. */
export async function request(
  url: string,
  method: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body !== undefined && typeof body !== 'string'
        ? { 'content-type': 'application/json' }
        : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  const parsed: unknown = isJson ? JSON.parse(text) : text;
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : parsed,
  };
}

/** A request to the token endpoint. */
export function askToken(
  fake: SchwabFake,
  form: Readonly<Record<string, string>>,
  client = `${fake.app.clientId}:${fake.app.clientSecret}`,
): Promise<Answer> {
  return request(`${fake.apiUrl}/v1/oauth/token`, 'POST', new URLSearchParams(form).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${btoa(client)}`,
  });
}

/** A plain order for shares: a limit order when it has a price. */
export function shares(
  instruction: 'BUY' | 'SELL',
  quantity: number,
  symbol: string,
  price?: number,
): Record<string, unknown> {
  return {
    session: 'NORMAL',
    duration: 'DAY',
    orderType: price === undefined ? 'MARKET' : 'LIMIT',
    ...(price === undefined ? {} : { price }),
    orderStrategyType: 'SINGLE',
    orderLegCollection: [{ instruction, quantity, instrument: { symbol, assetType: 'EQUITY' } }],
  };
}

/** Times as Schwab's lists want them. */
export function range(from: string, to: string): string {
  const written = (text: string) =>
    Temporal.Instant.from(text).toString({ fractionalSecondDigits: 3 });
  return `fromEnteredTime=${written(from)}&toEnteredTime=${written(to)}`;
}
