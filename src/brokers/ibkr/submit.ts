import { OrderAction, OrderType, TimeInForce, type Order } from '@stoqey/ib';
import type { OrderIntent } from '../../core/order.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { ExecuteTradeResult, SendPermit } from '../../ports/broker.ts';
import type { Log } from '../../ports/log.ts';
import { notSentBecause } from '../send-permit.ts';
import type { ResolvedContract } from './contracts.ts';
import type { Desk } from './desk.ts';
import { codeOf, orderMessage } from './errors.ts';
import type { Login } from './login.ts';
import type { Answer, Question } from './question.ts';
import { cancelOrder } from './cancel.ts';
import { isOver } from './order-state.ts';
import type { TwsStatus } from './wire.ts';

/** Sends orders of all accounts of a login, each clientOrderId at most once. */
export interface Submitter {
  /** Does not throw for anything that IB or the network does. */
  submit(
    intent: OrderIntent,
    account: string,
    resolve: () => Promise<ResolvedContract>,
    permit: SendPermit,
  ): Promise<ExecuteTradeResult>;
  /**
   * Whether an order was handed to a TWS that goes on answering and never said a word about it: it may
   * be waiting in a dialog there, in no list. Not finding it proves nothing.
   */
  isSilent(clientOrderId: string, account: string): boolean;
}

type Rejected = Extract<ExecuteTradeResult, { type: 'rejected' }>;

/** TWS answers an order at once, and IB's servers within a second or two. */
const ORDER_PATIENCE = Temporal.Duration.from({ seconds: 10 });

/** For the person who has to find out. */
export const SILENT =
  'TWS took the order and said nothing of it. Look whether TWS shows a dialog about it.';

/** IB has the order from these on; before, only TWS has it. */
const TAKEN: ReadonlySet<TwsStatus> = new Set([
  'PreSubmitted',
  'Submitted',
  'PendingCancel',
  'Filled',
]);

/** What the order's messages came to. */
type Outcome =
  | Exclude<ExecuteTradeResult, { type: 'unknown' | 'not_sent' }>
  | { readonly type: 'unknown'; readonly reason: string; readonly silent: boolean }
  | { readonly type: 'held'; readonly permId: number; readonly reason: string };

/** `cut`: the connection ended before the answer. `silent`: it did not, and no answer came. */
type Sent = 'sent' | 'cut' | 'silent';

export function createSubmitter(login: Login, desk: Desk, log: Log): Submitter {
  /** What this process has handed to TWS. */
  const sent = new Map<string, Sent>();
  /** What was sent under each order id: for what TWS says of it later. */
  const intents = new Map<number, OrderIntent>();
  const withdrawing = new Map<number, Promise<ExecuteTradeResult>>();

  const withdrawOnce = (permId: number, reason: string, intent: OrderIntent) => {
    const begun = withdrawing.get(permId) ?? withdraw(login, desk, permId, reason, intent);
    withdrawing.set(permId, begun);
    return begun;
  };

  // TWS may tell that it keeps an order until the market opens after it has told that it has it.
  login.follow((event) => {
    if (event.type !== 'told' || event.event.type !== 'message') return;
    const { id, code, text } = event.event;
    const intent = id === null ? undefined : intents.get(id);
    if (id === null || intent === undefined || orderMessage(code, text) !== 'held') return;
    for (const { permId } of desk.ordersOfId(id)) {
      withdrawOnce(permId, text, intent).catch((error: unknown) => {
        log.error({ code: 'ibkr_withdraw_failed', error }, 'a held order was not taken back');
      });
    }
  });

  async function place(
    intent: OrderIntent,
    account: string,
    resolve: () => Promise<ResolvedContract>,
    permit: SendPermit,
  ): Promise<ExecuteTradeResult> {
    const key = keyOf(intent.clientOrderId, account);
    const before = sent.get(key);
    if (before === 'sent') return duplicate(intent);
    if (before === 'silent') return { type: 'unknown', reason: SILENT };
    // From here on a second call with the same id is refused, also while this one waits.
    sent.set(key, 'sent');
    let outcome: Outcome;
    try {
      // IB takes any number of orders with one reference, so this is what keeps a second one out:
      // nobody else can send under our client id, and what was sent under it is in TWS's lists.
      if (before === undefined) await desk.syncOnce();
      else await desk.sync();
      if (findByReference(desk, account, intent.clientOrderId).length > 0) return duplicate(intent);
      const { contract } = await resolve();
      const question = orderQuestion(intent, account, contract);
      outcome = await login.ask({
        ...question,
        permit,
        send: (api, id) => {
          intents.set(id, intent);
          question.send(api, id);
        },
      });
    } catch (error) {
      // It was not sent: what is known of it is what was known before.
      if (before === undefined) sent.delete(key);
      else sent.set(key, before);
      throw error;
    }
    switch (outcome.type) {
      case 'held':
        return await withdrawOnce(outcome.permId, outcome.reason, intent);
      case 'unknown':
        sent.set(key, outcome.silent ? 'silent' : 'cut');
        return { type: 'unknown', reason: outcome.reason };
      case 'accepted':
      case 'rejected':
        return outcome;
    }
  }

  return {
    isSilent: (clientOrderId, account) => sent.get(keyOf(clientOrderId, account)) === 'silent',
    async submit(intent, account, resolve, permit) {
      try {
        return await place(intent, account, resolve, permit);
      } catch (error) {
        const notSent = await notSentBecause(error, permit);
        if (notSent !== null) return notSent;
        if (!(error instanceof BrokerError)) throw error;
        return {
          type: 'rejected',
          code: error.code,
          brokerCode: error.brokerCode,
          reason: error.message,
        };
      }
    },
  };
}

