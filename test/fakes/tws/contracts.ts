import { decimal } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import type { ContractSettings, MarketDataAccess, Settings } from './options.ts';
import type { ContractQuery } from './requests.ts';

/** A share or fund as IB's security definitions have it. */
export interface Contract {
  readonly conId: number;
  readonly symbol: string;
  readonly currency: string;
  readonly primaryExchange: string;
  readonly localSymbol: string;
  readonly tradingClass: string;
  readonly longName: string;
  readonly isin: string;
  readonly minTick: Decimal;
  readonly fractional: boolean;
  marketData: MarketDataAccess;
  /** Shares a day; zero where the gateway tells none. */
  readonly averageVolume: number;
  last: Decimal;
  bid: Decimal;
  ask: Decimal;
  readonly close: Decimal;
}

/** What a login finds without further settings. Two of them need more than a symbol to be told apart. */
const KNOWN: readonly [string, number, string, string, string, string][] = [
  ['AAPL', 265598, 'NASDAQ', 'USD', 'APPLE INC', '220'],
  ['MSFT', 272093, 'NASDAQ', 'USD', 'MICROSOFT CORP', '420'],
  ['GOOG', 208813720, 'NASDAQ', 'USD', 'ALPHABET INC-CL C', '170'],
  ['SPY', 756733, 'ARCA', 'USD', 'SS SPDR S&P 500 ETF TRUST-US', '590'],
  ['BND', 43645828, 'NASDAQ', 'USD', 'VANGUARD TOTAL BOND MARKET', '72'],
  ['VTI', 12340041, 'ARCA', 'USD', 'VANGUARD TOTAL STOCK MKT ETF', '290'],
  // One symbol in three currencies: the currency tells them apart.
  ['IBM', 8314, 'NYSE', 'USD', 'INTL BUSINESS MACHINES CORP', '125'],
  ['IBM', 38709042, 'LSEETF', 'GBP', 'INTL BUSINESS MACHINES CORP', '98'],
  ['IBM', 29622935, 'IBIS', 'EUR', 'INTL BUSINESS MACHINES CORP', '115'],
  // One symbol and currency on two primary exchanges: only the primary exchange tells them apart.
  ['CSCO', 268084, 'NASDAQ', 'USD', 'CISCO SYSTEMS INC', '58'],
  ['CSCO', 99160189, 'EBS', 'USD', 'CISCO SYSTEMS INC', '58'],
];

export function furnishedContracts(settings: Settings): Contract[] {
  const known = KNOWN.map(([symbol, conId, primaryExchange, currency, longName, last]) => ({
    symbol,
    conId,
    primaryExchange,
    currency,
    longName,
    isin: '',
    minTick: decimal('0.01'),
    fractional: false,
    averageVolume: 1_000_000,
    last: decimal(last),
  }));
  const contracts: Contract[] = [];
  for (const entry of [...known, ...settings.contracts] satisfies ContractSettings[]) {
    const contract = contractOf(entry, settings.marketData);
    const index = contracts.findIndex(
      (other) =>
        other.conId === contract.conId ||
        (other.symbol === contract.symbol &&
          other.currency === contract.currency &&
          other.primaryExchange === contract.primaryExchange),
    );
    if (index === -1) contracts.push(contract);
    else contracts[index] = contract;
  }
  return contracts;
}

function contractOf(entry: ContractSettings, access: MarketDataAccess): Contract {
  const spread = entry.minTick;
  return {
    conId: entry.conId,
    symbol: entry.symbol,
    currency: entry.currency,
    primaryExchange: entry.primaryExchange,
    localSymbol: entry.symbol,
    tradingClass: entry.primaryExchange === 'NASDAQ' ? 'NMS' : entry.symbol,
    longName: entry.longName,
    isin: entry.isin,
    minTick: entry.minTick,
    fractional: entry.fractional,
    marketData: entry.marketData ?? access,
    averageVolume: entry.averageVolume,
    last: entry.last,
    bid: entry.bid ?? entry.last.minus(spread),
    ask: entry.ask ?? entry.last.plus(spread),
    close: entry.last,
  };
}

export const validExchanges = (contract: Contract): readonly string[] => [
  'SMART',
  contract.primaryExchange,
];

/** The contracts that a description fits; every field that says something must agree. */
export function matchingContracts(
  contracts: readonly Contract[],
  query: ContractQuery,
): readonly Contract[] {
  const agrees = (asked: string, ...has: readonly string[]) => asked === '' || has.includes(asked);
  return contracts.filter(
    (contract) =>
      (query.conId === 0 || query.conId === contract.conId) &&
      agrees(query.symbol, contract.symbol) &&
      agrees(query.secType, 'STK') &&
      agrees(query.exchange, ...validExchanges(contract)) &&
      agrees(query.primaryExchange, contract.primaryExchange) &&
      agrees(query.currency, contract.currency) &&
      agrees(query.localSymbol, contract.localSymbol) &&
      agrees(query.tradingClass, contract.tradingClass) &&
      (query.secIdType === '' || (query.secIdType === 'ISIN' && query.secId === contract.isin)),
  );
}

/** Whether a description says enough to be looked up at all. */
export function isDescribed(query: ContractQuery): boolean {
  if (query.conId > 0) return true;
  if (query.secIdType !== '' && query.secId !== '') return true;
  return query.secType !== '' && (query.symbol !== '' || query.localSymbol !== '');
}
