import { AlpacaClient } from '@master-chief/alpaca';
import type { z } from 'zod';
import { PacerClosed } from '../../lib/pacer.ts';
import type { Urgency } from '../../lib/pacer.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { Log } from '../../ports/log.ts';
import type { Addresses } from './addresses.ts';
import { failureOf, NoAnswer } from './failures.ts';
import type { HttpAnswer } from './failures.ts';
import type { HttpRequest, Transport } from './transport.ts';

/** What the library hands to its `request`, the one way out of all its methods. */
interface LibraryRequest {
  readonly method: HttpRequest['method'];
  readonly url: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface AlpacaApi {
  /**
   * Asks through a method of the library, whose `request` is ours for this one call: the library knows
   * paths and parameters, we keep the status, the time limit, the pace and the exact numbers
   * (docs/adr/0010-alpaca-through-its-library.md).
   * @throws BrokerError for every failure, and for an answer that does not fit the schema.
   */
  read<T>(
    urgency: Urgency,
    schema: z.ZodType<T>,
    call: (client: AlpacaClient) => Promise<unknown>,
  ): Promise<T>;
  /** As `read`, with the answer as it came; of its failures only that there is none. */
  ask(urgency: Urgency, call: (client: AlpacaClient) => Promise<unknown>): Promise<HttpAnswer>;
  /** For what the library has no right way to ask: a path below `/v2` of the trading address. */
  askPath(urgency: Urgency, request: HttpRequest): Promise<HttpAnswer>;
  /** Events that end, of the newer interface, which the library does not know: a path below `/v2beta1`. */
  askEvents(urgency: Urgency, path: string): Promise<HttpAnswer>;
  /** The same below `/v2` of the address for prices. */
  askData(urgency: Urgency, url: string): Promise<HttpAnswer>;
  /** @throws BrokerError when the answer is a failure or does not fit. */
  understand<T>(answer: HttpAnswer, schema: z.ZodType<T>): T;
}

/** The library parses decimals into binary floats; it is given nothing to parse. */
const NOTHING_TO_PARSE: readonly never[] = [];

export function createApi(parts: {
  readonly addresses: Addresses;
  readonly transport: Transport;
  readonly log: Log;
  readonly redact: (text: string) => string;
}): AlpacaApi {
  const { addresses, transport, log, redact } = parts;
  // No credentials: what it holds is public and it would print them. `paper: false` keeps it from
  // rewriting addresses.
  const library = new AlpacaClient({ credentials: { key: '', secret: '', paper: false } });
  const baseURLs = {
    rest: {
      account: `${addresses.api}/v2`,
      beta: `${addresses.data}/v1beta1`,
      market_data_v1: `${addresses.data}/v1`,
      market_data_v2: `${addresses.data}/v2`,
    },
  };

  async function send(urgency: Urgency, request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await transport.send(urgency, request);
    } catch (error) {
      if (error instanceof PacerClosed) throw closedError();
      throw error;
    }
  }

  async function ask(
    urgency: Urgency,
    call: (client: AlpacaClient) => Promise<unknown>,
  ): Promise<HttpAnswer> {
    let answer: HttpAnswer | null = null;
    const request = async ({ method, url, data }: LibraryRequest): Promise<unknown> => {
      answer = await send(urgency, { method, url: withQuery(url, data) });
      return NOTHING_TO_PARSE;
    };
    const ours = new Map<PropertyKey, unknown>([
      ['request', request],
      ['baseURLs', baseURLs],
    ]);
    const oneCall = new Proxy(library, {
      get: (target, name): unknown => ours.get(name) ?? Reflect.get(target, name),
    });
    await call(oneCall);
    if (answer === null) throw new Error('the library returned without asking');
    return answer;
  }

  function understand<T>(answer: HttpAnswer, schema: z.ZodType<T>): T {
    if (answer.status < 200 || answer.status >= 300) throw failureOf(answer);
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    log.error(
      {
        code: 'alpaca_answer_unreadable',
        path: answer.path,
        problems: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
        answer: redact(JSON.stringify(answer.body) ?? 'no JSON').slice(0, 2000),
      },
      'an answer of Alpaca does not fit what its documentation says',
    );
    throw new BrokerError(
      'alpaca',
      'unavailable',
      `the answer of ${answer.path} could not be read`,
    );
  }

  return {
    ask,
    understand,
    askPath: async (urgency, request) =>
      await send(urgency, { ...request, url: `${addresses.api}/v2${request.url}` }),
    askEvents: async (urgency, path) =>
      await send(urgency, {
        method: 'GET',
        url: `${addresses.api}/v2beta1${path}`,
        events: true,
      }),
    askData: async (urgency, url) =>
      await send(urgency, { method: 'GET', url: `${addresses.data}/v2${url}` }),
    async read(urgency, schema, call) {
      let answer;
      try {
        answer = await ask(urgency, call);
      } catch (error) {
        throw withoutAnswer(error);
      }
      return understand(answer, schema);
    },
  };
}

/** For reads, where no answer changes nothing. */
export function withoutAnswer(error: unknown): unknown {
  if (!(error instanceof NoAnswer)) return error;
  return new BrokerError('alpaca', 'unavailable', error.message, { cause: error });
}

/** The account or the bot has been closed: nothing is asked any more. */
export function closedError(): BrokerError {
  return new BrokerError('alpaca', 'unavailable', 'the connection to Alpaca is closed');
}

function withQuery(url: string, data: LibraryRequest['data'] = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(data)) {
    if (value === undefined || value === null) continue;
    query.set(name, textOf(value));
  }
  return query.size === 0 ? url : `${url}?${query.toString()}`;
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}
