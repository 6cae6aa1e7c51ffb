import type { ProposalStatus } from './proposal.ts';
import type { Quorum } from './quorum.ts';
import { missingVotes } from './votes.ts';
import type { MissingVotes, Voter } from './votes.ts';

/** Something that happens to a proposal. */
export type ProposalEvent =
  | { readonly type: 'approved_by'; readonly voter: Voter }
  | { readonly type: 'rejected_by'; readonly person: string }
  | { readonly type: 'expired' }
  | { readonly type: 'superseded' }
  | { readonly type: 'execution_started' }
  | {
      readonly type: 'execution_finished';
      readonly filledLegs: number;
      readonly touchedLegs: number;
      readonly legs: number;
    }
  | { readonly type: 'execution_impossible' };

/** What `transition` needs to know of a proposal. */
export interface ProposalState {
  readonly status: ProposalStatus;
  readonly quorum: Quorum;
  /** The people whose approvals count so far. */
  readonly approvals: readonly Voter[];
}

export type ProposalTransition =
  | { readonly type: 'moved'; readonly status: ProposalStatus }
  /** The event counts, and the status stays: one vote of several. */
  | { readonly type: 'counted'; readonly missing: MissingVotes }
  | {
      readonly type: 'refused';
      readonly code: 'already_voted' | 'not_pending' | 'not_approved' | 'not_executing';
    };

const moved = (status: ProposalStatus): ProposalTransition => ({ type: 'moved', status });

/**
 * What an event does to a proposal. Pure; the store applies the result as a compare-and-swap.
 *
 * pending -> approved | rejected | expired | superseded; approved -> executing | superseded |
 * expired | rejected | failed; executing -> executed | partially_executed | failed. The rest is final.
 */
export function transition(state: ProposalState, event: ProposalEvent): ProposalTransition {
  switch (event.type) {
    case 'approved_by': {
      if (state.status !== 'pending') return { type: 'refused', code: 'not_pending' };
      if (state.approvals.some(({ id }) => id === event.voter.id)) {
        return { type: 'refused', code: 'already_voted' };
      }
      const missing = missingVotes(state.quorum, [...state.approvals, event.voter]);
      return missing.votes > 0 ? { type: 'counted', missing } : moved('approved');
    }
    case 'rejected_by':
      // A veto also stops what is approved and has not begun: it may be waiting for the market to open.
      return state.status === 'pending' || state.status === 'approved'
        ? moved('rejected')
        : { type: 'refused', code: 'not_pending' };
    case 'expired':
    case 'superseded':
      // An approved proposal whose orders have not begun can still lapse or be replaced.
      return state.status === 'pending' || state.status === 'approved'
        ? moved(event.type)
        : { type: 'refused', code: 'not_pending' };
    case 'execution_started':
      // Asked again: rules and people may have changed since the last vote.
      return state.status === 'approved' && missingVotes(state.quorum, state.approvals).votes === 0
        ? moved('executing')
        : { type: 'refused', code: 'not_approved' };
    case 'execution_impossible':
      return state.status === 'approved'
        ? moved('failed')
        : { type: 'refused', code: 'not_approved' };
    case 'execution_finished': {
      if (state.status !== 'executing') return { type: 'refused', code: 'not_executing' };
      if (event.filledLegs === event.legs) return moved('executed');
      return moved(event.touchedLegs > 0 ? 'partially_executed' : 'failed');
    }
  }
}
