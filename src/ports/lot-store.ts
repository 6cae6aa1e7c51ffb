import type { HeldThen, LotRecord, PastSale, Trade } from '../core/compliance/lot-record.ts';
import type { TaxLot } from '../core/compliance/tax-lots.ts';
import type { Decimal } from '../core/decimal.ts';
import type { TaxLotMethod } from '../core/guardrail-settings.ts';
import type { Fill } from '../core/order.ts';

/** A fill as far as lots are reckoned from it, as it stands after corrections; also one that is not ours. */
export type RecordedTrade = Trade & Pick<Fill, 'symbol'>;

/** A record that is kept, without its lots and sales. */
export interface KeptRecord extends Pick<
  LotRecord,
  'symbol' | 'opening' | 'openingBasis' | 'bought' | 'sold' | 'trades' | 'until'
> {
  /** Null when there are trades and the record has yet to be made of them. */
  readonly made: { readonly method: TaxLotMethod; readonly held: HeldThen } | null;
}

/**
 * What the fills of each symbol of an account left. A record is kept up to date with every fill and
 * correction, in the transaction that records it; of a symbol that was never traded there may be none.
 */
export interface LotReads {
  listLotRecords(account: string): Promise<readonly KeptRecord[]>;
  /**
   * Of these symbols, those that were traded and whose record cannot answer: it has yet to be made, or
   * chose its lots by another method.
   */
  listSymbolsWithoutLots(
    account: string,
    method: TaxLotMethod,
    symbols: readonly string[],
  ): Promise<readonly string[]>;
  /**
   * The lots that sales of so many shares would take, by symbol: enough of them to tell, oldest first, and
   * not more. A symbol without a record is not in the answer.
   */
  listLotsToSell(
    account: string,
    method: TaxLotMethod,
    quantities: ReadonlyMap<string, Decimal>,
  ): Promise<ReadonlyMap<string, readonly KeptLot[]>>;
  /** What was bought of these symbols since a day, that day included, and is still held. Oldest first. */
  listLotsSince(
    account: string,
    since: Temporal.PlainDate,
    symbols: readonly string[],
  ): Promise<readonly KeptLot[]>;
  /** What was sold of these symbols since a day, that day included. Oldest first. */
  listLotSalesSince(
    account: string,
    since: Temporal.PlainDate,
    symbols: readonly string[],
  ): Promise<readonly PastSale[]>;
  /** All trades of these symbols, outside Evenkeel too, oldest first by their time. */
  listTrades(account: string, symbols: readonly string[]): Promise<readonly RecordedTrade[]>;
}

export interface KeptLot extends TaxLot {
  /** Unique among the lots of its symbol, and growing with their age. */
  readonly number: number;
}

export interface LotWrites {
  /**
   * Makes the record of a symbol from all its trades, in place of the one there was.
   * @param told as `replayTrades` takes it.
   */
  makeLotRecord(
    account: string,
    symbol: string,
    told: { readonly held: HeldThen; readonly method: TaxLotMethod },
  ): Promise<void>;
}
