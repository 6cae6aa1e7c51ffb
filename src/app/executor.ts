import { isDue } from '../core/time.ts';
import { createBatchQueue } from '../lib/batch-queue.ts';
import type { BatchQueue } from '../lib/batch-queue.ts';
import { createSerialQueue } from '../lib/serial-queue.ts';
import type { SerialQueue } from '../lib/serial-queue.ts';
import { createWakeSignal } from '../lib/wake-signal.ts';
import type { WakeSignal } from '../lib/wake-signal.ts';
import type { Broker, BrokerUpdate } from '../ports/broker.ts';
import { brokerOf } from './context.ts';
import type { AppContext } from './context.ts';
import { eachAccount } from './each-account.ts';
import { executeRebalancingPlan } from './execute.ts';
import { readQueuedUntil } from './queued-execution.ts';
import { recordReports } from './record-reports.ts';
import type { BrokerReport, Recorded } from './record-reports.ts';
import { takeInUpdates } from './take-in-updates.ts';

/** How long after an unexpected failure an execution is taken up again. */
const RETRY_AFTER = Temporal.Duration.from({ seconds: 10 });

/** Runs executions, one per account at a time, and takes in what the brokers tell meanwhile. */
export interface Executor {
  /** Begins (or continues) the execution of an approved proposal, in the background. */
  start(proposalId: string, account: string): void;
  /** Listens to the brokers, reconciles, and continues what was under way when we last stopped. */
  open(): Promise<void>;
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
  /** Unanswered orders that a person wants looked up now. */
  readonly lookAgain: Set<string>;
  /** Takes in a broker's update, in order. */
  takeIn(update: BrokerUpdate): Promise<void>;
  /** Records a report of the broker, together with others that come at the same time. */
  record(report: BrokerReport): Promise<Recorded>;
  /** Looks now whether what waits for its turn at the broker may still be sent. */
  recheckPermits: () => void;
  /** The proposal whose message is about to be written anyway: what is recorded need not write it. */
  announcing: string | null;
}

interface AccountLane {
  readonly updates: BatchQueue<BrokerUpdate, void>;
  readonly executions: SerialQueue;
  readonly run: ExecutionRun;
  unsubscribe: () => void;
}

export function createExecutor(context: AppContext): Executor {
  const lanes = new Map<string, AccountLane>();
  const scheduled = new Set<() => void>();
  let stopping = false;

  const openLane = (account: string): AccountLane => {
    const broker = brokerOf(context, account);
    const signal = createWakeSignal();
    const updates = createBatchQueue((batch: readonly BrokerUpdate[]) =>
      takeInUpdates(context, account, run, batch),
    );
    const reports = createBatchQueue((batch: readonly BrokerReport[]) =>
      recordReports(context, account, batch),
    );
    const takeIn = (update: BrokerUpdate) => updates.add(update);
    const run: ExecutionRun = {
      broker,
      signal,
      stopping: () => stopping,
      inFlight: new Set(),
      lookAgain: new Set(),
      takeIn,
      record: (report) => reports.add(report),
      recheckPermits: () => {},
      announcing: null,
    };
    const unsubscribe = broker.subscribe((update) => {
      takeIn(update)
        .catch((error: unknown) => {
          // Not lost: the order stays open for us and reconciliation asks for it again.
          context.log.error(
            { code: 'broker_update_not_recorded', account, error },
            'broker update could not be recorded',
          );
        })
        .finally(() => {
          signal.wake();
        });
    });
    return { updates, executions: createSerialQueue(), run, unsubscribe };
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

  const start = (proposalId: string, account: string): void => {
    if (stopping) return;
    const lane = laneOf(account);
    lane.executions
      .run(async () => {
        const queuedUntil = await readQueuedUntil(context.store, proposalId);
        if (queuedUntil === null || isDue(context.clock.now(), queuedUntil)) {
          await executeRebalancingPlan(context, lane.run, proposalId);
        } else {
          later(queuedUntil, proposalId, account);
        }
      })
      .catch((error: unknown) => {
        context.log.error(
          { code: 'execution_interrupted', account, proposal: proposalId, error },
          'execution was interrupted; it is taken up again',
        );
        // Everything it did is durable, so it goes on where it was: a full disk may be freed meanwhile.
        later(context.clock.now().add(RETRY_AFTER), proposalId, account);
      });
  };

  return {
    start,
    async open() {
      for (const account of context.accounts.keys()) lanes.set(account, openLane(account));
      const unfinished = await context.store.listProposals({ statuses: ['approved', 'executing'] });
      // What was under way goes on first, each when its own broker has answered.
      const busy = new Set(unfinished.map(({ proposal }) => proposal.account));
      const accounts = [...context.accounts.values()];
      const inTurn = [
        ...accounts.filter(({ name }) => busy.has(name)),
        ...accounts.filter(({ name }) => !busy.has(name)),
      ];
      await eachAccount(inTurn, async ({ name: account }) => {
        try {
          await laneOf(account).run.takeIn({ type: 'reconnected' });
        } catch (error) {
          context.log.error(
            { code: 'reconciliation_failed', account, error },
            'account could not be reconciled at start',
          );
        }
        for (const { proposal } of unfinished) {
          if (proposal.account === account) start(proposal.id, account);
        }
      });
    },
    wake(account) {
      const run = lanes.get(account)?.run;
      run?.recheckPermits();
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
      await Promise.all([...lanes.values()].map((lane) => lane.updates.idle()));
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
