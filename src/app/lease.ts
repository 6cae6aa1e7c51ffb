import { isDue } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store, StoreReads } from '../ports/store.ts';
import { StoreError } from '../ports/store-error.ts';

/**
 * One process acts on a database: it talks to the chats, trades, and posts. Others on the same database
 * stand by. The holder renews its lease; when it stops renewing, another takes over under a higher token,
 * and every order intent is written in a transaction that first looks whether the token is still the
 * newest. A process that was frozen and wakes up later can therefore commit nothing.
 */
const NAME = 'bot';
/** Without a renewal for this long the holder counts as gone. */
const LASTS = Temporal.Duration.from({ seconds: 10 });
const RENEW_EVERY = Temporal.Duration.from({ seconds: 3 });
/** How often one that stands by looks: with what a lease lasts, a takeover within 12 seconds. */
const LOOK_EVERY = Temporal.Duration.from({ seconds: 2 });
/** A lease that ran out and a database that its holder does not let go of: somebody has to end that process. */
const BLOCKED_AFTER = Temporal.Duration.from({ seconds: 30 });

/** Another process acts on the database now: nothing of this one may be committed any more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  readonly code = 'lease_lost';

  constructor() {
    super('another process has taken over this database; nothing more is sent from this one');
  }
}

/** The right to act, as long as it is held. */
export interface Lease {
  /** Rises with every taking: a later holder has a higher one. */
  readonly token: number;
  /**
   * Looks, within the transaction that is about to act, whether the lease is still ours.
   * @throws LeaseLost
   */
  require(unit: StoreReads): Promise<void>;
  /**
   * Looks, just before a request leaves, whether this process may have slept since its last look. Resolves
   * at once while the lease has certainly not run out; otherwise it is renewed first.
   * @throws LeaseLost
   */
  confirm(): Promise<void>;
  /** Gives it back, so that another process need not wait. Safe to call when it is lost. */
  end(): Promise<void>;
}

/** Of a process that never executes, such as the command line: whatever would send an order fails. */
export const NO_LEASE: Pick<Lease, 'require' | 'confirm'> = {
  require: () => Promise.reject(new LeaseLost()),
  confirm: () => Promise.reject(new LeaseLost()),
};

export interface LeaseFacts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Names this process, e.g. `host/boot/pid`. */
  readonly holder: string;
  /** Whether a process is certainly gone, so that its lease need not run out first. */
  isGone(holder: string): boolean;
  /** Somebody else holds it; told once. */
  waiting(holder: string): void;
  /** Whether the database is still the one that others see who open it now. */
  isInPlace(): boolean;
  /**
   * This process must stop acting. `taken`: another holds the lease. `replaced`: the file of the database
   * is another now, so that no lease in this one keeps anybody apart.
   */
  lost(why: 'taken' | 'replaced'): void;
}

/** Waits until this process may act. */
export async function acquireLease(facts: LeaseFacts): Promise<Lease> {
  const { store, clock, holder } = facts;
  let holding: string | null = null;
  let blockedSince: Temporal.Instant | null = null;
  let complained = false;
  for (;;) {
    if (!facts.isInPlace()) {
      tellLoss(facts, 'replaced', null);
      throw new LeaseLost();
    }
    try {
      const taken = await store.transaction(async (unit) => {
        const now = clock.now();
        const current = await unit.findLease(NAME);
        const free =
          current === null || isDue(now, current.expiresAt) || facts.isGone(current.holder);
        if (!free) return { type: 'held' as const, by: current.holder };
        const token = await unit.takeLease(NAME, holder, now.add(LASTS));
        return { type: 'taken' as const, token };
      });
      if (taken.type === 'taken') return hold(facts, taken.token);
      if (holding === null) facts.waiting(taken.by);
      holding = taken.by;
      blockedSince = null;
      complained = false;
    } catch (error) {
      // The one that acts may have been frozen in the middle of a transaction: that one has to end
      // first, and then somebody must still be standing by.
      const isLocked = error instanceof StoreError && error.code === 'database_locked';
      if (holding === null || !isLocked) throw error;
      facts.log.warn({ code: error.code, holder: holding }, 'database is locked; standing by');
      blockedSince ??= clock.now();
      if (!complained && isDue(clock.now(), blockedSince.add(BLOCKED_AFTER))) {
        complained = true;
        facts.log.error(
          { code: 'takeover_blocked', holder: holding },
          'the process that acts holds the database and does nothing: end it, so that this one can take over',
        );
      }
    }
    await new Promise<void>((resolve) => {
      clock.schedule(clock.now().add(LOOK_EVERY), resolve);
    });
  }
}

function tellLoss(facts: LeaseFacts, why: 'taken' | 'replaced', lease: number | null): void {
  const { log } = facts;
  if (why === 'taken') {
    log.error({ code: 'lease_lost', lease }, 'another process has taken over this database');
  } else {
    log.error(
      { code: 'database_replaced', lease },
      'the file of the database was replaced or removed while it was in use',
    );
  }
  facts.lost(why);
}

function hold(facts: LeaseFacts, token: number): Lease {
  const { store, clock, log } = facts;
  let ended = false;
  let cancel = () => {};
  let renewing: Promise<void> = Promise.resolve();
  let heldUntil = clock.now().add(LASTS);

  const lose = (why: 'taken' | 'replaced') => {
    if (ended) return;
    ended = true;
    cancel();
    tellLoss(facts, why, token);
  };

  /** @throws LeaseLost */
  const requireInPlace = () => {
    if (facts.isInPlace()) return;
    lose('replaced');
    throw new LeaseLost();
  };

  const renewOnce = async (): Promise<boolean> => {
    const until = clock.now().add(LASTS);
    const renewed = await store.transaction((unit) => unit.renewLease(NAME, token, until));
    if (renewed) heldUntil = until;
    return renewed;
  };

  const renew = async (): Promise<void> => {
    try {
      requireInPlace();
      if (!(await renewOnce())) lose('taken');
    } catch (error) {
      if (error instanceof LeaseLost) return;
      if (!(error instanceof StoreError)) throw error;
      // Not lost yet: a full or locked disk may pass, and every intent looks at the token anyway.
      log.warn({ code: error.code }, 'lease could not be renewed; it is tried again');
    }
    next();
  };

  const next = () => {
    if (ended) return;
    cancel = clock.schedule(clock.now().add(RENEW_EVERY), () => {
      renewing = renew();
      renewing.catch((error: unknown) => {
        log.error({ code: 'lease_not_renewed', error }, 'lease could not be renewed');
      });
    });
  };

  next();
  return {
    token,
    async require(unit) {
      requireInPlace();
      const current = await unit.findLease(NAME);
      if (current?.token === token) return;
      lose('taken');
      throw new LeaseLost();
    },
    async confirm() {
      requireInPlace();
      if (!ended && !isDue(clock.now(), heldUntil)) return;
      if (!ended && (await renewOnce())) return;
      lose('taken');
      throw new LeaseLost();
    },
    async end() {
      cancel();
      const wasEnded = ended;
      ended = true;
      await renewing;
      if (wasEnded) return;
      await store.transaction((unit) => unit.renewLease(NAME, token, clock.now()));
    },
  };
}

/** Whether a process acts on the database now. */
export async function isHeld(
  store: Store,
  clock: Pick<Clock, 'now'>,
  isGone: (holder: string) => boolean,
): Promise<boolean> {
  const current = await store.findLease(NAME);
  return current !== null && !isDue(clock.now(), current.expiresAt) && !isGone(current.holder);
}
