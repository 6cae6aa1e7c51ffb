import type { FakeAccount } from './account.ts';
import { calendarDays } from './calendar.ts';
import { exchangeTime } from './clock.ts';
import type { ApiAnswer, ApiRequest, Route } from './http-server.ts';
import type { RequestKind } from './faults.ts';
import { listActivities } from './list-activities.ts';
import { listTradeEvents } from './list-trade-events.ts';
import { listOrders } from './list-orders.ts';
import type { OperationName } from './openapi.ts';
import { cancelOrder, findOwnOrder, placeOrder, replaceOrder } from './orders-api.ts';
import { isFinal } from './order.ts';
import { badInput, forbidden, notFound } from './refusal.ts';
import { accountView, assetView, orderView, positionView } from './wire.ts';
import type { World } from './world.ts';

type Handler = (request: ApiRequest, account: FakeAccount) => ApiAnswer;

/** The Trading API v2 at the base address of one account. */
export function tradingRoutes(world: World): readonly Route[] {
  const ok = (body: unknown): ApiAnswer => ({ status: 200, body });
  const handlers = {
    'GET /v2/account': (_, account) => ok(accountView(account, world.clock.now())),
    'GET /v2/account/configurations': () =>
      ok({
        disable_overnight_trading: false,
        fractional_trading: true,
        max_margin_multiplier: '2',
        no_shorting: true,
        ptp_no_exception_entry: false,
        suspend_trade: false,
        trade_confirm_email: 'all',
      }),
    'GET /v2/positions': (_, account) =>
      ok([...account.holdings.values()].map((holding) => positionView(account, holding))),
    'GET /v2/positions/{symbol_or_asset_id}': ({ parts: [symbol = ''] }, account) => {
      const holding = account.holdings.get(world.market.find(symbol)?.symbol ?? '');
      if (holding === undefined) throw notFound('position does not exist');
      return ok(positionView(account, holding));
    },
    'GET /v2/clock': () => {
      const { open, nextOpen, nextClose } = world.sessions.state();
      return ok({
        timestamp: exchangeTime(world.clock.now()),
        is_open: open,
        next_open: exchangeTime(nextOpen),
        next_close: exchangeTime(nextClose),
      });
    },
    'GET /v2/calendar': ({ query }) => ok(calendarDays(query)),
    'GET /v2/assets': ({ query }) =>
      ok(
        world.market.assets
          .filter(
            ({ status, exchange }) =>
              status === (query.get('status') ?? status) &&
              exchange === (query.get('exchange') ?? exchange) &&
              ['us_equity', null].includes(query.get('asset_class')),
          )
          .filter(() => !query.has('attributes'))
          .map(assetView),
      ),
    'GET /v2/assets/{symbol_or_asset_id}': ({ parts: [symbol = ''] }) => {
      const asset = world.market.find(symbol);
      if (asset === null) throw notFound(`asset not found for ${symbol}`);
      return ok(assetView(asset));
    },
    'POST /v2/orders': ({ text }, account) => placeOrder(world, account, parsed(text)),
    'GET /v2/orders': ({ query }, account) => ok(listOrders(account.orders, query).map(orderView)),
    'DELETE /v2/orders': (_, account) => {
      const open = account.orders.filter((order) => !isFinal(order));
      const answers = open.map((order) => cancelOrder(world, order));
      return {
        status: 207,
        body: open.map(({ id }) => ({ id, status: 200 })),
        afterwards: () => {
          for (const { afterwards } of answers) afterwards?.();
        },
      };
    },
    'GET /v2/orders/{order_id}': ({ parts: [id = ''] }, account) =>
      ok(orderView(findOwnOrder(account, id))),
    'PATCH /v2/orders/{order_id}': ({ parts: [id = ''], text }, account) =>
      replaceOrder(world, account, findOwnOrder(account, id), parsed(text)),
    'DELETE /v2/orders/{order_id}': ({ parts: [id = ''] }, account) =>
      cancelOrder(world, findOwnOrder(account, id)),
    'GET /v2/orders:by_client_order_id': ({ query }, account) => {
      const wanted = query.get('client_order_id') ?? '';
      const order = account.orders.find(({ clientOrderId }) => clientOrderId === wanted);
      if (order === undefined) throw notFound(`order not found for ${wanted}`);
      return ok(orderView(order));
    },
    'GET /v2/account/activities': ({ query }, account) =>
      ok(listActivities(world.venue.executions, account.name, query, null)),
    'GET /v2/account/activities/{activity_type}': ({ query, parts: [type = ''] }, account) =>
      ok(listActivities(world.venue.executions, account.name, query, type)),
    'GET /v2beta1/events/activities': ({ query }, account) => ({
      status: 200,
      body: listTradeEvents(world.venue.tradeEvents, account.name, query),
      events: true,
    }),
  } satisfies Record<OperationName, Handler>;
  return Object.entries(handlers).map(([name, handler]) => routeOf(world, name, handler));
}

function routeOf(world: World, name: string, handler: Handler): Route {
  const [method = '', template = ''] = name.split(' ');
  return {
    method,
    name,
    kind: kindOf(method, template),
    pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '([^/:]+)')}$`),
    handle(request) {
      const account = world.accounts.get(request.caller?.account ?? '');
      if (account === undefined) throw new Error('a request of nobody');
      const scopes = request.caller?.scopes ?? 'all';
      if (method !== 'GET' && scopes !== 'all' && !scopes.has('trading')) {
        throw forbidden('forbidden.');
      }
      return handler(request, account);
    },
  };
}

function kindOf(method: string, template: string): RequestKind {
  if (template.startsWith('/v2beta1/events/')) return 'events';
  if (method === 'GET') return 'read';
  if (method === 'POST' && template === '/v2/orders') return 'submit';
  return method === 'DELETE' ? 'cancel' : 'other';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badInput('request body format is invalid');
  }
}
