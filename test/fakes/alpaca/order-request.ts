import { randomUUID } from 'node:crypto';
import { decimal, ONE, ZERO } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import type { Market } from './market.ts';
import { requestErrors } from './openapi.ts';
import type { OrderTerms } from './order.ts';
import { badInput, forbidden, unprocessable } from './refusal.ts';

/**
 * The longest `client_order_id`. The document says 128; 48 is what Alpaca's prose has said for years and
 * older venues enforce. The stricter holds.
 */
const LONGEST_CLIENT_ORDER_ID = 48;

/**
 * Reads the body of `POST /v2/orders`: what can be refused without looking at the account.
 * Rules and words: https://docs.alpaca.markets/docs/orders-at-alpaca and the document.
 * @throws Refusal
 */
export function readOrderRequest(body: unknown, market: Market): OrderTerms {
  const broken = requestErrors('POST /v2/orders', body);
  if (broken.length > 0) throw badInput(`request body is invalid: ${broken.join('; ')}`);
  const fields = fieldsOf(body);
  const type = choice(fields, 'type', ['market', 'limit']);
  const timeInForce = choice(fields, 'time_in_force', ['day', 'gtc']);
  const orderClass = text(fields, 'order_class') ?? 'simple';
  if (!['', 'simple'].includes(orderClass)) {
    throw unprocessable(`this fake does not take orders of class ${orderClass}`);
  }
  const symbol = text(fields, 'symbol');
  if (symbol === null) throw badInput('symbol is required');
  const side = choice(fields, 'side', ['buy', 'sell']);
  const asset = market.find(symbol);
  if (asset === null) throw unprocessable(`asset "${symbol}" not found`);
  if (asset.status === 'inactive') throw unprocessable(`asset ${asset.symbol} is not active`);
  if (!asset.tradable) throw forbidden(`asset ${asset.symbol} is not tradable`);
  const quantity = amount(fields, 'qty');
  const notional = amount(fields, 'notional');
  if (quantity === null && notional === null) throw badInput('qty or notional is required');
  if (quantity !== null && notional !== null) {
    throw badInput('only one of qty or notional is accepted');
  }
  const limitPrice = readLimitPrice(fields, type);
  const terms: OrderTerms = {
    asset,
    clientOrderId: readClientOrderId(fields),
    side,
    type,
    timeInForce,
    quantity,
    notional,
    limitPrice,
    extendedHours: fields.get('extended_hours') === true,
  };
  checkFractions(terms);
  if (terms.extendedHours && type !== 'limit') {
    throw unprocessable('extended hours order must be DAY or GTC limit orders');
  }
  return terms;
}

/** The fields of a body; none when it is no object. */
export function fieldsOf(body: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof body === 'object' && body !== null ? Object.entries(body) : []);
}

function checkFractions({ asset, quantity, notional, timeInForce, limitPrice }: OrderTerms): void {
  const whole = quantity !== null && quantity.mod(ONE).eq(ZERO);
  if (whole) return;
  if (!asset.fractionable) throw forbidden(`asset "${asset.symbol}" is not fractionable`);
  if (timeInForce !== 'day') throw unprocessable('fractional orders must be DAY orders');
  if (notional !== null && !notional.eq(notional.round(2, 0))) {
    throw unprocessable('notional value must be limited to 2 decimal places');
  }
  const dollars = notional ?? (quantity ?? ZERO).times(limitPrice ?? asset.last);
  if (dollars.lt(ONE)) throw forbidden('cost basis must be >= minimal amount of order 1');
}

/**
 * The limit: two decimals from a dollar on, four below.
 * @throws Refusal
 */
export function checkPrice(name: string, price: Decimal): Decimal {
  if (price.lte(ZERO)) throw badInput(`${name} must be > 0`);
  if (!price.eq(price.round(price.gte(ONE) ? 2 : 4, 0))) {
    throw unprocessable(
      `invalid ${name} ${price.toFixed()}. sub-penny increment does not fulfill minimum pricing criteria`,
    );
  }
  return price;
}

function readLimitPrice(
  fields: ReadonlyMap<string, unknown>,
  type: 'market' | 'limit',
): Decimal | null {
  const given = decimalField(fields, 'limit_price');
  if (type === 'market') {
    if (given !== null || fields.has('stop_price')) {
      throw badInput('market orders require no stop or limit price');
    }
    return null;
  }
  if (given === null || fields.has('stop_price')) {
    throw badInput('limit orders require only limit price');
  }
  return checkPrice('limit_price', given);
}

function readClientOrderId(fields: ReadonlyMap<string, unknown>): string {
  const given = text(fields, 'client_order_id');
  if (given === null || given === '') return randomUUID();
  if (given.length > LONGEST_CLIENT_ORDER_ID) {
    throw badInput(`client_order_id must be no more than ${LONGEST_CLIENT_ORDER_ID} characters`);
  }
  return given;
}

function amount(fields: ReadonlyMap<string, unknown>, name: string): Decimal | null {
  const given = decimalField(fields, name);
  if (given === null) return null;
  if (given.lte(ZERO)) throw badInput(`${name} must be > 0`);
  if (!given.eq(given.round(9, 0)))
    throw unprocessable(`${name} must be limited to 9 decimal places`);
  return given;
}

function decimalField(fields: ReadonlyMap<string, unknown>, name: string): Decimal | null {
  const given = text(fields, name);
  if (given === null) return null;
  if (!/^-?\d{1,18}(\.\d{1,18})?$/.test(given)) throw badInput(`${name} is not a number: ${given}`);
  return decimal(given);
}

function text(fields: ReadonlyMap<string, unknown>, name: string): string | null {
  const given = fields.get(name);
  return typeof given === 'string' ? given : null;
}

/** A value that Alpaca knows, and this fake trades. */
function choice<T extends string>(
  fields: ReadonlyMap<string, unknown>,
  name: string,
  traded: readonly T[],
): T {
  const given = text(fields, name);
  if (given === null) throw badInput(`${name} is required`);
  const found = traded.find((value) => value === given);
  if (found === undefined)
    throw unprocessable(`this fake does not take orders of ${name} ${given}`);
  return found;
}
