import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { decimal } from '../../../src/core/decimal.ts';
import { readBody } from './api-server.ts';
import type { Listener } from './listener.ts';
import { consent } from './oauth.ts';
import { beginGrant, endGrants, issueTokens } from './oauth-grants.ts';
import { catchUp, execute, fillNext, finish, followMarket, place } from './order-book.ts';
import { stateOf } from './state.ts';
import { verbs } from './verbs.ts';
import type { VerbName } from './verbs.ts';
import { isLive, remainingQuantity } from './world.ts';
import type { FakeAccount, FakeOrder, World } from './world.ts';

/** What a verb asked for cannot be done; the message says why. */
class ControlError extends Error {}

function liveOrder(world: World, brokerOrderId: string): FakeOrder {
  const order = world.orders.get(Number(brokerOrderId));
  if (order === undefined) throw new ControlError(`There is no order ${brokerOrderId}`);
  if (!isLive(order)) throw new ControlError(`Order ${brokerOrderId} is ${order.status}`);
  return order;
}

function accountOf(world: World, number: string): FakeAccount {
  const account = world.accounts.find((one) => one.number === number);
  if (account === undefined) throw new ControlError(`There is no account ${number}`);
  return account;
}

function consented(world: World, accounts: readonly string[] | undefined): readonly string[] {
  return (accounts ?? world.accounts.map(({ number }) => number)).map(
    (number) => accountOf(world, number).number,
  );
}

/** Changes the market's hours, and lets the orders follow. */
function changeMarket(world: World, change: (at: Temporal.Instant) => void): void {
  const at = world.clock.now();
  const wereOpen = new Set(
    [...world.orders.values()].filter(({ session }) => world.sessions.isOpen(session, at)),
  );
  change(at);
  followMarket(world, (order) => wereOpen.has(order));
}

type Action = (body: unknown) => Promise<unknown>;

