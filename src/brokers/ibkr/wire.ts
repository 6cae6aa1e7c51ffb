import { EventName } from '@stoqey/ib';
import { z } from 'zod';
import { Decimal, DECIMAL_TEXT, decimal } from '../../core/decimal.ts';

/**
 * What TWS tells, as @stoqey/ib hands it over, checked before it is believed. Numbers are binary floats
 * there; the shortest text of a float is what TWS wrote, and that becomes the exact decimal.
 */
const numberSchema = z.number().transform((value) => new Decimal(String(value)));

const optionalText = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text === '' ? null : text));

const contractSchema = z.object({
  conId: z.int(),
  symbol: z.string(),
  secType: z.string(),
  currency: z.string(),
  exchange: optionalText,
  primaryExch: optionalText,
});

const detailsSchema = z.object({
  contract: contractSchema,
  longName: optionalText,
  orderTypes: optionalText,
  validExchanges: optionalText,
});

const orderSchema = z.object({
  clientId: z.int().optional(),
  permId: z.int(),
  account: z.string(),
  action: z.enum(['BUY', 'SELL', 'SSHORT', 'SLONG']),
  totalQuantity: numberSchema.optional(),
  filledQuantity: numberSchema.optional(),
  orderType: z.string(),
  lmtPrice: numberSchema.optional(),
  orderRef: optionalText,
});

const TWS_STATUSES = [
  'ApiPending',
  'PendingSubmit',
  'PreSubmitted',
  'Submitted',
  'PendingCancel',
  'Inactive',
  'ApiCancelled',
  'Cancelled',
  'Filled',
  'Unknown',
] as const;
/** https://interactivebrokers.github.io/tws-api/order_submission.html#order_status */
const statusSchema = z.enum(TWS_STATUSES);
export type TwsStatus = z.output<typeof statusSchema>;

const stateSchema = z.object({
  status: statusSchema,
  completedTime: optionalText,
  completedStatus: optionalText,
});

const executionSchema = z.object({
  orderId: z.int(),
  clientId: z.int().optional(),
  execId: z.string().min(1),
  time: z.string(),
  acctNumber: z.string(),
  side: z.enum(['BOT', 'SLD']),
  shares: numberSchema,
  price: numberSchema,
  permId: z.int(),
  orderRef: optionalText,
});

const commissionSchema = z.object({
  execId: z.string().min(1),
  // Left out by TWS while it does not know it yet.
  commission: numberSchema.optional(),
  currency: optionalText,
});

const amountSchema = z.string().regex(DECIMAL_TEXT).transform(decimal);

const id = z.int();

/** Older versions of TWS say so, instead of -1, that a message is about no request. */
const NO_ID = 2_147_483_647;

/** The last second of the year 9999; a later one is no time. */
const LATEST_SECOND = 253_402_300_799;

