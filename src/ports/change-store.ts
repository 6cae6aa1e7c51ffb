/** How often something of an account changed that the watch compares, when it was looked at. */
export interface AccountChange {
  readonly account: string;
  /** Counts up with each change. */
  readonly number: number;
}

export interface ChangeReads {
  /**
   * The accounts of which something changed since the watch last found that all agrees: an order or a fill
   * on record, or the book of a broker that keeps it in the bot's database. Those of which nothing
   * ever changed are not among them.
   */
  listUncompared(): Promise<readonly AccountChange[]>;
}

export interface ChangeWrites {
  /** Records that all agreed, with every change up to this one. What changed since stays to be compared. */
  markCompared(change: AccountChange): Promise<void>;
}
