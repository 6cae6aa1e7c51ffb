import type { ProposalRecord } from '../core/proposal.ts';
import { alert, compose } from './blocks.ts';
import { formatCount, shortId } from './format.ts';
import type { Message } from './message.ts';

/** A vote that counts and does not decide yet. */
export function presentVoteCounted(input: {
  readonly record: ProposalRecord;
  readonly votesMissing: number;
}): Message {
  const id = shortId(input.record.proposal.id);
  const missing = `${formatCount(input.votesMissing, 'more vote')} ${input.votesMissing === 1 ? 'is' : 'are'} needed`;
  const words = `Your vote for ${id} counts. ${missing} before anything is traded.`;
  return compose([words], [alert('good', words)]);
}
