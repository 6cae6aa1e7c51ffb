import type { Fill } from '../core/order.ts';

/** How far the record of fills goes, over all accounts. */
export interface FillMark {
  /** The number of the newest fill; 0 for none. Numbers grow in the order in which fills are recorded. */
  readonly fills: number;
  /** The number of the newest correction; 0 for none. */
  readonly corrections: number;
  /**
   * False inside a transaction that has written fills: what is read there may still be undone, and its
   * numbers be given to other rows.
   */
  readonly isCommitted: boolean;
}

/** A fill as far as lots are reckoned from it, as it stands after corrections. */
export type RecordedTrade = Pick<Fill, 'symbol' | 'side' | 'quantity' | 'price' | 'fees' | 'at'>;

/** Reads fills in the order in which they were recorded, so that nothing is read twice. */
export interface TradeReads {
  readFillMark(): Promise<FillMark>;
  /** Oldest first by their time. `after` exclusive and `through` inclusive are numbers of fills. */
  listTrades(filter: {
    readonly account: string;
    readonly symbols?: readonly string[];
    readonly after?: number;
    readonly through: number;
  }): Promise<readonly RecordedTrade[]>;
  /** The symbols of which a fill was corrected. `after` is the number of a correction, exclusive. */
  listCorrectedSymbols(account: string, after: number): Promise<readonly string[]>;
}
