import { pastSale, replayTrades } from '../../../src/core/compliance/lot-record.ts';
import type { HeldThen, PastSale, Trade } from '../../../src/core/compliance/lot-record.ts';
import { decimal, toText } from '../../../src/core/decimal.ts';
import type { TaxLotMethod } from '../../../src/core/guardrail-settings.ts';
import type { Fill } from '../../../src/core/order.ts';
import type { TaxLot } from '../../../src/core/compliance/tax-lots.ts';

/** The lots of one symbol and the sales that led there. */
export interface LotHistory {
  /** Oldest first, what was there before our record before all others. */
  readonly lots: readonly TaxLot[];
  /** Oldest first. */
  readonly sales: readonly PastSale[];
}

/**
 * A lot as the tables write it: `100 @ 12.50 2026-03-01`. `before` in place of the day: there before our
 * record. `?` in place of the price: nobody knows what it cost.
 */
export function lot(text: string, symbol = 'VTI'): TaxLot {
  const [, quantity = '', price = '', day = ''] = /^(\S+) @ (\S+) (\S+)$/.exec(text) ?? [];
  const shares = decimal(quantity);
  return {
    symbol,
    boughtOn: day === 'before' ? null : Temporal.PlainDate.from(day),
    quantity: shares,
    basis: price === '?' ? null : { cost: shares.times(decimal(price)), shares },
  };
}

export function lotText({ quantity, basis, boughtOn, outside }: TaxLot): string {
  const price = basis === null ? '?' : toText(basis.cost.div(basis.shares).round(4));
  const origin = outside === true ? ' outside' : '';
  return `${toText(quantity)} @ ${price} ${boughtOn?.toString() ?? 'before'}${origin}`;
}

/** A fill as the tables write it: `buy 100 @ 12.50 2026-03-01T15:00Z`, with `fee 1.00` after it or not. */
export function fill(text: string, symbol = 'VTI', account = 'core'): Fill {
  const [, side, quantity = '', price = '', at = '', fees = '0'] =
    /^(buy|sell) (\S+) @ (\S+) (\S+)(?: fee (\S+))?$/.exec(text) ?? [];
  return {
    executionId: text,
    clientOrderId: null,
    brokerOrderId: text,
    account,
    symbol,
    side: side === 'sell' ? 'sell' : 'buy',
    quantity: decimal(quantity),
    price: decimal(price),
    fees: decimal(fees),
    at: Temporal.Instant.from(at),
  };
}

/** What all trades of one symbol come to, replayed at once. */
export function historyOf(
  trades: readonly Trade[],
  held: HeldThen | null,
  method: TaxLotMethod,
): LotHistory {
  const record = replayTrades('VTI', trades, { held, method });
  return {
    lots: record.lots,
    sales: record.sales.map((sale) => pastSale('VTI', sale, record.openingBasis)),
  };
}
