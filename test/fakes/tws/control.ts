import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';
import { decimal } from '../../../src/core/decimal.ts';
import { CONNECTIVITY } from './connectivity.ts';
import { matchingContracts } from './contracts.ts';
import type { Contract } from './contracts.ts';
import type { Faults } from './faults.ts';
import type { Gateway } from './gateway.ts';
import type { OrderIds } from './gateway-context.ts';
import { decimalText } from './options.ts';
import { endMarketData } from './handle-market-data.ts';
import { isTerminal } from './orders.ts';
import type { FakeOrder } from './orders.ts';
import type { Pushes } from './pushes.ts';
import { stateView } from './views.ts';
import type { World } from './world.ts';

/** What the control interface steers. */
export interface Controlled {
  readonly world: World;
  readonly gateway: Gateway;
  readonly faults: Faults;
  readonly pushes: Pushes;
  readonly orderIds: OrderIds;
}

/** A body that cannot be acted on: answered with 400 and its sentence. */
class Refused extends Error {
  override readonly name = 'Refused';
}

const instant = z.iso.datetime({ offset: true }).transform((text) => Temporal.Instant.from(text));
const count = z.int().positive().default(1);
const nothing = z.strictObject({});

type Verb = (controlled: Controlled, body: unknown) => unknown;

function verb<T extends z.ZodType>(
  schema: T,
  work: (controlled: Controlled, body: z.output<T>) => unknown,
): Verb {
  return (controlled, body) => {
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw new Refused(z.prettifyError(parsed.error));
    return work(controlled, parsed.data);
  };
}

function orderOf(world: World, brokerOrderId: string): FakeOrder {
  const order = world.orders.find(({ permId }) => String(permId) === brokerOrderId);
  if (order === undefined) throw new Refused(`no order ${brokerOrderId}`);
  return order;
}

function contractOf(world: World, symbol: string): Contract {
  const contract = matchingContracts(world.contracts, { ...ANY, symbol, currency: 'USD' })[0];
  if (contract === undefined) throw new Refused(`no contract ${symbol} in USD`);
  return contract;
}

const ANY = {
  conId: 0,
  secType: '',
  exchange: '',
  primaryExchange: '',
  localSymbol: '',
  tradingClass: '',
  secIdType: '',
  secId: '',
};

