import { NotModelled, UNSET_DOUBLE, UNSET_INTEGER } from './fields.ts';
import type { FieldReader } from './fields.ts';
import type { ContractQuery, OrderTicket } from './requests.ts';

/** Values that leave an attribute at its default, in the writing of the clients there are. */
const UNSET = new Set([
  '1.7976931348623157e+308',
  '',
  '0',
  '0.0',
  '-1',
  UNSET_DOUBLE,
  UNSET_INTEGER,
  'None',
]);

/**
 * Reads PLACE_ORDER after its message id, as servers 176 to 193 take it. The order of fields is that of
 * the classic encoders (for @stoqey/ib: Encoder.placeOrder).
 */
export function decodePlaceOrder(reader: FieldReader, serverVersion: number) {
  const notModelled: string[] = [];
  /** Reads attributes that the fake does not play, and notes those that were set. */
  const skip = (...names: readonly string[]) => {
    for (const name of names) if (!UNSET.has(reader.text())) notModelled.push(name);
  };
  /** Reads attributes that change nothing that the fake plays. */
  const ignore = (count: number) => {
    for (let index = 0; index < count; index += 1) reader.text();
  };
  /** Reads an attribute that other fields would follow. */
  const refuse = (name: string) => {
    if (!UNSET.has(reader.text())) throw new NotModelled(name);
  };

  const id = reader.integer();
  const contract = decodeOrderContract(reader);
  if (contract.secType === 'BAG') throw new NotModelled('combinations (BAG)');
  const action = reader.text();
  const quantity = reader.decimal();
  const orderType = reader.text();
  if (/^(PEG|VOL)/.test(orderType)) throw new NotModelled(`order type ${orderType}`);
  const limitPrice = reader.decimal();
  skip('auxPrice');
  const timeInForce = reader.text();
  skip('ocaGroup');
  const account = reader.text();
  ignore(1); // openClose: for institutions
  skip('origin');
  const orderRef = reader.text();
  const transmit = reader.flag();
  skip('parentId', 'blockOrder', 'sweepToFill', 'displaySize', 'triggerMethod');
  const outsideRth = reader.flag();
  skip('hidden', 'sharesAllocation', 'discretionaryAmt', 'goodAfterTime', 'goodTillDate');
  skip('faGroup', 'faMethod', 'faPercentage');
  if (serverVersion < 177) skip('faProfile');
  skip('modelCode', 'shortSaleSlot', 'designatedLocation', 'exemptCode');
  ignore(2); // ocaType says nothing without a group; rule80A: for institutions
  skip('settlingFirm', 'allOrNone', 'minQty', 'percentOffset');
  const eTradeOnly = reader.flag();
  const firmQuoteOnly = reader.flag();
  skip('nbboPriceCap', 'auctionStrategy', 'startingPrice', 'stockRefPrice', 'delta');
  skip('stockRangeLower', 'stockRangeUpper');
  ignore(1); // overridePercentageConstraints: there are no precautionary settings here
  skip('volatility', 'volatilityType');
  refuse('deltaNeutralOrderType');
  skip('deltaNeutralAuxPrice', 'continuousUpdate', 'referencePriceType', 'trailStopPrice');
  skip('trailingPercent', 'scaleInitLevelSize', 'scaleSubsLevelSize');
  refuse('scalePriceIncrement');
  skip('scaleTable', 'activeStartTime', 'activeStopTime');
  refuse('hedgeType');
  skip('optOutSmartRouting', 'clearingAccount');
  ignore(2); // clearingIntent is IB; notHeld is for IBDARK
  refuse('deltaNeutralContract');
  refuse('algoStrategy');
  skip('algoId');
  const whatIf = reader.flag();
  skip('orderMiscOptions', 'solicited', 'randomizeSize', 'randomizePrice');
  refuse('conditions');
  skip('adjustedOrderType', 'triggerPrice', 'lmtPriceOffset', 'adjustedStopPrice');
  skip('adjustedStopLimitPrice', 'adjustedTrailingAmount', 'adjustableTrailingUnit');
  ignore(1); // extOperator
  skip('softDollarTier', 'softDollarTierValue', 'cashQty');
  ignore(4); // MiFID II
  skip('dontUseAutoPriceForHedge', 'isOmsContainer', 'discretionaryUpToLimitPrice');
  ignore(1); // usePriceMgmtAlgo
  skip('duration', 'postToAts', 'autoCancelParent');
  ignore(2); // advancedErrorOverride, manualOrderTime
  if (contract.exchange === 'IBKRATS') skip('minTradeQty');
  if (serverVersion >= 183) skip('customerAccount');
  if (serverVersion >= 184) ignore(1); // professionalCustomer
  if (serverVersion >= 187 && serverVersion < 190) ignore(2); // fields for quotes, taken back later
  if (serverVersion >= 189) skip('includeOvernight');
  if (serverVersion >= 192) ignore(1); // manualOrderIndicator
  reader.end();

  const ticket: OrderTicket = {
    action,
    quantity,
    orderType,
    limitPrice,
    timeInForce,
    account,
    orderRef,
    transmit,
    outsideRth,
    whatIf,
    eTradeOnly,
    firmQuoteOnly,
    notModelled,
  };
  return { type: 'place_order', id, contract, ticket } as const;
}

function decodeOrderContract(reader: FieldReader): ContractQuery {
  const contract = decodeContract(reader);
  return { ...contract, secIdType: reader.text(), secId: reader.text() };
}

/** The fields of a contract that orders, market data and contract details begin with. */
export function decodeContract(reader: FieldReader): ContractQuery {
  const conId = reader.integer();
  const symbol = reader.text();
  const secType = reader.text().toUpperCase();
  reader.text(); // lastTradeDateOrContractMonth
  reader.decimal(); // strike
  reader.text(); // right
  reader.text(); // multiplier
  const exchange = reader.text().toUpperCase();
  const primaryExchange = reader.text().toUpperCase();
  const currency = reader.text().toUpperCase();
  const localSymbol = reader.text();
  const tradingClass = reader.text();
  return {
    conId,
    symbol: symbol.toUpperCase(),
    secType,
    exchange,
    primaryExchange,
    currency,
    localSymbol,
    tradingClass,
    secIdType: '',
    secId: '',
  };
}
