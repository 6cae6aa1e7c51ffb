import { isDue } from '../core/time.ts';
import type { Proposal } from '../core/proposal.ts';
import { createSerialQueue } from '../lib/serial-queue.ts';
import type { SerialQueue } from '../lib/serial-queue.ts';
import { createWakeSignal } from '../lib/wake-signal.ts';
import type { WakeSignal } from '../lib/wake-signal.ts';
import type { Broker, BrokerUpdate } from '../ports/broker.ts';
import { accountNamed, brokerOf } from './context.ts';
import type { AppContext } from './context.ts';
import { eachAccount } from './each-account.ts';
import { executeRebalancingPlan } from './execute.ts';
import { haltForDamage } from './halt-for-damage.ts';
import { readQueuedUntil } from './queued-execution.ts';
import { isFresh, readBook } from './read-book.ts';
import type { BookReading } from './read-book.ts';
import type { BrokerReport, Recorded } from './record-reports.ts';
import { createIntake } from './intake.ts';
import { showApproval } from './show-approval.ts';
import type { Intake } from './intake.ts';

/** How long after an unexpected failure an execution is taken up again. */
const RETRY_AFTER = Temporal.Duration.from({ seconds: 10 });

/** That a proposal is approved is shown this much later, unless its execution has begun by then. */
const APPROVAL_SHOWN_AFTER = Temporal.Duration.from({ milliseconds: 100 });

/** Runs executions, one per account at a time, and takes in what the brokers tell meanwhile. */
export interface Executor {
  /** Begins (or continues) the execution of an approved proposal, in the background. */
  start(proposalId: string, account: string): void;
  /**
   * Asks for the book of a proposal that is about to be approved, so that its execution need not wait for
   * it. Null while the account executes something else: its book changes.
   */
  readAhead(proposal: Proposal): BookReading | null;
  /** Whether a book that was asked for like that is not there yet. */
  isReadingAhead(account: string): boolean;
  /**
   * Listens to the brokers, and begins to compare each account with its own: what is executed of it, what was
   * under way when we last stopped included, waits until that has been done or tried.
   */
  open(): Promise<void>;
  /** Resolves when each account has been compared with its broker, or it was tried in vain. */
  compared(): Promise<void>;
  /** Looks again now: a halt, a resume or a person's answer may have changed what to do. */
  wake(account: string): void;
  /** Asks the broker for an unanswered order now and not when its next look is due. */
  lookAgain(account: string, clientOrderId: string): void;
  /** Compares with the broker now and records what is missing. */
  reconcile(account: string): Promise<void>;
  /** Resolves when nothing is executing. */
  idle(): Promise<void>;
  /** Starts nothing more and leaves the loops; what is working at a broker is persisted and goes on there. */
  close(): Promise<void>;
}

/** What an execution loop needs of its surroundings. */
export interface ExecutionRun {
  readonly broker: Broker;
  readonly signal: WakeSignal;
  /** True once the bot is stopping. */
  stopping(): boolean;
  /** Orders whose request is under way in this process: they must not be looked up yet. */
  readonly inFlight: Set<string>;
  /** How many orders that were sent have no answer yet. */
  unanswered: number;
  /** Unanswered orders that a person wants looked up now. */
  readonly lookAgain: Set<string>;
  /** Takes in a broker's update, in order. */
  takeIn(update: BrokerUpdate): Promise<void>;
  /** Records a report of the broker, together with others that come at the same time. */
  record(report: BrokerReport): Promise<Recorded>;
  /** Each looks now whether what waits for its turn at the broker may still be sent. */
  readonly recheckPermits: Set<() => void>;
  /** The proposal whose message is about to be written anyway: what is recorded need not write it. */
  announcing: string | null;
}

interface AccountLane {
  readonly intake: Intake;
  readonly executions: SerialQueue;
  readonly run: ExecutionRun;
  /** Resolves when the account has been compared with its broker since the start, or it was tried. */
  readonly compared: PromiseWithResolvers<void>;
  /** How many executions run or wait to. */
  busy: number;
  /** For the next execution of this account, should it be of this proposal. */
  ahead: { readonly proposalId: string; readonly book: BookReading } | null;
  /** How many books were asked for ahead and are not there yet. */
  readings: number;
  unsubscribe: () => void;
}

