import type { Decimal } from '../core/decimal.ts';
import type { Snapshot } from '../core/portfolio.ts';
import type { Broker } from './broker.ts';
import type { Store } from './store.ts';

/** What can be rehearsed: each happens to the first order, the closed market to all of them. */
export const DRILL_FAULTS = ['rejection', 'partial-fill', 'lost-answer', 'closed-market'] as const;
export type DrillFault = (typeof DRILL_FAULTS)[number];

/** A database and a paper account that exist for one drill and go away with it. */
export interface DrillPlace {
  readonly store: Store;
  readonly broker: Broker;
  /** Pays money into the paper account. @param amount more than zero. */
  deposit(amount: Decimal): Promise<void>;
  close(): Promise<void>;
}

/** Makes the place of a drill, which has no way to a real broker. */
export type OpenDrillPlace = (request: {
  /** The name that the account has in the drill. */
  readonly account: string;
  /** The book and the prices that it begins with. */
  readonly snapshot: Snapshot;
  readonly fault: DrillFault;
}) => Promise<DrillPlace>;
