import { decimal, ZERO } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import type { Contract } from './contracts.ts';
import type { Settings } from './options.ts';

export interface HeldPosition {
  readonly contract: Contract;
  quantity: Decimal;
  /** A share's cost with its commission. */
  averageCost: Decimal;
  realized: Decimal;
}

/** One account at the broker. */
export interface FakeAccount {
  readonly id: string;
  readonly type: 'cash' | 'margin';
  cash: Decimal;
  /** Proceeds of sales that are not settled yet. */
  unsettled: Decimal;
  readonly positions: HeldPosition[];
}

const HALF = decimal('0.5');
const QUARTER = decimal('0.25');

export function furnishedAccounts(
  settings: Settings,
  contracts: readonly Contract[],
): readonly FakeAccount[] {
  return settings.accounts.map(({ id, type, cash, positions }) => ({
    id,
    type,
    cash,
    unsettled: ZERO,
    positions: positions.map(({ symbol, quantity, averageCost }) => {
      const contract = contracts.find((entry) => entry.symbol === symbol);
      if (contract === undefined)
        throw new Error(`${id} holds ${symbol}, which is no contract here`);
      return { contract, quantity, averageCost, realized: ZERO };
    }),
  }));
}

/** The figures of an account, as IB's account window defines them. */
export interface AccountFigures {
  readonly netLiquidation: Decimal;
  readonly stockValue: Decimal;
  readonly totalCash: Decimal;
  readonly settledCash: Decimal;
  readonly equityWithLoan: Decimal;
  readonly initialMargin: Decimal;
  readonly maintenanceMargin: Decimal;
  readonly availableFunds: Decimal;
  readonly buyingPower: Decimal;
  readonly unrealized: Decimal;
  readonly realized: Decimal;
}

/**
 * Figures of a Reg T margin account (half of every position as initial margin) or of a cash account
 * (buys take settled cash only).
 */
export function accountFigures(account: FakeAccount): AccountFigures {
  let stockValue = ZERO;
  let gross = ZERO;
  let unrealized = ZERO;
  let realized = ZERO;
  for (const { contract, quantity, averageCost, realized: made } of account.positions) {
    const value = quantity.times(contract.last);
    stockValue = stockValue.plus(value);
    gross = gross.plus(value.abs());
    unrealized = unrealized.plus(value.minus(quantity.times(averageCost)));
    realized = realized.plus(made);
  }
  const settledCash = account.cash.minus(account.unsettled);
  const netLiquidation = account.cash.plus(stockValue);
  const onMargin = account.type === 'margin';
  const equityWithLoan = onMargin ? netLiquidation : settledCash;
  const initialMargin = onMargin ? gross.times(HALF) : ZERO;
  const availableFunds = equityWithLoan.minus(initialMargin);
  return {
    netLiquidation,
    stockValue,
    totalCash: account.cash,
    settledCash,
    equityWithLoan,
    initialMargin,
    maintenanceMargin: onMargin ? gross.times(QUARTER) : ZERO,
    availableFunds,
    buyingPower: onMargin ? availableFunds.times(decimal('2')) : availableFunds,
    unrealized,
    realized,
  };
}

/** Books one execution; a negative quantity of the same side takes it back. */
export function bookExecution(
  account: FakeAccount,
  contract: Contract,
  side: 'BUY' | 'SELL',
  quantity: Decimal,
  price: Decimal,
  commission: Decimal,
): Decimal | null {
  const value = quantity.times(price);
  const position = positionOf(account, contract);
  if (side === 'BUY') {
    account.cash = account.cash.minus(value).minus(commission);
    const held = position.quantity;
    position.quantity = held.plus(quantity);
    if (position.quantity.gt(ZERO)) {
      const cost = held.times(position.averageCost).plus(value).plus(commission);
      position.averageCost = cost.div(position.quantity);
    }
    return null;
  }
  account.cash = account.cash.plus(value).minus(commission);
  account.unsettled = account.unsettled.plus(value);
  position.quantity = position.quantity.minus(quantity);
  const made = value.minus(quantity.times(position.averageCost)).minus(commission);
  position.realized = position.realized.plus(made);
  return made;
}

function positionOf(account: FakeAccount, contract: Contract): HeldPosition {
  const held = account.positions.find((entry) => entry.contract === contract);
  if (held !== undefined) return held;
  const fresh = { contract, quantity: ZERO, averageCost: ZERO, realized: ZERO };
  account.positions.push(fresh);
  return fresh;
}
