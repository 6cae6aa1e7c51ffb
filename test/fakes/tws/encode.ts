import { toText } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import type { Contract } from './contracts.ts';
import { validExchanges } from './contracts.ts';
import { field, UNSET_DOUBLE } from './fields.ts';
import type { FakeExecution, FakeOrder } from './orders.ts';
import { remaining } from './orders.ts';

export type Value = string | number | boolean | Decimal | null;
/** A field, or several that belong together. */
export type Row = Value | readonly Value[];

/** A message to a client: its id and fields, as server versions 176 to 193 write them. */
export type Message = readonly string[];

export const message = (...rows: readonly Row[]): Message => rows.flat().map(field);

/** @param id of the request or order concerned; -1 for a notice. */
export const errorMessage = (id: number, code: number, text: string): Message =>
  // Servers write anything but ASCII as \uXXXX (ENCODE_MSG_ASCII7).
  message(
    4,
    2,
    id,
    code,
    text.replaceAll(
      /[^\n\x20-\x7e]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
    '',
  );

/** conId, symbol, STK, no date, no strike, no right: as contracts begin in every message. */
const contractStart = ({ conId, symbol }: Contract): readonly Value[] => [
  conId,
  symbol,
  'STK',
  '',
  0,
  '0',
];

export const orderStatusMessage = (order: FakeOrder): Message =>
  message(
    3,
    order.orderId,
    order.status,
    order.filled,
    remaining(order),
    order.averagePrice.round(8),
    order.permId,
    0,
    order.lastPrice,
    order.clientId,
    '',
    0,
  );

/** @param zone that the gateway writes its times in. */
export function stampOf(at: Temporal.Instant, zone: string): string {
  const local = at.toZonedDateTimeISO(zone);
  const date = local.toPlainDate().toString().replaceAll('-', '');
  const time = local.toPlainTime().toString({ smallestUnit: 'second' });
  return zone === 'UTC' ? `${date}-${time}` : `${date} ${time} ${zone}`;
}

export const executionMessage = (
  execution: FakeExecution,
  options: { readonly requestId: number; readonly serverVersion: number; readonly zone: string },
): Message => {
  const { order } = execution;
  return message(
    11,
    options.requestId,
    order.orderId,
    ...contractStart(order.contract),
    '',
    order.contract.primaryExchange,
    order.contract.currency,
    order.contract.localSymbol,
    order.contract.tradingClass,
    execution.executionId,
    stampOf(execution.at, options.zone),
    order.account,
    order.contract.primaryExchange,
    order.side === 'BUY' ? 'BOT' : 'SLD',
    execution.quantity,
    execution.price,
    order.permId,
    order.clientId,
    0,
    execution.cumulative,
    execution.averagePrice.round(8),
    order.orderRef,
    '',
    '',
    '',
    2,
    ...(options.serverVersion >= 178 ? [false] : []),
  );
};

export const commissionMessage = (execution: FakeExecution): Message =>
  message(
    59,
    1,
    execution.executionId,
    execution.commission,
    execution.order.contract.currency,
    execution.realized === null ? UNSET_DOUBLE : toText(execution.realized.round(4)),
    UNSET_DOUBLE,
    '',
  );

export function contractMessage(
  requestId: number,
  contract: Contract,
  options: {
    readonly serverVersion: number;
    readonly exchange: string;
    readonly tradingHours: string;
    readonly liquidHours: string;
  },
): Message {
  const size = contract.fractional ? '0.0001' : '1';
  return message(
    10,
    requestId,
    contract.symbol,
    'STK',
    '',
    ...(options.serverVersion >= 182 ? [''] : []),
    0,
    '',
    options.exchange,
    contract.currency,
    contract.localSymbol,
    contract.tradingClass, // market name
    contract.tradingClass,
    contract.conId,
    contract.minTick,
    '',
    'ACTIVETIM,ADJUST,ALERT,ALLOC,DAY,GTC,IOC,LMT,MKT,STP,TRAIL,WHATIF',
    validExchanges(contract).join(','),
    1,
    0,
    contract.longName,
    contract.primaryExchange,
    '',
    'Technology',
    'Computers',
    'Computers',
    'US/Eastern',
    options.tradingHours,
    options.liquidHours,
    '',
    '',
    ...(contract.isin === '' ? [0] : [1, 'ISIN', contract.isin]),
    1,
    '',
    '',
    '26,26',
    '',
    'COMMON',
    size,
    size,
    contract.fractional ? '0.0001' : '100',
    ...(options.serverVersion >= 186 ? [0] : []),
  );
}

export const positionMessage = (
  account: string,
  contract: Contract,
  quantity: Decimal,
  averageCost: Decimal,
): Message =>
  message(61, 3, account, ...positionContract(contract), quantity, averageCost.round(8));

export const positionMultiMessage = (
  requestId: number,
  account: string,
  contract: Contract,
  quantity: Decimal,
  averageCost: Decimal,
): Message =>
  message(
    71,
    1,
    requestId,
    account,
    ...positionContract(contract),
    quantity,
    averageCost.round(8),
    '',
  );

/** A position names no exchange: who trades it must say SMART. */
const positionContract = (contract: Contract): readonly Value[] => [
  ...contractStart(contract),
  '',
  '',
  contract.currency,
  contract.localSymbol,
  contract.tradingClass,
];

export const portfolioMessage = (
  account: string,
  contract: Contract,
  figures: readonly Value[],
): Message =>
  message(
    7,
    8,
    ...contractStart(contract),
    '',
    contract.primaryExchange,
    contract.currency,
    contract.localSymbol,
    contract.tradingClass,
    ...figures,
    account,
  );
