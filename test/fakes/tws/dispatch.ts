import { message } from './encode.ts';
import type { GatewayContext } from './gateway-context.ts';
import { invalid } from './gateway-context.ts';
import {
  sendSummary,
  subscribeAccount,
  subscribeAccountMulti,
  subscribePositions,
  subscribePositionsMulti,
} from './handle-accounts.ts';
import {
  cancelMarketData,
  sendContractDetails,
  sendMarketData,
  sendMarketRule,
} from './handle-market-data.ts';
import {
  openOrderEnd,
  sendAllOpenOrders,
  sendCompletedOrders,
  sendExecutions,
  sendOwnOpenOrders,
} from './handle-order-reads.ts';
import { cancelAll, cancelOrder, placeOrder } from './handle-orders.ts';
import type { Request } from './requests.ts';
import type { Session } from './session.ts';

/** Account codes with commas between; several end with a comma, as for advisors. */
export const managedAccounts = ({ world }: GatewayContext) =>
  message(
    15,
    1,
    world.accounts.length === 1
      ? (world.accounts[0]?.id ?? '')
      : world.accounts.map(({ id }) => `${id},`).join(''),
  );

export const nextValidId = ({ orderIds }: GatewayContext, session: Session) =>
  message(9, 1, orderIds.next(session.clientId));

/** Requests that the gateway answers by itself, without the broker's servers. */
const LOCAL: ReadonlySet<Request['type']> = new Set([
  'current_time',
  'next_ids',
  'managed_accounts',
  'server_log_level',
  'market_data_type',
  'cancel_market_data',
  'cancel_account_summary',
  'cancel_account_updates_multi',
  'cancel_positions',
  'cancel_positions_multi',
]);

export const isLocal = (request: Request): boolean => LOCAL.has(request.type);

/** Answers one request of a client. */
export function dispatch(context: GatewayContext, session: Session, request: Request): void {
  const { subscriptions } = session;
  switch (request.type) {
    case 'start_api':
      invalid(session, -1, 'The API has been started already.');
      return;
    case 'market_data':
      sendMarketData(context, session, request);
      return;
    case 'cancel_market_data':
      cancelMarketData(session, request.id);
      return;
    case 'market_data_type':
      if ([1, 2, 3, 4].includes(request.marketDataType)) {
        session.marketDataType = request.marketDataType;
      } else invalid(session, -1, `Invalid market data type: ${request.marketDataType}`);
      return;
    case 'place_order':
      placeOrder(context, session, request);
      return;
    case 'cancel_order':
      cancelOrder(context, session, request.id);
      return;
    case 'global_cancel':
      cancelAll(context);
      return;
    case 'open_orders':
      if (readOnly(context, session)) return;
      sendOwnOpenOrders(context, session);
      session.send(openOrderEnd);
      return;
    case 'all_open_orders':
      if (readOnly(context, session)) return;
      sendAllOpenOrders(context, session);
      session.send(openOrderEnd);
      return;
    case 'auto_open_orders':
      if (session.clientId === 0) session.autoBind = request.bind;
      else invalid(session, -1, 'Only the default client (i.e 0) can auto bind orders.');
      return;
    case 'completed_orders':
      if (readOnly(context, session)) return;
      sendCompletedOrders(context, session, request.apiOnly);
      return;
    case 'executions':
      sendExecutions(context, session, request.id, request.filter);
      return;
    case 'next_ids':
      session.send(nextValidId(context, session));
      return;
    case 'managed_accounts':
      session.send(managedAccounts(context));
      return;
    case 'current_time':
      session.send(message(49, 1, Math.floor(context.world.clock.now().epochMilliseconds / 1000)));
      return;
    case 'server_log_level':
      return;
    case 'contract_details':
      sendContractDetails(context, session, request.id, request.contract);
      return;
    case 'market_rule':
      sendMarketRule(session, request.rule);
      return;
    case 'account_updates':
      subscribeAccount(context, session, request.subscribe, request.account);
      return;
    case 'account_updates_multi':
      subscribeAccountMulti(context, session, request.id, request.account, request.ledgerOnly);
      return;
    case 'cancel_account_updates_multi':
      subscriptions.accountsMulti.delete(request.id);
      return;
    case 'account_summary':
      sendSummary(context, session, request.id, request.group, request.tags);
      return;
    case 'cancel_account_summary':
      subscriptions.summaries.delete(request.id);
      return;
    case 'positions':
      subscribePositions(context, session);
      return;
    case 'cancel_positions':
      subscriptions.positions = false;
      return;
    case 'positions_multi':
      subscribePositionsMulti(context, session, request.id, request.account);
      return;
    case 'cancel_positions_multi':
      subscriptions.positionsMulti.delete(request.id);
      return;
  }
}

/** A read-only API refuses the lists of orders too: github.com/erdewit/ib_insync, issues 1 and 7. */
function readOnly({ settings }: GatewayContext, session: Session): boolean {
  if (settings.readOnly) invalid(session, -1, 'The API interface is currently in Read-Only mode.');
  return settings.readOnly;
}
