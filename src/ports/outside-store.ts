import type { BookChange } from '../core/agreed-book.ts';
import type { Fill } from '../core/order.ts';

/**
 * What was traded outside Evenkeel: the executions of orders that are not ours, as they stand after
 * corrections. Lots are made of them too; nothing else counts them as fills.
 */
export interface OutsideReads {
  /** Oldest first. `since` inclusive, `until` exclusive. */
  listOutsideFills(filter: {
    readonly account: string;
    readonly since?: Temporal.Instant;
    readonly until?: Temporal.Instant;
  }): Promise<readonly Fill[]>;
  /** Which of these executions were recorded as made outside. */
  listOutsideExecutions(
    account: string,
    executionIds: readonly string[],
  ): Promise<ReadonlySet<string>>;
  /**
   * What was recorded or corrected after a mark, oldest first, for a book that counts the executions before
   * an instant whether or not they were known.
   * @param after `number`: the newest that the book counts.
   */
  listOutsideChanges(
    account: string,
    after: { readonly number: number; readonly at: Temporal.Instant },
  ): Promise<readonly BookChange[]>;
}

export interface OutsideWrites {
  /**
   * Records an execution of an order that is not ours, or a newer telling of one.
   * @returns `before` as it stood; null when there is nothing newer or different to record.
   */
  recordOutsideFill(
    fill: Fill,
    at: Temporal.Instant,
  ): Promise<{ readonly before: Fill | null } | null>;
  /**
   * Takes an execution back because it turned out to be of an order of ours.
   * @returns the fill as it stood; null when none was recorded.
   */
  retractOutsideFill(
    account: string,
    executionId: string,
    at: Temporal.Instant,
  ): Promise<Fill | null>;
}
