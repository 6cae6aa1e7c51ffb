import { announceProposal } from './announce-proposal.ts';
import type { AppContext } from './context.ts';
import { readQueuedUntil } from './queued-execution.ts';

/** Shows that a proposal is approved, if its execution has not begun yet. */
export async function showApproval(context: AppContext, proposalId: string): Promise<void> {
  await context.store.transaction(async (unit) => {
    const record = await unit.findProposal(proposalId);
    if (record?.status !== 'approved') return;
    // One that waits for the open was shown when it was decided.
    if ((await readQueuedUntil(unit, proposalId)) !== null) return;
    await announceProposal(context, unit, proposalId);
  });
  context.changed();
}