/** Everything that `POST /control/VERB` understands. */
export const VERBS: Readonly<Record<string, Verb>> = {
  advance: verb(z.strictObject({ seconds: z.number().nonnegative() }), ({ world }, { seconds }) => {
    world.clock.advance(Temporal.Duration.from({ milliseconds: Math.round(seconds * 1000) }));
  }),
  fillNext: verb(nothing, ({ world }) => {
    world.fillNext();
  }),
  fill: verb(
    z.strictObject({ brokerOrderId: z.string(), quantity: decimalText, price: decimalText }),
    ({ world }, { brokerOrderId, quantity, price }) => {
      const order = orderOf(world, brokerOrderId);
      try {
        world.fill(order, quantity, price);
      } catch (error) {
        throw new Refused(error instanceof Error ? error.message : String(error));
      }
    },
  ),
  setPrice: verb(
    z.strictObject({
      symbol: z.string(),
      price: decimalText,
      bid: decimalText.optional(),
      ask: decimalText.optional(),
    }),
    ({ world }, { symbol, price, bid, ask }) => {
      world.setPrice(contractOf(world, symbol), price, bid, ask);
    },
  ),
  setMarketData: verb(
    z.strictObject({
      symbol: z.string(),
      access: z.enum(['live', 'delayed', 'none', 'competing']),
    }),
    ({ world, gateway }, { symbol, access }) => {
      const contract = contractOf(world, symbol);
      contract.marketData = access;
      if (access === 'competing') endMarketData(gateway.sessions(), contract);
    },
  ),
  setMarket: verb(
    z.strictObject({ open: z.boolean(), nextOpen: instant, nextClose: instant }),
    ({ world }, hours) => {
      world.market.set(hours);
    },
  ),
  closeMarket: verb(nothing, ({ world }) => {
    world.market.close();
  }),
  dropAnswer: verb(
    z.strictObject({
      operation: z.enum(['submit', 'cancel']),
      order: z.enum(['placed', 'not_placed']),
      count,
    }),
    ({ faults }, body) => {
      faults.dropAnswers({ operation: body.operation, order: body.order }, body.count);
    },
  ),
  fail: verb(
    z.strictObject({
      operation: z.enum(['any', 'submit', 'read', 'cancel']),
      code: z.enum(['authentication', 'rate_limited', 'unavailable', 'garbage', 'half_open']),
      count,
    }),
    ({ faults }, body) => {
      faults.fail(body.operation, body.code, body.count);
    },
  ),
  delay: verb(
    z.strictObject({
      milliseconds: z.int().nonnegative(),
      operation: z.enum(['any', 'submit', 'read', 'cancel']).default('any'),
    }),
    ({ faults }, { milliseconds, operation }) => {
      faults.delay(operation, milliseconds);
    },
  ),
  loseConnection: verb(
    z.strictObject({ duringFills: z.boolean().default(false) }),
    ({ gateway, world }, { duringFills }) => {
      gateway.cutAll();
      if (duringFills) world.fillNext();
    },
  ),
  refuseConnections: verb(
    z.strictObject({ milliseconds: z.union([z.int().nonnegative(), z.literal('until_told')]) }),
    async ({ gateway }, { milliseconds }) => {
      await gateway.refuse();
      if (milliseconds === 'until_told') return;
      setTimeout(() => void gateway.accept(), milliseconds).unref();
    },
  ),
  acceptConnections: verb(nothing, ({ gateway }) => gateway.accept()),
  connectivity: verb(z.strictObject({ state: z.enum(CONNECTIVITY) }), ({ gateway }, { state }) => {
    gateway.connectivity(state);
  }),
  restart: verb(
    z.strictObject({
      resetOrderIds: z.boolean().default(false),
      forgetOrderIds: z.boolean().default(false),
    }),
    ({ gateway, world, orderIds }, { resetOrderIds, forgetOrderIds }) => {
      gateway.cutAll();
      if (resetOrderIds) orderIds.reset();
      for (const order of world.orders) {
        if (order.status === 'Untransmitted') order.status = 'Inactive';
        if (order.manual || forgetOrderIds) order.orderId = 0;
        else if (resetOrderIds && !isTerminal(order)) orderIds.note(order.clientId, order.orderId);
      }
    },
  ),
  replayUpdates: verb(nothing, ({ pushes }) => {
    pushes.replay();
  }),
  reorderUpdates: verb(z.strictObject({ on: z.boolean() }), ({ pushes }, { on }) => {
    pushes.reorder(on);
  }),
  holdCancels: verb(z.strictObject({ on: z.boolean() }), ({ world }, { on }) => {
    world.holdCancels(on);
  }),
  correctExecution: verb(
    z.strictObject({
      executionId: z.string(),
      quantity: decimalText.optional(),
      price: decimalText.optional(),
    }),
    ({ world }, { executionId, quantity, price }) => {
      const found = world.executions.find((entry) => entry.executionId === executionId);
      if (found === undefined) throw new Refused(`no execution ${executionId}`);
      world.correct(found, quantity ?? found.quantity, price ?? found.price);
    },
  ),
  placeElsewhere: verb(
    z.strictObject({
      account: z.string(),
      symbol: z.string(),
      side: z.enum(['BUY', 'SELL', 'buy', 'sell']),
      quantity: decimalText.refine((value) => value.gt(decimal('0')), 'more than nothing'),
      limitPrice: decimalText.optional(),
    }),
    ({ world }, { account, symbol, side, quantity, limitPrice }) => {
      if (world.account(account) === undefined) throw new Refused(`no account ${account}`);
      const order = world.draft({
        manual: true,
        clientId: 0,
        orderId: 0,
        account,
        contract: contractOf(world, symbol),
        side: side.toUpperCase() === 'BUY' ? 'BUY' : 'SELL',
        quantity,
        orderType: limitPrice === undefined ? 'MKT' : 'LMT',
        limitPrice: limitPrice ?? null,
        timeInForce: 'DAY',
        outsideRth: false,
        orderRef: '',
      });
      world.submit(order);
      return { brokerOrderId: String(order.permId) };
    },
  ),
  cancelElsewhere: verb(
    z.strictObject({ brokerOrderId: z.string() }),
    ({ world }, { brokerOrderId }) => {
      world.cancel(orderOf(world, brokerOrderId));
    },
  ),
  state: verb(nothing, ({ world }) => stateView(world)),
  requests: verb(nothing, ({ gateway }) => ({
    requests: gateway.requests,
    connected: gateway.sessions().map(({ clientId }) => clientId),
    defects: gateway.defects,
    tooFast: gateway.tooFast(),
  })),
};

/** Serves `POST /control/VERB` on loopback. @returns its address, and a way to end it. */
export async function serveControl(
  controlled: Controlled,
): Promise<{ readonly address: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void answer(controlled, request).then(({ status, text }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    address: `http://127.0.0.1:${port}/control`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function answer(
  controlled: Controlled,
  request: IncomingMessage,
): Promise<{ readonly status: number; readonly text: string }> {
  const name = /^\/control\/(\w+)$/.exec(request.url ?? '')?.[1] ?? '';
  const work = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (request.method !== 'POST' || work === undefined) {
    return { status: 404, text: `no such verb; there are ${Object.keys(VERBS).join(', ')}` };
  }
  const text = await readText(request);
  let body: unknown;
  try {
    body = text === '' ? {} : JSON.parse(text);
  } catch {
    return { status: 400, text: 'the body is not JSON' };
  }
  try {
    const result = await work(controlled, body);
    return { status: 200, text: JSON.stringify(result ?? {}) };
  } catch (error) {
    if (error instanceof Refused) return { status: 400, text: error.message };
    return { status: 500, text: error instanceof Error ? (error.stack ?? '') : String(error) };
  }
}
