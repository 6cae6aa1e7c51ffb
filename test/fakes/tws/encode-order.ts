import type { Decimal } from '../../../src/core/decimal.ts';
import { toText, ZERO } from '../../../src/core/decimal.ts';
import { message, stampOf } from './encode.ts';
import type { Message, Row, Value } from './encode.ts';
import { UNSET_DOUBLE, UNSET_INTEGER } from './fields.ts';
import type { FakeOrder } from './orders.ts';

/** What a what-if answers beside the order. Amounts in the account's currency. */
export interface WhatIf {
  readonly before: Decimal;
  readonly after: Decimal;
  readonly equity: Decimal;
  readonly commission: Decimal;
  readonly warning: string;
}

/** OPEN_ORDER, field by field as the classic decoders read it (for @stoqey/ib: decodeMsg_OPEN_ORDER). */
export function openOrderMessage(
  order: FakeOrder,
  serverVersion: number,
  whatIf: WhatIf | null = null,
): Message {
  return message(
    5,
    order.orderId,
    ...start(order, order.quantity),
    order.clientId,
    order.permId,
    order.outsideRth,
    0, // hidden
    0, // discretionaryAmt
    '', // goodAfterTime
    '', // shares allocation, gone
    ...faParameters(serverVersion),
    '', // modelCode
    ...goodTillToShortSale,
    0, // auctionStrategy
    ...boxAndPegged,
    ['', 0, 0, 0, ''], // displaySize, blockOrder, sweepToFill, allOrNone, minQty
    [3, 0, 0, ''], // ocaType, eTradeOnly, firmQuoteOnly, nbboPriceCap
    [0, 0], // parentId, triggerMethod
    ...volatility,
    ['', ''], // trailStopPrice, trailingPercent
    ['', ''], // basisPoints, basisPointsType
    ...comboAndScale,
    '', // hedgeType
    0, // optOutSmartRouting
    ...clearingToSolicited,
    whatIf !== null,
    order.status,
    ...marginFields(order, whatIf),
    [0, 0], // randomizeSize, randomizePrice
    0, // conditions
    ['None', UNSET_DOUBLE, UNSET_DOUBLE, UNSET_DOUBLE], // adjusted type, trigger, trail stop, offset
    [UNSET_DOUBLE, UNSET_DOUBLE, UNSET_DOUBLE, 0], // adjusted stop, limit, amount, unit
    ['', '', ''], // softDollarTier
    '', // cashQty
    [0, 0, 0, 0], // hedge price, container, discretionary, price management
    [UNSET_INTEGER, UNSET_INTEGER], // duration, postToAts
    0, // autoCancelParent
    ...pegBest,
    ...(serverVersion >= 183 ? [''] : []), // customerAccount
    ...(serverVersion >= 184 ? [0] : []), // professionalCustomer
    ...(serverVersion >= 185 ? [''] : []), // bondAccruedInterest
    ...(serverVersion >= 189 ? [0] : []), // includeOvernight
    ...(serverVersion >= 193 ? ['', UNSET_INTEGER] : []), // extOperator, manualOrderIndicator
  );
}

/**
 * COMPLETED_ORDER: it names neither order id nor client id, and of a filled order the quantity is in
 * `filledQuantity` while `totalQuantity` is 0.
 */
export function completedOrderMessage(
  order: FakeOrder,
  serverVersion: number,
  zone: string,
): Message {
  return message(
    101,
    ...start(order, order.status === 'Filled' ? ZERO : order.quantity),
    order.permId,
    order.outsideRth,
    0, // hidden
    0, // discretionaryAmt
    '', // goodAfterTime
    ...faParameters(serverVersion),
    '', // modelCode
    ...goodTillToShortSale,
    ...boxAndPegged,
    ['', 0, 0, ''], // displaySize, sweepToFill, allOrNone, minQty
    [3, 0], // ocaType, triggerMethod
    ...volatility,
    ['', ''], // trailStopPrice, trailingPercent
    ...comboAndScale,
    '', // hedgeType
    ...clearingToSolicited,
    order.status,
    [0, 0], // randomizeSize, randomizePrice
    0, // conditions
    ['', ''], // trailStopPrice, lmtPriceOffset
    '', // cashQty
    [0, 0], // hedge price, container
    '', // autoCancelDate
    order.filled,
    0, // refFuturesConId
    0, // autoCancelParent
    '', // shareholder
    [0, 0], // imbalanceOnly, routeMarketableToBbo
    0, // parentPermId
    stampOf(order.updatedAt, zone),
    order.completedStatus,
    ...pegBest,
    ...(serverVersion >= 183 ? [''] : []), // customerAccount
    ...(serverVersion >= 184 ? [0] : []), // professionalCustomer
  );
}

/** The contract, and the order as far as its reference. */
function start(order: FakeOrder, quantity: Decimal): readonly Row[] {
  const { contract } = order;
  return [
    [contract.conId, contract.symbol, 'STK', '', 0, '?', ''],
    ['SMART', contract.currency, contract.localSymbol, contract.tradingClass],
    [order.side, quantity, order.orderType],
    order.limitPrice ?? '0.0',
    '0.0', // auxPrice
    order.timeInForce,
    '', // ocaGroup
    order.account,
    '', // openClose
    0, // origin: the customer
    order.orderRef,
  ];
}

const faParameters = (serverVersion: number): readonly Value[] =>
  serverVersion < 177 ? ['', '', '', ''] : ['', '', ''];
/** goodTillDate, rule80A, percentOffset, settlingFirm, shortSaleSlot, designatedLocation, exemptCode. */
const goodTillToShortSale: readonly Value[] = ['', '', '', '', 0, '', -1];
/** startingPrice, stockRefPrice, delta, stockRangeLower, stockRangeUpper. */
const boxAndPegged: readonly Value[] = ['', '', '', '', ''];
/** volatility, its type, the delta-neutral order's type and price, continuousUpdate, reference price. */
const volatility: readonly Value[] = ['', 0, '', '', 0, 0];
/** Description, legs, leg prices, routing parameters; scale sizes and increment. */
const comboAndScale: readonly Value[] = ['', 0, 0, 0, UNSET_INTEGER, UNSET_INTEGER, ''];
/** clearingAccount, clearingIntent, notHeld, delta-neutral contract, algoStrategy, solicited. */
const clearingToSolicited: readonly Value[] = ['', 'IB', 0, 0, '', 0];
/** minTradeQty, minCompeteSize and the offsets of pegged orders. */
const pegBest: readonly Value[] = [UNSET_INTEGER, UNSET_INTEGER, UNSET_DOUBLE, '', ''];

/** Margins before, change and after (initial, maintenance, equity), the commission and a warning. */
function marginFields(order: FakeOrder, whatIf: WhatIf | null): readonly Row[] {
  if (whatIf === null) return [Array<Value>(12).fill(UNSET_DOUBLE), '', ''];
  const text = (value: Decimal) => toText(value.round(2));
  const change = whatIf.after.minus(whatIf.before);
  return [
    [text(whatIf.before), text(whatIf.before), text(whatIf.equity)],
    [text(change), text(change), '0'],
    [text(whatIf.after), text(whatIf.after), text(whatIf.equity)],
    [toText(whatIf.commission), UNSET_DOUBLE, UNSET_DOUBLE],
    order.contract.currency,
    whatIf.warning,
  ];
}