/** Reads the body by the verb's schema, and acts. */
function action<Body extends z.ZodType, Answer extends z.ZodType>(
  verb: { readonly body: Body; readonly answer: Answer },
  act: (body: z.output<Body>) => z.output<Answer> | Promise<z.output<Answer>>,
): Action {
  return async (body) => {
    const read = verb.body.safeParse(body);
    if (read.success) return act(read.data);
    const [issue] = read.error.issues;
    throw new ControlError(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`);
  };
}

function createActions(world: World, listener: Listener): Readonly<Record<VerbName, Action>> {
  return {
    advance: action(verbs.advance, ({ seconds }) => {
      world.clock.advance(seconds);
      catchUp(world);
      return { now: world.clock.now().toString() };
    }),
    fillNext: action(verbs.fillNext, () => ({ executions: fillNext(world) })),
    fill: action(verbs.fill, ({ brokerOrderId, quantity, price }) => {
      const order = liveOrder(world, brokerOrderId);
      if (decimal(quantity).gt(remainingQuantity(order))) {
        throw new ControlError(`Order ${brokerOrderId} has less than ${quantity} open`);
      }
      execute(world, order, decimal(quantity), decimal(price), world.clock.now());
      return { executionId: String(order.executions.at(-1)?.id) };
    }),
    setPrice: action(verbs.setPrice, ({ symbol: name, price, bid, ask }) => {
      const symbol = world.symbols.get(name);
      if (symbol === undefined) throw new ControlError(`There is no symbol ${name}`);
      symbol.last = decimal(price);
      symbol.bid = decimal(bid ?? price);
      symbol.ask = decimal(ask ?? price);
      catchUp(world);
      return {};
    }),
    setMarket: action(verbs.setMarket, ({ open, nextOpen, nextClose }) => {
      changeMarket(world, (at) => {
        world.sessions.set(at, {
          open,
          nextOpen: Temporal.Instant.from(nextOpen),
          nextClose: Temporal.Instant.from(nextClose),
        });
      });
      return {};
    }),
    closeMarket: action(verbs.closeMarket, () => {
      changeMarket(world, (at) => {
        world.sessions.close(at);
      });
      return {};
    }),
    dropAnswer: action(verbs.dropAnswer, ({ operation, order, count }) => {
      world.faults.add({ type: 'dropAnswer', operation, order }, count);
      return {};
    }),
    fail: action(verbs.fail, ({ operation, code, retryAfterSeconds, count }) => {
      const fault = { type: 'fail', operation, code } as const;
      world.faults.add({ ...fault, retryAfterSeconds: retryAfterSeconds ?? null }, count);
      return {};
    }),
    delay: action(verbs.delay, ({ milliseconds, operation }) => {
      world.faults.delay(milliseconds, operation);
      return {};
    }),
    loseConnection: action(verbs.loseConnection, ({ duringFills }) => {
      listener.cutAll();
      if (duringFills) fillNext(world);
      return {};
    }),
    refuseConnections: action(verbs.refuseConnections, async ({ milliseconds }) => {
      await listener.refuse();
      if (milliseconds !== 'until_told') {
        setTimeout(() => void listener.accept(), milliseconds).unref();
      }
      return {};
    }),
    acceptConnections: action(verbs.acceptConnections, async () => {
      await listener.accept();
      return {};
    }),
    placeElsewhere: action(
      verbs.placeElsewhere,
      ({ account, symbol, side, quantity, limitPrice }) => {
        if (!world.symbols.has(symbol)) throw new ControlError(`There is no symbol ${symbol}`);
        const order = place(
          world,
          accountOf(world, account),
          {
            symbol,
            instruction: side === 'buy' ? 'BUY' : 'SELL',
            orderType: limitPrice === undefined ? 'MARKET' : 'LIMIT',
            price: limitPrice === undefined ? null : decimal(limitPrice),
            quantity: decimal(quantity),
            session: 'NORMAL',
            duration: 'DAY',
          },
          'elsewhere',
        );
        return { brokerOrderId: String(order.id), status: order.status };
      },
    ),
    cancelElsewhere: action(verbs.cancelElsewhere, ({ brokerOrderId }) => {
      finish(liveOrder(world, brokerOrderId), 'CANCELED', world.clock.now());
      return {};
    }),
    rejectNext: action(verbs.rejectNext, ({ reason, count }) => {
      for (let n = 0; n < count; n += 1) world.rejections.push(reason);
      return {};
    }),
    reject: action(verbs.reject, ({ brokerOrderId, reason }) => {
      finish(liveOrder(world, brokerOrderId), 'REJECTED', world.clock.now(), reason);
      return {};
    }),
    setStatus: action(verbs.setStatus, ({ brokerOrderId, status }) => {
      const order = liveOrder(world, brokerOrderId);
      order.status = status;
      order.activatesAt = null;
      catchUp(world);
      return {};
    }),
    finishCancel: action(verbs.finishCancel, ({ brokerOrderId }) => {
      const order = liveOrder(world, brokerOrderId);
      if (order.status !== 'PENDING_CANCEL') {
        throw new ControlError(`Order ${brokerOrderId} is ${order.status}, not PENDING_CANCEL`);
      }
      finish(order, 'CANCELED', world.clock.now());
      return {};
    }),
    login: action(verbs.login, ({ authorizeUrl, person, accounts, consent: given }) => {
      const url = new URL(authorizeUrl);
      if (url.pathname !== '/v1/oauth/authorize') {
        throw new ControlError('the authorize URL must end in /v1/oauth/authorize');
      }
      const answer = consent(world, url, person, consented(world, accounts), given === 'granted');
      if (typeof answer !== 'string') throw new ControlError(JSON.stringify(answer.body));
      return { redirectUrl: answer };
    }),
    issueTokens: action(verbs.issueTokens, ({ person, accounts }) => {
      const grant = beginGrant(world, person, consented(world, accounts));
      const tokens = issueTokens(world, grant);
      return {
        accessToken: tokens.access_token,
        refreshToken: tokens.refresh_token,
        loginEndsAt: grant.endsAt.toString(),
      };
    }),
    endLogin: action(verbs.endLogin, ({ person, accessTokens }) => {
      endGrants(world, person ?? null, accessTokens === 'end');
      return {};
    }),
    state: action(verbs.state, () => stateOf(world)),
    requests: action(verbs.requests, () => ({ requests: [...world.requests] })),
  };
}

function isVerb(name: string): name is VerbName {
  return Object.hasOwn(verbs, name);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** POST /control/VERB: JSON in, JSON out; 400 with a sentence for what cannot be done. */
export function createControlServer(world: World, listener: Listener): Server {
  const actions = createActions(world, listener);
  return createServer((request, response) => {
    const answer = async () => {
      const [, room, name = ''] = (request.url ?? '').split('/');
      if (request.method !== 'POST' || room !== 'control' || !isVerb(name)) {
        throw new ControlError(
          `there is no verb ${name}; there are ${Object.keys(verbs).join(', ')}`,
        );
      }
      const text = await readBody(request);
      catchUp(world);
      send(response, 200, await actions[name](JSON.parse(text === '' ? '{}' : text)));
    };
    answer().catch((error: unknown) => {
      const isBad = error instanceof ControlError || error instanceof SyntaxError;
      const message = error instanceof Error ? error.message : String(error);
      send(response, isBad ? 400 : 500, { error: message });
    });
  });
}
