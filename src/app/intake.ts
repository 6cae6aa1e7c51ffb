import { createBatchQueue } from '../lib/batch-queue.ts';
import type { BrokerUpdate } from '../ports/broker.ts';
import { announceLate } from './announce-late.ts';
import type { AppContext } from './context.ts';
import type { ExecutionRun } from './executor.ts';
import { reconcileAccount } from './reconcile.ts';
import { recordReports } from './record-reports.ts';
import type { BrokerReport, Recorded } from './record-reports.ts';

/** Takes in what an account's broker says, in the order in which it comes. */
export interface Intake {
  /** A broker's update. Where something may be missing, the broker is asked for it. */
  takeIn(update: BrokerUpdate): Promise<void>;
  /** A report, the answer to an order among them. */
  record(report: BrokerReport): Promise<Recorded>;
  /** Resolves when everything given so far has been worked on. */
  idle(): Promise<void>;
}

/** An answer is on record this much later at most than it came, so that others can share its commit. */
const GATHER_FOR = Temporal.Duration.from({ milliseconds: 20 });

/**
 * What was told at about the same time is recorded together, answers and updates alike, and the broker is
 * asked once for all that is missing; meanwhile more is recorded.
 */
export function createIntake(
  context: AppContext,
  account: string,
  run: () => Pick<ExecutionRun, 'broker' | 'announcing' | 'unanswered'>,
): Intake {
  const reports = createBatchQueue(
    async (batch: readonly BrokerReport[]) => {
      const outcomes = await recordReports(context, account, batch);
      await announceLate(context, outcomes, run().announcing);
      return outcomes;
    },
    {
      // A commit waits for the disk and holds up the answers behind it. Nothing follows from an acceptance;
      // purchases follow from fills.
      mayWait: (batch) => run().unanswered > 0 && batch.every(saysAccepted),
      atLatest: (end) => context.clock.schedule(context.clock.now().add(GATHER_FOR), end),
    },
  );
  const missing = createBatchQueue(async (batch: readonly null[]) => {
    await reconcileAccount(context, account, run().broker, run().announcing);
    return batch.map(() => ({ status: 'fulfilled', value: undefined }) as const);
  });
  return {
    async takeIn(update) {
      const incomplete = update.type === 'reconnected' || (await reports.add(update)).fillsMissing;
      if (incomplete) await missing.add(null);
    },
    record: (report) => reports.add(report),
    async idle() {
      await reports.idle();
      await missing.idle();
    },
  };
}

function saysAccepted(report: BrokerReport): boolean {
  switch (report.type) {
    case 'answer':
      return report.result.type === 'accepted';
    case 'order':
      return report.order.status === 'accepted';
    case 'fill':
      return false;
  }
}