/** Each callback that is listened to, with the shape of its arguments. */
const CALLBACKS = {
  [EventName.nextValidId]: z
    .tuple([id], z.unknown())
    .transform(([orderId]) => ({ type: 'next_valid_id' as const, orderId })),
  [EventName.managedAccounts]: z.tuple([z.string()], z.unknown()).transform(([list]) => ({
    type: 'managed_accounts' as const,
    accounts: list.split(',').filter((account) => account !== ''),
  })),
  [EventName.server]: z
    .tuple([z.int(), z.string().optional()], z.unknown())
    .transform(([version, time]) => ({ type: 'server' as const, version, time: time ?? '' })),
  [EventName.disconnected]: z
    .array(z.unknown())
    .transform(() => ({ type: 'disconnected' as const })),
  [EventName.received]: z.array(z.unknown()).transform(() => ({ type: 'received' as const })),
  [EventName.info]: z
    .tuple([z.string(), z.int()], z.unknown())
    .transform(([text, code]) => ({ type: 'message' as const, id: null, code, text })),
  [EventName.error]: z
    .tuple([z.instanceof(Error), z.int(), id], z.unknown())
    .transform(([error, code, about]) => ({
      type: 'message' as const,
      id: about < 0 || about === NO_ID ? null : about,
      code,
      text: error.message,
    })),
  [EventName.currentTime]: z
    .tuple([z.int().min(0).max(LATEST_SECOND)], z.unknown())
    .transform(([seconds]) => ({
      type: 'time' as const,
      at: Temporal.Instant.fromEpochMilliseconds(seconds * 1000),
    })),
  [EventName.accountSummary]: z
    .tuple([id, z.string(), z.string(), z.string(), z.string()], z.unknown())
    .transform(([reqId, account, tag, value, currency]) => ({
      type: 'account_value' as const,
      id: reqId,
      account,
      tag,
      amount: amountSchema.safeParse(value).data ?? null,
      currency,
    })),
  [EventName.accountSummaryEnd]: z
    .tuple([id], z.unknown())
    .transform(([reqId]) => ({ type: 'account_values_end' as const, id: reqId })),
  [EventName.position]: z
    .tuple([z.string(), contractSchema, numberSchema, numberSchema.optional()], z.unknown())
    .transform(([account, contract, quantity, averageCost]) => ({
      type: 'position' as const,
      account,
      contract,
      quantity,
      averageCost: averageCost ?? null,
    })),
  [EventName.positionEnd]: z
    .array(z.unknown())
    .transform(() => ({ type: 'positions_end' as const })),
  [EventName.contractDetails]: z
    .tuple([id, detailsSchema], z.unknown())
    .transform(([reqId, details]) => ({ type: 'contract' as const, id: reqId, details })),
  [EventName.contractDetailsEnd]: z
    .tuple([id], z.unknown())
    .transform(([reqId]) => ({ type: 'contracts_end' as const, id: reqId })),
  [EventName.openOrder]: z
    .tuple([id, contractSchema, orderSchema, stateSchema], z.unknown())
    .transform(([orderId, contract, order, state]) => ({
      type: 'open_order' as const,
      orderId,
      contract,
      order,
      state,
    })),
  [EventName.openOrderEnd]: z
    .array(z.unknown())
    .transform(() => ({ type: 'open_orders_end' as const })),
  [EventName.orderStatus]: z
    .tuple(
      [
        id,
        statusSchema,
        numberSchema,
        z.unknown(),
        numberSchema.optional(),
        z.int().optional(),
        z.unknown(),
        z.unknown(),
        z.int().optional(),
      ],
      z.unknown(),
    )
    .transform(([orderId, status, filled, , averagePrice, permId, , , clientId]) => ({
      type: 'order_status' as const,
      orderId,
      status,
      filled,
      averagePrice: averagePrice ?? null,
      permId: permId ?? 0,
      clientId: clientId ?? null,
    })),
  [EventName.completedOrder]: z
    .tuple([contractSchema, orderSchema, stateSchema], z.unknown())
    .transform(([contract, order, state]) => ({
      type: 'completed_order' as const,
      contract,
      order,
      state,
    })),
  [EventName.completedOrdersEnd]: z
    .array(z.unknown())
    .transform(() => ({ type: 'completed_orders_end' as const })),
  [EventName.execDetails]: z
    .tuple([id, contractSchema, executionSchema], z.unknown())
    .transform(([reqId, contract, execution]) => ({
      type: 'execution' as const,
      id: reqId,
      contract,
      execution,
    })),
  [EventName.execDetailsEnd]: z
    .tuple([id], z.unknown())
    .transform(([reqId]) => ({ type: 'executions_end' as const, id: reqId })),
  [EventName.commissionReport]: z
    .tuple([commissionSchema], z.unknown())
    .transform(([report]) => ({ type: 'commission' as const, report })),
  [EventName.tickPrice]: z
    .tuple([id, z.int(), numberSchema], z.unknown())
    .transform(([reqId, tick, price]) => ({ type: 'tick' as const, id: reqId, tick, price })),
  [EventName.tickSize]: z
    .tuple([id, z.int(), numberSchema.optional()], z.unknown())
    .transform(([reqId, tick, size]) => ({ type: 'tick_size' as const, id: reqId, tick, size })),
  [EventName.tickString]: z
    .tuple([id, z.int(), z.string()], z.unknown())
    .transform(([reqId, tick, text]) => ({ type: 'tick_text' as const, id: reqId, tick, text })),
  [EventName.marketDataType]: z
    .tuple([id, z.int()], z.unknown())
    .transform(([reqId, kind]) => ({ type: 'market_data_type' as const, id: reqId, kind })),
} as const;

type Callbacks = typeof CALLBACKS;
type Heard = { [K in keyof Callbacks]: z.output<Callbacks[K]> }[keyof Callbacks];

/** What TWS told, or that it told something which does not fit. */
export type TwsEvent =
  | Heard
  | {
      readonly type: 'unreadable';
      /** The callback's name in @stoqey/ib. */
      readonly callback: string;
      readonly id: number | null;
      /** Where it does not fit, without what was told. */
      readonly problem: string;
    };

export type ExecutionTold = Extract<Heard, { type: 'execution' }>;
export type OpenOrderTold = Extract<Heard, { type: 'open_order' }>;
export type CompletedOrderTold = Extract<Heard, { type: 'completed_order' }>;
export type ContractTold = Extract<Heard, { type: 'contract' }>['details'];

/** @returns null for callbacks that nobody here listens to. */
export function parseCallback(callback: string, args: readonly unknown[]): TwsEvent | null {
  const schemas: Readonly<Record<string, z.ZodType<Heard>>> = CALLBACKS;
  const schema = schemas[callback];
  if (schema === undefined) return null;
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  const [first] = args;
  return {
    type: 'unreadable',
    callback,
    id: typeof first === 'number' && Number.isInteger(first) ? first : null,
    problem: parsed.error.issues
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('; '),
  };
}
