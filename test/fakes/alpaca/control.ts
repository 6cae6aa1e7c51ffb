import { z } from 'zod';
import { decimal } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import { nextSession } from '../../../src/core/market-calendar.ts';
import type { Network } from './addresses.ts';
import { faultSchemas } from './faults.ts';
import type { Consent } from './login-api.ts';
import type { FakeOrder } from './order.ts';
import { isFinal, isWorking, leavesQuantity } from './order.ts';
import { readOrderRequest } from './order-request.ts';
import { replacementOf } from './orders-api.ts';
import type { RequestLog } from './request-log.ts';
import { stateView } from './state-view.ts';
import { executionView } from './wire.ts';
import type { World } from './world.ts';

const positive = z
  .string()
  .regex(/^\d{1,18}(\.\d{1,9})?$/)
  .transform((text): Decimal => decimal(text))
  .refine((value) => value.gt('0'), 'must be more than 0');
const instant = z.string().transform((text, context) => {
  try {
    return Temporal.Instant.from(text);
  } catch {
    context.addIssue({ code: 'custom', message: `not an instant: ${text}` });
    return z.NEVER;
  }
});
const anOrder = { brokerOrderId: z.string() };
const nothing = z.strictObject({});

interface Verb {
  run(body: unknown): unknown;
}

function verb<S extends z.ZodType>(schema: S, run: (body: z.output<S>) => unknown): Verb {
  return { run: (body) => run(schema.parse(body)) };
}

