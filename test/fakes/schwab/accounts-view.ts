import { ZERO, decimal, maximum, toText } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import { buyingPower, reservedCash } from './order-book.ts';
import { longMarketValue, positionValue, unsettledCash } from './world.ts';
import type { FakeAccount, FakePosition, FakeSymbol, World } from './world.ts';

/** A decimal as the JSON number that Schwab's document asks for. */
export function number(value: Decimal): number {
  return Number(toText(value));
}

const half = decimal('0.5');
const maintenanceShare = decimal('0.3');

/** A symbol as Schwab describes it in positions, orders and transactions. ETFs are "collective". */
export function instrumentView(name: string, symbol: FakeSymbol | undefined) {
  return {
    assetType: assetTypeOf(symbol),
    symbol: name,
    ...(symbol === undefined
      ? {}
      : { description: symbol.description, instrumentId: symbol.instrumentId }),
  };
}

function assetTypeOf(symbol: FakeSymbol | undefined) {
  switch (symbol?.asset) {
    case 'ETF':
      return 'COLLECTIVE_INVESTMENT';
    case 'MUTUAL_FUND':
    case 'CASH_EQUIVALENT':
      return symbol.asset;
    case 'EQUITY':
    case undefined:
      return 'EQUITY';
  }
}

function positionView(world: World, name: string, position: FakePosition) {
  const symbol = world.symbols.get(name);
  const value = positionValue(world, name, position);
  const average = number(position.costBasis.div(position.quantity).round(6));
  return {
    shortQuantity: 0,
    averagePrice: average,
    currentDayProfitLoss: 0,
    currentDayProfitLossPercentage: 0,
    longQuantity: number(position.quantity),
    settledLongQuantity: number(position.quantity),
    settledShortQuantity: 0,
    instrument: instrumentView(name, symbol),
    marketValue: number(value.round(2)),
    maintenanceRequirement: number(value.times(maintenanceShare).round(2)),
    averageLongPrice: average,
    taxLotAverageLongPrice: average,
    longOpenProfitLoss: number(value.minus(position.costBasis).round(2)),
    previousSessionLongQuantity: number(position.quantity),
    currentDayCost: 0,
  };
}

function cashBalance(world: World, account: FakeAccount, reserved: Decimal) {
  const cash = account.cash.minus(reserved);
  const unsettled = unsettledCash(account, world.clock.now());
  return {
    cashAvailableForTrading: number(maximum(cash, ZERO)),
    cashAvailableForWithdrawal: number(maximum(cash.minus(unsettled), ZERO)),
    cashCall: 0,
    longNonMarginableMarketValue: 0,
    totalCash: number(cash),
    cashDebitCallValue: 0,
    unsettledCash: number(unsettled),
  };
}

function marginBalance(world: World, account: FakeAccount, reserved: Decimal) {
  const cash = account.cash.minus(reserved);
  const long = longMarketValue(world, account).plus(reserved);
  const equity = cash.plus(long);
  const funds = maximum(cash.plus(long.times(half)), ZERO);
  const power = number(maximum(funds.times(decimal('2')), ZERO));
  return {
    availableFunds: number(funds),
    availableFundsNonMarginableTrade: number(maximum(cash, ZERO)),
    buyingPower: power,
    buyingPowerNonMarginableTrade: number(maximum(cash, ZERO)),
    dayTradingBuyingPower: power,
    equity: number(equity),
    equityPercentage: 100,
    longMarginValue: number(long),
    maintenanceCall: 0,
    maintenanceRequirement: number(long.times(maintenanceShare)),
    marginBalance: cash.lt(ZERO) ? number(cash) : 0,
    regTCall: 0,
    shortBalance: 0,
    shortMarginValue: 0,
    sma: number(funds),
    stockBuyingPower: power,
  };
}

/** What the day began with: as the account was when the fake started. */
function initialBalance(world: World, account: FakeAccount) {
  const cash = account.openingCash;
  const common = {
    accruedInterest: 0,
    cashAvailableForTrading: number(maximum(cash, ZERO)),
    cashBalance: number(cash),
    bondValue: 0,
    cashReceipts: 0,
    liquidationValue: number(cash.plus(longMarketValue(world, account))),
    longStockValue: number(longMarketValue(world, account)),
    moneyMarketFund: 0,
    unsettledCash: number(unsettledCash(account, world.clock.now())),
    accountValue: number(cash.plus(longMarketValue(world, account))),
  };
  if (account.type === 'CASH') {
    return { ...common, cashAvailableForWithdrawal: common.cashAvailableForTrading };
  }
  return { ...common, totalCash: number(cash), marginBalance: cash.lt(ZERO) ? number(cash) : 0 };
}

/** Fields that users report of current balances, and that Schwab's document does not have. */
function observed(world: World, account: FakeAccount) {
  if (world.options.answers !== 'observed') return {};
  const long = longMarketValue(world, account);
  return {
    accruedInterest: 0,
    cashBalance: number(account.cash),
    liquidationValue: number(account.cash.plus(long)),
    longMarketValue: number(long),
    moneyMarketFund: 0,
    shortMarketValue: 0,
  };
}

/**
 * An account with its balances: current as executed so far, projected as if the open buy orders were
 * done too.
 */
export function accountView(world: World, account: FakeAccount, withPositions: boolean) {
  const balance = account.type === 'CASH' ? cashBalance : marginBalance;
  const liquidation = number(account.cash.plus(longMarketValue(world, account)));
  return {
    securitiesAccount: {
      type: account.type,
      accountNumber: account.number,
      roundTrips: 0,
      isDayTrader: false,
      isClosingOnlyRestricted: false,
      pfcbFlag: false,
      ...(withPositions
        ? {
            positions: [...account.positions].map(([name, position]) =>
              positionView(world, name, position),
            ),
          }
        : {}),
      initialBalances: initialBalance(world, account),
      currentBalances: { ...balance(world, account, ZERO), ...observed(world, account) },
      projectedBalances: balance(world, account, reservedCash(world, account)),
    },
    ...(world.options.answers === 'observed'
      ? {
          aggregatedBalance: {
            currentLiquidationValue: liquidation,
            liquidationValue: liquidation,
          },
        }
      : {}),
  };
}

/** What an order may still cost, after the open ones. */
export function projectedBuyingPower(world: World, account: FakeAccount): Decimal {
  return buyingPower(world, account).minus(reservedCash(world, account));
}