const keyOf = (clientOrderId: string, account: string): string => `${account} ${clientOrderId}`;

/** The permIds of everything in TWS's lists that has our reference. */
export function findByReference(desk: Desk, account: string, reference: string): readonly number[] {
  const listed = desk.orders(account).filter((order) => order.orderRef === reference);
  const executed = desk.executions(account).filter((each) => each.orderRef === reference);
  return [...new Set([...listed, ...executed].map((each) => each.permId))];
}

function duplicate(intent: OrderIntent): Rejected {
  return {
    type: 'rejected',
    code: 'order_rejected',
    brokerCode: 'duplicate_client_order_id',
    reason: `The client order id ${intent.clientOrderId} has been used already.`,
  };
}

function orderQuestion(
  intent: OrderIntent,
  account: string,
  contract: ResolvedContract['contract'],
): Question<Outcome> {
  let permId = 0;
  let heldFor: string | null = null;
  let unclear: string | null = null;

  function hearStatus(status: TwsStatus, told: number, { give }: Answer<Outcome>): void {
    if (told > 0) permId = told;
    if (permId === 0) return;
    if (heldFor !== null && !isOver(status)) give({ type: 'held', permId, reason: heldFor });
    // An order that is cancelled at once is told why by a message of its own, before or after.
    else if (TAKEN.has(status)) give({ type: 'accepted', brokerOrderId: String(permId) });
  }

  return {
    urgency: 'trading',
    what: 'what became of the order',
    patience: ORDER_PATIENCE,
    send: (api, id) => {
      api.placeOrder(id, contract, orderFor(intent, account));
    },
    hear: (event, id, answer) => {
      if (event.type === 'open_order' && event.orderId === id) {
        if (event.order.orderRef !== intent.clientOrderId) return;
        hearStatus(event.state.status, event.order.permId, answer);
      } else if (event.type === 'order_status' && event.orderId === id) {
        hearStatus(event.status, event.permId, answer);
      } else if (event.type === 'execution' && event.execution.orderRef === intent.clientOrderId) {
        answer.give({ type: 'accepted', brokerOrderId: String(event.execution.permId) });
      }
    },
    hearMessage: (code, text, { give }) => {
      switch (orderMessage(code, text)) {
        case 'rejected':
        case 'canceled':
          give({
            type: 'rejected',
            code: codeOf(code, text),
            brokerCode: String(code),
            reason: text,
          });
          return;
        case 'held':
          heldFor = text;
          if (permId > 0) give({ type: 'held', permId, reason: text });
          return;
        case 'unclear':
          unclear = `${text} (${code})`;
          return;
        case 'note':
      }
    },
    unanswered: (reason, { give }, why) => {
      // TWS has the order and has not heard of IB's servers yet: it works as far as anybody knows.
      if (permId > 0 && unclear === null) {
        give({ type: 'accepted', brokerOrderId: String(permId) });
        return;
      }
      give({
        type: 'unknown',
        reason: unclear === null ? reason : `${reason} It said: ${unclear}`,
        silent: why === 'too_late',
      });
    },
  };
}

function orderFor(intent: OrderIntent, account: string): Order {
  return {
    account,
    action: intent.side === 'buy' ? OrderAction.BUY : OrderAction.SELL,
    totalQuantity: Number(intent.quantity.toFixed()),
    orderType: intent.limitPrice === null ? OrderType.MKT : OrderType.LMT,
    ...(intent.limitPrice === null ? {} : { lmtPrice: Number(intent.limitPrice.toFixed()) }),
    tif: TimeInForce.DAY,
    orderRef: intent.clientOrderId,
    outsideRth: intent.extendedHours,
    transmit: true,
  };
}

/**
 * TWS keeps a day order that comes while the market is closed, and sends it at the next open: at a price
 * that nobody approved. It is taken back; only when that is certain is it a rejection.
 */
async function withdraw(
  login: Login,
  desk: Desk,
  permId: number,
  reason: string,
  intent: OrderIntent,
): Promise<ExecuteTradeResult> {
  const accepted = { type: 'accepted', brokerOrderId: String(permId) } as const;
  if (intent.extendedHours) return accepted;
  desk.note({ permId, message: { rejected: false, text: reason } });
  try {
    await cancelOrder(login, desk, permId);
    await desk.sync();
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return accepted;
  }
  const order = desk.order(permId);
  const gone = order !== null && isOver(order.status) && order.filled.eq('0');
  return gone ? { type: 'rejected', code: 'market_closed', brokerCode: '399', reason } : accepted;
}
