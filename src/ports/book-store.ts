import type { AgreedBook, BookChange } from '../core/agreed-book.ts';

/** How far the record of fills goes that a book counts, over all accounts. */
export interface BookMark {
  /** The number of the newest fill; 0 for none. Numbers grow in the order in which fills are recorded. */
  readonly fills: number;
  /** The number of the newest correction; 0 for none. */
  readonly corrections: number;
  /** The number of the newest fill of an order that is not ours, or its newest correction; 0 for none. */
  readonly outside: number;
}

/** A book with how far it counts. */
export interface StoredBook extends AgreedBook {
  readonly mark: BookMark;
}

export interface BookReads {
  /** How far the record goes now. */
  readFillMark(): Promise<BookMark>;
  /** Null when none was agreed on yet. */
  findAgreedBook(account: string): Promise<StoredBook | null>;
  /** The account's fills that were recorded or corrected after a mark, oldest first. */
  listBookChanges(account: string, after: BookMark): Promise<readonly BookChange[]>;
}

export interface BookWrites {
  /**
   * Compare-and-swap.
   * @param from the number of the agreement that it follows or, with the same number, is brought up to
   *   date; 0 for the first.
   * @returns false when another was written meanwhile.
   */
  saveAgreedBook(account: string, from: number, book: StoredBook): Promise<boolean>;
}