export function createExecutor(context: AppContext): Executor {
  const lanes = new Map<string, AccountLane>();
  const scheduled = new Set<() => void>();
  let stopping = false;
  let comparing: Promise<unknown> = Promise.resolve();

  const openLane = (account: string): AccountLane => {
    const broker = brokerOf(context, account);
    const signal = createWakeSignal();
    const intake = createIntake(context, account, () => run);
    const run: ExecutionRun = {
      broker,
      signal,
      stopping: () => stopping,
      inFlight: new Set(),
      unanswered: 0,
      lookAgain: new Set(),
      takeIn: (update) => intake.takeIn(update),
      record: (report) => intake.record(report),
      recheckPermits: new Set(),
      announcing: null,
    };
    const unsubscribe = broker.subscribe((update) => {
      intake
        .takeIn(update)
        .catch(async (error: unknown) => {
          // Not lost: the order stays open for us and reconciliation asks for it again.
          context.log.error(
            { code: 'broker_update_not_recorded', account, error },
            'broker update could not be recorded',
          );
          await haltForDamage(context, error);
        })
        .finally(() => {
          signal.wake();
        });
    });
    return {
      intake,
      executions: createSerialQueue(),
      run,
      compared: Promise.withResolvers(),
      busy: 0,
      ahead: null,
      readings: 0,
      unsubscribe,
    };
  };

  const laneOf = (account: string): AccountLane => {
    const lane = lanes.get(account);
    if (lane === undefined) throw new Error(`executor is not open for account: ${account}`);
    return lane;
  };

  const later = (at: Temporal.Instant, proposalId: string, account: string): void => {
    if (stopping) return;
    const cancel = context.clock.schedule(at, () => {
      scheduled.delete(cancel);
      start(proposalId, account);
    });
    scheduled.add(cancel);
  };

  /** What an execution shows of itself comes after its orders; one that waits for its turn shows nothing. */
  const showApprovalLater = (proposalId: string, account: string): void => {
    const cancel = context.clock.schedule(context.clock.now().add(APPROVAL_SHOWN_AFTER), () => {
      scheduled.delete(cancel);
      if (laneOf(account).run.announcing === proposalId) return;
      showApproval(context, proposalId).catch((error: unknown) => {
        context.log.warn(
          { code: 'approval_not_shown', account, proposal: proposalId, error },
          'an approval could not be shown; its execution shows itself',
        );
      });
    });
    scheduled.add(cancel);
  };

  const start = (proposalId: string, account: string): void => {
    if (stopping) return;
    showApprovalLater(proposalId, account);
    const lane = laneOf(account);
    lane.busy += 1;
    lane.executions
      .run(async () => {
        await lane.compared.promise;
        const { ahead } = lane;
        lane.ahead = null;
        const queuedUntil = await readQueuedUntil(context.store, proposalId);
        if (queuedUntil === null || isDue(context.clock.now(), queuedUntil)) {
          const given = ahead?.proposalId === proposalId ? ahead.book : null;
          const book = given !== null && isFresh(given, context.clock.now()) ? given : null;
          await executeRebalancingPlan(context, lane.run, proposalId, book);
        } else {
          later(queuedUntil, proposalId, account);
        }
      })
      .finally(() => {
        lane.busy -= 1;
      })
      .catch(async (error: unknown) => {
        context.log.error(
          { code: 'execution_interrupted', account, proposal: proposalId, error },
          'execution was interrupted; it is taken up again',
        );
        await haltForDamage(context, error);
        // Everything it did is durable, so it goes on where it was: a full disk may be freed meanwhile.
        later(context.clock.now().add(RETRY_AFTER), proposalId, account);
      });
  };

  const compare = async (account: string): Promise<void> => {
    const lane = laneOf(account);
    try {
      await lane.run.takeIn({ type: 'reconnected' });
    } catch (error) {
      context.log.error(
        { code: 'reconciliation_failed', account, error },
        'account could not be reconciled at start',
      );
      await haltForDamage(context, error);
    }
    context.uncompared.delete(account);
    lane.compared.resolve();
  };

  return {
    start,
    readAhead(proposal) {
      const lane = laneOf(proposal.account);
      if (stopping || lane.busy > 0 || context.uncompared.has(proposal.account)) return null;
      const book = readBook(context, accountNamed(context, proposal.account), proposal);
      lane.ahead = { proposalId: proposal.id, book };
      lane.readings += 1;
      void Promise.allSettled([book.snapshot, book.time]).then(() => {
        lane.readings -= 1;
      });
      return book;
    },
    isReadingAhead: (account) => laneOf(account).readings > 0,
    async open() {
      for (const account of context.accounts.keys()) {
        context.uncompared.add(account);
        lanes.set(account, openLane(account));
      }
      const unfinished = await context.store.listProposalHeads({
        statuses: ['approved', 'executing'],
      });
      for (const { proposal } of unfinished) {
        if (lanes.has(proposal.account)) start(proposal.id, proposal.account);
      }
      // What was under way goes on first, each when its own broker has answered.
      const busy = new Set(unfinished.map(({ proposal }) => proposal.account));
      const accounts = [...context.accounts.values()];
      const inTurn = [
        ...accounts.filter(({ name }) => busy.has(name)),
        ...accounts.filter(({ name }) => !busy.has(name)),
      ];
      comparing = eachAccount(inTurn, async ({ name }) => {
        await compare(name);
      });
      // Whoever waits for it hears of it.
      comparing.catch(() => {});
    },
    async compared() {
      await comparing;
    },
    wake(account) {
      const run = lanes.get(account)?.run;
      for (const recheck of run?.recheckPermits ?? []) recheck();
      run?.signal.wake();
    },
    lookAgain(account, clientOrderId) {
      const run = lanes.get(account)?.run;
      run?.lookAgain.add(clientOrderId);
      run?.signal.wake();
    },
    async reconcile(account) {
      const lane = laneOf(account);
      await lane.run.takeIn({ type: 'reconnected' });
      lane.run.signal.wake();
    },
    async idle() {
      await Promise.all([...lanes.values()].map((lane) => lane.executions.idle()));
      await Promise.all([...lanes.values()].map((lane) => lane.intake.idle()));
    },
    async close() {
      stopping = true;
      for (const cancel of scheduled) cancel();
      for (const lane of lanes.values()) {
        lane.unsubscribe();
        lane.run.signal.wake();
      }
      await this.idle();
    },
  };
}
