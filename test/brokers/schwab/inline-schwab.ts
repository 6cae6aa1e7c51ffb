import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { openSchwabGateway } from '../../../src/brokers/schwab/index.ts';
import { decimal } from '../../../src/core/decimal.ts';
import type { OrderIntent } from '../../../src/core/order.ts';
import { secret } from '../../../src/lib/secret.ts';
import type { Secret } from '../../../src/lib/secret.ts';
import type { Broker, BrokerGateway } from '../../../src/ports/broker.ts';
import type { AccessTokens } from '../../../src/ports/credentials.ts';
import { createKeptLog } from '../../fixtures/kept-log.ts';
import type { KeptLog } from '../../fixtures/kept-log.ts';
import { sampleAccount } from '../../fixtures/sample-account.ts';
import { createTestClock } from '../../fixtures/test-clock.ts';
import type { TestClock } from '../../fixtures/test-clock.ts';

/** One request as the server saw it. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string;
  readonly body: string;
}

export type Answer =
  | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> }
  /** The connection is cut. */
  | 'cut'
  /** Nothing comes, and nothing ends. */
  | 'silence';

/** Answers by hand: what Schwab would say to a request, word for word. */
export interface InlineSchwab extends AsyncDisposable {
  readonly broker: Broker;
  readonly gateway: BrokerGateway;
  readonly clock: TestClock;
  readonly log: KeptLog;
  readonly asked: readonly Asked[];
  /** Tokens that the adapter said were refused. */
  readonly refused: readonly string[];
  /** Resolves when so many requests have come. */
  requests(count: number): Promise<void>;
}

export const ACCOUNT_NUMBER = '12345678';
export const HASH = 'A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D4E5F60718293A4B5C6D7E8F90';

export const ACCOUNT_NUMBERS: Answer = {
  status: 200,
  body: JSON.stringify([{ accountNumber: ACCOUNT_NUMBER, hashValue: HASH }]),
};

export interface InlineOptions {
  readonly mode?: 'paper' | 'live';
  readonly accountNumber?: string;
  readonly ordersAMinute?: string;
  readonly tokens?: Partial<AccessTokens>;
  /** Where the adapter goes instead of the server. */
  readonly apiUrl?: string;
}

/** @param answer what is said to each request but the one for the account numbers, in order of coming. */
export async function openInlineSchwab(
  answer: (request: Asked, number: number) => Answer,
  options: InlineOptions = {},
): Promise<InlineSchwab> {
  const asked: Asked[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let answered = 0;
  const server = createServer((request, response) => {
    void readAsked(request).then((seen) => {
      asked.push(seen);
      for (const { count, resolve } of waiting) if (asked.length >= count) resolve();
      waiting = waiting.filter(({ count }) => asked.length < count);
      const numbers = seen.path.endsWith('/accountNumbers');
      // A test may speak of the account numbers itself.
      if (!numbers) answered += 1;
      const own = answer(seen, answered);
      say(response, own);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const clock = createTestClock();
  const log = createKeptLog();
  const refused: string[] = [];
  let token = 1;
  const tokens: AccessTokens = {
    current: async (): Promise<Secret> => secret(`token-${token}`),
    refused: (value) => {
      refused.push(String(value));
      token += 1;
    },
    endsAt: async () => null,
    ...options.tokens,
  };
  const account = sampleAccount({
    broker: 'schwab',
    mode: options.mode ?? 'live',
    brokerSettings: {
      connection: 'ana',
      accountNumber: options.accountNumber ?? ACCOUNT_NUMBER,
      ...(options.ordersAMinute === undefined ? {} : { ordersAMinute: options.ordersAMinute }),
    },
  });
  const apiUrl = options.apiUrl ?? `http://127.0.0.1:${address.port}`;
  const gateway = openSchwabGateway({
    config: { accounts: [account], schwab: { app: null, apiUrl } },
    clock,
    log,
    logins: { tokensOf: () => tokens },
  });
  return {
    broker: gateway.openAccount(account),
    gateway,
    clock,
    log,
    asked,
    refused,
    requests: (count) =>
      new Promise((resolve) => {
        if (asked.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    async [Symbol.asyncDispose]() {
      await gateway.close();
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function readAsked(request: IncomingMessage): Promise<Asked> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const url = new URL(request.url ?? '/', 'http://schwab');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    authorization: request.headers.authorization ?? '',
    body,
  };
}

function say(response: ServerResponse, answer: Answer): void {
  if (answer === 'silence') return;
  if (answer === 'cut') {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(answer.body ?? '');
}

/** Says the account numbers to whoever asks for them, and `answer` to everything else. */
export function withNumbers(
  answer: (request: Asked, number: number) => Answer,
): (request: Asked, number: number) => Answer {
  return (request, number) =>
    request.path.endsWith('/accountNumbers') ? ACCOUNT_NUMBERS : answer(request, number);
}

export const INTENT: OrderIntent = {
  clientOrderId: 'ek-k3f9xa-1-1-0123456789abcdef',
  proposalId: 'k3f9xa',
  leg: 1,
  attempt: 1,
  account: 'core',
  side: 'buy',
  symbol: 'IBM',
  quantity: decimal('61'),
  orderType: 'limit',
  limitPrice: decimal('125.40'),
  timeInForce: 'day',
  extendedHours: false,
  createdAt: Temporal.Instant.from('2026-11-20T15:00:00Z'),
};
