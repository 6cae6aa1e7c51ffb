import { BrokerError } from '../../ports/broker-error.ts';
import type { Desk } from './desk.ts';
import { BROKER, cancelMessage } from './errors.ts';
import type { Login } from './login.ts';
import { isOver, type KnownOrder } from './order-state.ts';

const CANCEL_PATIENCE = Temporal.Duration.from({ seconds: 10 });

/**
 * Asks for a cancel and waits until TWS has taken the request.
 * @throws BrokerError order_rejected when there is nothing to cancel; unknown_outcome when no answer came.
 */
export async function cancelOrder(login: Login, desk: Desk, permId: number): Promise<void> {
  const order = desk.order(permId);
  if (order === null) throw refused(`There is no order ${permId}.`, 'order_not_found');
  if (isOver(order.status)) {
    throw refused(`Order ${permId} is finished and cannot be cancelled.`, 'order_not_working');
  }
  const { orderId } = order;
  if (orderId === null) {
    throw refused(
      `Order ${permId} was placed by another program or by hand; cancel it there.`,
      'order_of_others',
    );
  }
  desk.note({ permId, cancelAsked: true });
  const outcome = await ask(login, order, orderId);
  if (outcome !== 'gone') return;
  // No list has it as finished and TWS does not know it: whatever it was, it does not work any more.
  await desk.sync();
  const listed = desk.order(permId);
  if (listed !== null && !isOver(listed.status)) {
    desk.note({ permId, status: 'Cancelled', endedBy: 'TWS no longer has this order.' });
  }
}

async function ask(login: Login, order: KnownOrder, orderId: number): Promise<'taken' | 'gone'> {
  return await login.ask<'taken' | 'gone'>({
    // What stops trading goes before what trades.
    urgency: 'recovery',
    what: `whether order ${order.permId} is cancelled`,
    patience: CANCEL_PATIENCE,
    send: (api) => {
      api.cancelOrder(orderId);
    },
    hear: (event, _id, { give, fail }) => {
      if (event.type === 'order_status' && event.permId === order.permId) {
        if (event.status === 'Filled') fail(finished(order.permId));
        else if (event.status === 'PendingCancel' || isOver(event.status)) give('taken');
      }
      if (event.type !== 'message' || event.id !== orderId) return;
      switch (cancelMessage(event.code)) {
        case 'done':
          give('taken');
          return;
        case 'gone':
          give('gone');
          return;
        case 'refused':
          fail(refused(event.text, String(event.code)));
          return;
        case 'note':
      }
    },
    unanswered: (reason, { fail }) => {
      fail(new BrokerError(BROKER, 'unknown_outcome', reason));
    },
  });
}

const finished = (permId: number): BrokerError =>
  refused(`Order ${permId} is filled and cannot be cancelled.`, 'order_not_working');

function refused(reason: string, brokerCode: string): BrokerError {
  return new BrokerError(BROKER, 'order_rejected', reason, { brokerCode });
}
