import type { AccountSettings } from '../core/account.ts';
import type { AppContext } from './context.ts';
import { propose } from './propose.ts';

/**
 * Proposes a rebalance when the account has left its bands and nothing is waiting for a decision yet:
 * people who think about a proposal should not find it replaced under their hands.
 * @returns what came of it, for the job log.
 */
export async function scanDrift(context: AppContext, account: AccountSettings): Promise<string> {
  const waiting = await context.store.listProposalHeads({
    account: account.name,
    statuses: ['pending', 'approved', 'executing'],
    limit: 1,
  });
  if (waiting[0] !== undefined) return `${waiting[0].proposal.id} is under way`;
  const result = await propose(context, {
    account,
    by: { actor: 'evenkeel', platform: 'schedule' },
    proposer: { type: 'schedule', job: 'drift-scan' },
    request: { buyOnly: false, toBand: false, contribution: null },
    dryRun: false,
  });
  switch (result.type) {
    case 'proposed':
      return `proposed ${result.record.proposal.id}`;
    case 'dry_run':
      return 'nothing posted';
    case 'nothing_to_do':
      return 'inside its bands';
    case 'refused':
      return `no plan: ${result.refusal.code}`;
    case 'halted':
      return 'halted';
    case 'not_compared':
      return 'not compared with the broker yet';
    case 'busy':
      return `${result.proposalId} is under way`;
  }
}
