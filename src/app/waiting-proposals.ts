import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { AccountSettings } from '../core/account.ts';
import type { ApprovalState } from '../core/approval-state.ts';
import type { ProposalHead, ProposalRecord } from '../core/proposal.ts';
import { accountNamed } from './context.ts';
import type { AppContext } from './context.ts';
import { readApproval } from './read-approval.ts';

/** A proposal that waits for a decision, and how far that is. */
export interface WaitingProposal {
  readonly record: ProposalRecord;
  readonly account: AccountSettings;
  readonly approval: ApprovalState;
}

/**
 * What waits for a decision in the configured accounts, newest first.
 * @param account null: in all of them.
 */
export async function listWaiting(
  context: AppContext,
  account: AccountSettings | null,
): Promise<readonly ProposalHead[]> {
  const heads = await context.store.listProposalHeads({
    ...(account === null ? {} : { account: account.name }),
    statuses: ['pending'],
  });
  return heads.filter(({ proposal }) => context.accounts.has(proposal.account));
}

/** Reads them one by one: a plan of 500 legs takes its time, and others have a turn in between. */
export async function readWaiting(
  context: AppContext,
  heads: readonly ProposalHead[],
): Promise<readonly WaitingProposal[]> {
  const found: WaitingProposal[] = [];
  for (const { proposal } of heads) {
    await endOfTurn();
    const record = await context.store.findProposal(proposal.id);
    // Somebody may have decided meanwhile.
    if (record?.status !== 'pending') continue;
    const account = accountNamed(context, proposal.account);
    const approval = await readApproval(context, context.store, record, account);
    found.push({ record, account, approval });
  }
  return found;
}
