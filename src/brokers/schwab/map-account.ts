import { minimum, roundToCents, ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { AccountBalance, Position } from '../../core/portfolio.ts';
import { symbolSchema } from '../../core/schemas.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import { BROKER } from './errors.ts';
import type { WireAccount, WirePosition } from './wire.ts';

/**
 * Cash, settled cash and buying power.
 *
 * A cash account: `totalCash`, of which `unsettledCash` is still to settle. A margin account: `cashBalance` less what is borrowed (`marginBalance`
 * is negative then); where the answer has only what the document names, the funds that buy without
 * borrowing. Buying power is Schwab's, loan included, and never more than is left once working orders
 * are done; planning never spends more than cash.
 * @throws BrokerError when the answer has none of the amounts.
 */
export function toBalance({
  type,
  currentBalances,
  projectedBalances,
}: WireAccount): AccountBalance {
  if (type === 'CASH') {
    const cash = currentBalances.totalCash ?? currentBalances.cashBalance;
    const buyingPower = smaller(
      currentBalances.cashAvailableForTrading,
      projectedBalances?.cashAvailableForTrading,
    );
    if (cash === undefined || buyingPower === undefined) throw withoutAmounts(type);
    const { unsettledCash } = currentBalances;
    return {
      cash,
      settledCash: unsettledCash === undefined ? null : cash.minus(unsettledCash),
      buyingPower,
    };
  }
  const { cashBalance, marginBalance, availableFundsNonMarginableTrade } = currentBalances;
  const buyingPower = smaller(currentBalances.buyingPower, projectedBalances?.buyingPower);
  const loan = marginBalance?.lt(ZERO) === true ? marginBalance : ZERO;
  const cash =
    cashBalance === undefined ? availableFundsNonMarginableTrade : cashBalance.plus(loan);
  if (cash === undefined || buyingPower === undefined) throw withoutAmounts(type);
  return { cash, settledCash: null, buyingPower };
}

function smaller(now: Decimal | undefined, then: Decimal | undefined): Decimal | undefined {
  return now === undefined || then === undefined ? (now ?? then) : minimum(now, then);
}

function withoutAmounts(type: string): BrokerError {
  return new BrokerError(
    BROKER,
    'unavailable',
    `Schwab's answer has no cash and buying power for this ${type.toLowerCase()} account.`,
  );
}

/** Their price is the price of one share; options and bonds are counted otherwise. */
const COUNTED_IN_SHARES: ReadonlySet<string> = new Set([
  'EQUITY',
  'COLLECTIVE_INVESTMENT',
  'MUTUAL_FUND',
]);

/**
 * The positions that are counted in shares, and the names of the rest.
 * The cost is `averagePrice` times the quantity, to cents: Schwab gives the average and not the cost.
 */
export function toPositions(positions: readonly WirePosition[]): {
  readonly positions: readonly Position[];
  readonly leftOut: readonly string[];
} {
  const kept: Position[] = [];
  const leftOut: string[] = [];
  for (const { longQuantity, shortQuantity, averagePrice, instrument } of positions) {
    const quantity = (longQuantity ?? ZERO).minus(shortQuantity ?? ZERO);
    if (quantity.eq(ZERO)) continue;
    const symbol = symbolSchema.safeParse(instrument.symbol);
    if (!symbol.success || !COUNTED_IN_SHARES.has(instrument.assetType)) {
      leftOut.push(`${instrument.assetType} ${instrument.symbol ?? ''}`.trim());
      continue;
    }
    kept.push({
      symbol: symbol.data,
      quantity,
      // Zero: transferred in, and not known yet.
      costBasis:
        averagePrice === undefined || averagePrice.eq(ZERO)
          ? null
          : roundToCents(averagePrice.times(quantity)),
    });
  }
  return { positions: kept, leftOut };
}
