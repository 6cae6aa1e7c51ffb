import type { BrokerUpdate } from '../ports/broker.ts';
import { announceProposal } from './announce-proposal.ts';
import type { AppContext } from './context.ts';
import type { ExecutionRun } from './executor.ts';
import { reconcileAccount } from './reconcile.ts';
import { recordReports } from './record-reports.ts';
import type { Recorded } from './record-reports.ts';

const DONE: PromiseSettledResult<void> = { status: 'fulfilled', value: undefined };

/**
 * Takes in what a broker told at about the same time: it is recorded together, and the broker is asked
 * once for all that is missing.
 * @returns an outcome for each.
 */
export async function takeInUpdates(
  context: AppContext,
  account: string,
  run: ExecutionRun,
  updates: readonly BrokerUpdate[],
): Promise<readonly PromiseSettledResult<void>[]> {
  const reports = updates.filter((update) => update.type !== 'reconnected');
  const outcomes = reports.length === 0 ? [] : await recordReports(context, account, reports);
  await announceLate(
    context,
    run,
    outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
  );
  const recorded = new Map<BrokerUpdate, PromiseSettledResult<Recorded> | undefined>(
    reports.map((report, index) => [report, outcomes[index]]),
  );
  const isIncomplete = (update: BrokerUpdate): boolean => {
    if (update.type === 'reconnected') return true;
    const outcome = recorded.get(update);
    return outcome?.status === 'fulfilled' && outcome.value.fillsMissing;
  };
  const asked = updates.some(isIncomplete) ? await reconcile(context, account, run) : DONE;
  return updates.map((update) => {
    if (isIncomplete(update)) return asked;
    const outcome = recorded.get(update);
    return outcome?.status === 'rejected' ? outcome : DONE;
  });
}

async function reconcile(
  context: AppContext,
  account: string,
  run: ExecutionRun,
): Promise<PromiseSettledResult<void>> {
  try {
    await reconcileAccount(context, account, run.broker);
    return DONE;
  } catch (error) {
    return { status: 'rejected', reason: error };
  }
}

/** A fill that surfaces after its execution has ended still belongs in that message. */
async function announceLate(
  context: AppContext,
  run: ExecutionRun,
  recorded: readonly Recorded[],
): Promise<void> {
  const proposals = new Set(recorded.map(({ filledProposal }) => filledProposal));
  for (const proposalId of proposals) {
    if (proposalId === null || proposalId === run.announcing) continue;
    const record = await context.store.findProposal(proposalId);
    if (record === null || record.status === 'executing') continue;
    await context.store.transaction((unit) => announceProposal(context, unit, proposalId));
    context.changed();
  }
}
