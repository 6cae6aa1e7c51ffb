import { announceProposal } from './announce-proposal.ts';
import type { AppContext } from './context.ts';
import type { Recorded } from './record-reports.ts';

/**
 * A fill that surfaces or is corrected after its execution has ended still belongs in that message.
 * @param announcing the proposal whose execution is telling its end just now, and will tell this too.
 */
export async function announceLate(
  context: AppContext,
  outcomes: readonly PromiseSettledResult<Recorded>[],
  announcing: string | null,
): Promise<void> {
  const proposals = new Set(
    outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' ? [outcome.value.filledProposal] : [],
    ),
  );
  for (const proposalId of proposals) {
    if (proposalId === null || proposalId === announcing) continue;
    const record = await context.store.findProposal(proposalId);
    if (record === null || record.status === 'executing') continue;
    await context.store.transaction((unit) => announceProposal(context, unit, proposalId));
    context.changed();
  }
}
