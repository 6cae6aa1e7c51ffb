import type { ApprovalState } from '../core/approval-state.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import { alert, compose } from './blocks.ts';
import { missingVotesWords } from './approval.ts';
import { shortId } from './format.ts';
import type { Message } from './message.ts';

/** A vote that counts and does not decide yet. */
export function presentVoteCounted(input: {
  readonly record: ProposalRecord;
  readonly approval: ApprovalState;
}): Message {
  const id = shortId(input.record.proposal.id);
  const words = `Your vote for ${id} counts. Nothing is traded before ${missingVotesWords(input.approval)}.`;
  return compose([words], [alert('good', words)]);
}