/** What a test may do to the fake: `POST /control/VERB`. A sentence is thrown for what cannot be done. */
export function controlVerbs(
  world: World,
  network: Network,
  log: RequestLog,
  consent: Consent,
): ReadonlyMap<string, Verb> {
  const { venue, clock, sessions, market } = world;
  const orderOf = (id: string): FakeOrder => {
    const order = world.findOrder(id);
    if (order === null) throw new Error(`there is no order ${id}`);
    return order;
  };
  const openOrder = (id: string): FakeOrder => {
    const order = orderOf(id);
    if (isFinal(order)) throw new Error(`order ${id} is already ${order.state}`);
    return order;
  };
  const accountOf = (name: string) => {
    const account = world.accounts.get(name);
    if (account === undefined) throw new Error(`there is no account ${name}`);
    return account;
  };
  const executionOf = (id: string) => {
    const found = venue.executions.find((execution) => execution.id === id);
    if (found === undefined) throw new Error(`there is no execution ${id}`);
    return found;
  };
  const fillNext = (only?: string) =>
    (only === undefined ? [...world.accounts.values()] : [accountOf(only)])
      .flatMap(({ orders }) => orders)
      .map((order) => venue.executeNext(order))
      .filter((execution) => execution !== null)
      .map(executionView);

  return new Map(
    Object.entries({
      advance: verb(z.strictObject({ seconds: z.number().min(0) }), ({ seconds }) => {
        world.advance(seconds);
        return { now: clock.now().toString() };
      }),
      fillNext: verb(z.strictObject({ account: z.string().optional() }), ({ account }) =>
        fillNext(account),
      ),
      fill: verb(
        z.strictObject({ ...anOrder, quantity: positive, price: positive }),
        ({ brokerOrderId, quantity, price }) => {
          const order = openOrder(brokerOrderId);
          if (!isWorking(order))
            throw new Error(`order ${order.id} is ${order.state}: not working`);
          const leaves = leavesQuantity(order, price);
          if (quantity.gt(leaves)) throw new Error(`only ${leaves.toFixed()} are left to fill`);
          return executionView(venue.execute(order, quantity, price));
        },
      ),
      setPrice: verb(
        z.strictObject({
          symbol: z.string(),
          price: positive,
          bid: positive.optional(),
          ask: positive.optional(),
          quotedAt: instant.optional(),
        }),
        ({ symbol, price, ...told }) => {
          market.setPrice(symbol, price, told);
          world.fillAutomatically();
          return null;
        },
      ),
      setMarket: verb(
        z.strictObject({ open: z.boolean(), nextOpen: instant, nextClose: instant }),
        (state) => {
          world.setSession(state);
          return null;
        },
      ),
      closeMarket: verb(nothing, () => {
        const next = nextSession(clock.now());
        world.setSession({ open: false, nextOpen: next.open, nextClose: next.close });
        return null;
      }),
      fail: verb(faultSchemas.fail, (failure) => {
        world.faults.fail(failure);
        return null;
      }),
      dropAnswer: verb(faultSchemas.dropAnswer, (dropped) => {
        world.faults.dropAnswer(dropped);
        return null;
      }),
      delay: verb(faultSchemas.delay, (delay) => {
        world.faults.delay(delay);
        return null;
      }),
      loseConnection: verb(
        z.strictObject({ duringFills: z.boolean().default(false) }),
        ({ duringFills }) => {
          network.cut('stream');
          return duringFills ? fillNext() : [];
        },
      ),
      refuseConnections: verb(
        z.strictObject({
          milliseconds: z.union([z.int().min(0), z.literal('until_told')]),
          what: z.enum(['stream', 'all']).default('stream'),
        }),
        ({ milliseconds, what }) => {
          network.refuse(what);
          if (milliseconds !== 'until_told') setTimeout(() => network.accept(), milliseconds);
          return null;
        },
      ),
      acceptConnections: verb(nothing, () => {
        network.accept();
        return null;
      }),
      correctExecution: verb(
        z.strictObject({
          executionId: z.string(),
          quantity: positive.optional(),
          price: positive.optional(),
        }),
        ({ executionId, quantity, price }) => {
          const execution = executionOf(executionId);
          venue.correct(execution, {
            quantity: quantity ?? execution.quantity,
            price: price ?? execution.price,
          });
          return null;
        },
      ),
      bustExecution: verb(z.strictObject({ executionId: z.string() }), ({ executionId }) => {
        venue.correct(executionOf(executionId), null);
        return null;
      }),
      replayUpdates: verb(nothing, () => {
        world.updates.replay();
        return null;
      }),
      reorderUpdates: verb(z.strictObject({ on: z.boolean() }), ({ on }) => {
        world.updates.reorder(on);
        return null;
      }),
      placeElsewhere: verb(
        z.strictObject({
          account: z.string(),
          symbol: z.string(),
          side: z.enum(['buy', 'sell']),
          quantity: z.string(),
          limitPrice: z.string().optional(),
        }),
        ({ account, symbol, side, quantity, limitPrice }) => {
          const terms = readOrderRequest(
            {
              symbol,
              side,
              qty: quantity,
              type: limitPrice === undefined ? 'market' : 'limit',
              time_in_force: 'day',
              ...(limitPrice === undefined ? {} : { limit_price: limitPrice }),
            },
            market,
          );
          const order = venue.place(accountOf(account), terms);
          venue.route(order);
          return { brokerOrderId: order.id };
        },
      ),
      cancelElsewhere: verb(z.strictObject(anOrder), ({ brokerOrderId }) => {
        venue.cancel(openOrder(brokerOrderId));
        return null;
      }),
      replaceElsewhere: verb(
        z.strictObject({
          ...anOrder,
          quantity: z.string().optional(),
          limitPrice: z.string().optional(),
        }),
        ({ brokerOrderId, quantity, limitPrice }) => {
          const order = openOrder(brokerOrderId);
          const next = replacementOf(world, accountOf(order.account), order, {
            quantity: quantity ?? null,
            limitPrice: limitPrice ?? null,
            clientOrderId: null,
          });
          venue.replace(order, next);
          venue.route(next);
          return { brokerOrderId: next.id };
        },
      ),
      rejectOrder: verb(z.strictObject(anOrder), ({ brokerOrderId }) => {
        venue.reject(openOrder(brokerOrderId));
        return null;
      }),
      confirmCancels: verb(nothing, () => {
        const waiting = [...world.accounts.values()]
          .flatMap(({ orders }) => orders)
          .filter(({ state }) => state === 'pending_cancel');
        for (const order of waiting) venue.cancel(order);
        return waiting.map(({ id }) => id);
      }),
      consent: verb(
        z.strictObject({ account: z.string(), answer: z.enum(['allow', 'deny']).default('allow') }),
        ({ account, answer }) => {
          consent.account = accountOf(account).name;
          consent.answer = answer;
          return null;
        },
      ),
      revokeTokens: verb(z.strictObject({ account: z.string() }), ({ account }) => {
        world.logins.revokeTokens(account);
        return null;
      }),
      state: verb(nothing, () => stateView(world, network.streams, sessions.state())),
      requests: verb(nothing, () => log.requests),
    }),
  );
}
