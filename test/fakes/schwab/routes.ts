import { answerToken, readAuthorization } from './oauth.ts';
import type { Grant } from './oauth-grants.ts';
import type { RequestKind } from './faults.ts';
import { answerMarkets, answerQuotes } from './market-data.ts';
import { marketDataError } from './reply.ts';
import type { Reply } from './reply.ts';
import {
  cancelOrder,
  listOrders,
  placeOrder,
  previewOrder,
  readOneOrder,
  replaceOrder,
} from './routes-orders.ts';
import {
  accountNumbers,
  listAccounts,
  listTransactions,
  readAccount,
  readTransaction,
  userPreference,
} from './routes-accounts.ts';
import type { OperationName } from './spec.ts';
import type { World } from './world.ts';

/** A request that has come in whole. */
export interface Call {
  readonly world: World;
  readonly search: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly correlationId: string;
  /** The parts of the path that the route names, decoded. */
  readonly parts: readonly string[];
}

/** A call of somebody who is logged in. */
export interface AuthorizedCall extends Call {
  readonly grant: Grant;
}

export type Route =
  | {
      readonly api: 'trader';
      readonly kind: RequestKind;
      readonly operation: OperationName;
      readonly answer: (call: AuthorizedCall) => Reply;
    }
  | {
      readonly api: 'market';
      readonly kind: 'read';
      readonly operation: string;
      readonly answer: (call: AuthorizedCall) => Reply;
    }
  | {
      readonly api: 'oauth';
      readonly kind: RequestKind;
      readonly operation: string;
      readonly answer: (call: Call) => Reply;
    };

function trader(
  kind: RequestKind,
  operation: OperationName,
  answer: (call: AuthorizedCall) => Reply,
): Route {
  return { api: 'trader', kind, operation, answer };
}

const list = (text: string | null): readonly string[] =>
  text === null || text === '' ? [] : text.split(',');

const unknownParameter = ({ search, correlationId }: Call, known: readonly string[]) => {
  const extra = [...search.keys()].find((name) => !known.includes(name));
  return extra === undefined
    ? null
    : marketDataError(400, 'Bad Request', `${extra} is not known`, correlationId);
};

const orders = '/trader/v1/accounts/{accountNumber}/orders';

const routes: readonly Route[] = [
  {
    api: 'oauth',
    kind: 'read',
    operation: 'GET /v1/oauth/authorize',
    answer: ({ world, search }) => {
      const asked = readAuthorization(world, search);
      if (asked.type === 'refused') return asked.reply;
      return { status: 200, headers: {}, body: { page: 'login', next: 'control verb login' } };
    },
  },
  {
    api: 'oauth',
    kind: 'token',
    operation: 'POST /v1/oauth/token',
    answer: ({ world, headers, body }) => answerToken(world, headers, body),
  },
  trader('read', 'GET /trader/v1/accounts/accountNumbers', accountNumbers),
  trader('read', 'GET /trader/v1/accounts', listAccounts),
  trader('read', 'GET /trader/v1/accounts/{accountNumber}', readAccount),
  trader('read', `GET ${orders}`, listOrders),
  trader('submit', `POST ${orders}`, placeOrder),
  trader('read', `GET ${orders}/{orderId}`, readOneOrder),
  trader('cancel', `DELETE ${orders}/{orderId}`, cancelOrder),
  trader('submit', `PUT ${orders}/{orderId}`, replaceOrder),
  trader('read', 'GET /trader/v1/orders', listOrders),
  trader('read', 'POST /trader/v1/accounts/{accountNumber}/previewOrder', previewOrder),
  trader('read', 'GET /trader/v1/accounts/{accountNumber}/transactions', listTransactions),
  trader(
    'read',
    'GET /trader/v1/accounts/{accountNumber}/transactions/{transactionId}',
    readTransaction,
  ),
  trader('read', 'GET /trader/v1/userPreference', userPreference),
  {
    api: 'market',
    kind: 'read',
    operation: 'GET /marketdata/v1/quotes',
    answer: (call) =>
      unknownParameter(call, ['symbols', 'fields', 'indicative']) ??
      answerQuotes(
        call.world,
        list(call.search.get('symbols')),
        call.search,
        false,
        call.correlationId,
      ),
  },
  {
    api: 'market',
    kind: 'read',
    operation: 'GET /marketdata/v1/{symbol}/quotes',
    answer: (call) =>
      unknownParameter(call, ['fields']) ??
      answerQuotes(call.world, call.parts, call.search, true, call.correlationId),
  },
  {
    api: 'market',
    kind: 'read',
    operation: 'GET /marketdata/v1/markets',
    answer: (call) =>
      unknownParameter(call, ['markets', 'date']) ??
      answerMarkets(call.world, list(call.search.get('markets')), call.search, call.correlationId),
  },
  {
    api: 'market',
    kind: 'read',
    operation: 'GET /marketdata/v1/markets/{market}',
    answer: (call) =>
      unknownParameter(call, ['date']) ??
      answerMarkets(call.world, call.parts, call.search, call.correlationId),
  },
];

/** The route of a request, with the decoded parts of its path. */
export function findRoute(
  method: string,
  pathname: string,
): { readonly route: Route; readonly parts: readonly string[] } | null {
  const asked = pathname.split('/');
  for (const route of routes) {
    const [wantedMethod, template = ''] = route.operation.split(' ');
    const wanted = template.split('/');
    if (wantedMethod !== method || wanted.length !== asked.length) continue;
    const parts: string[] = [];
    const fits = wanted.every((part, index) => {
      const text = asked[index] ?? '';
      if (!part.startsWith('{')) return part === text;
      parts.push(decoded(text));
      return text !== '';
    });
    if (fits) return { route, parts };
  }
  return null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
