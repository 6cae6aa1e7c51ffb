import { setImmediate as endOfTurn } from 'node:timers/promises';
import { approvalAsks, takesForm } from '../core/approval-asks.ts';
import { approvalState } from '../core/approval-state.ts';
import { ZERO } from '../core/decimal.ts';
import { findDecisionDenial } from '../core/permission.ts';
import type { Person } from '../core/person.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import type { Interaction } from '../ports/chat.ts';
import { accountNamed } from './context.ts';
import type { AppContext } from './context.ts';
import type { DispatchFacts } from './dispatch.ts';
import { isFresh } from './read-book.ts';
import type { BookReading } from './read-book.ts';

type Click = Extract<Interaction, { type: 'click' }>;

/**
 * Asks for the book as soon as a click has arrived that may be the last vote, so that its claim is
 * committed while the broker answers. Nothing comes of it when the click turns out to be a redelivery, so
 * that a storm of those must cost nothing: while the book of the account is being read, none is asked for.
 * @returns null where it is not asked for; the click may still ask once it is claimed.
 */
export async function askAhead(
  { context, executor }: Pick<DispatchFacts, 'context' | 'executor'>,
  click: Click,
  person: Person,
): Promise<BookReading | null> {
  if (click.action !== 'approve') return null;
  const record = await context.store.findProposal(click.proposalId);
  const account = context.accounts.get(record?.proposal.account ?? '');
  if (record === null || account === undefined) return null;
  if (click.fields === null && takesForm(approvalAsks(account, record.proposal.plan))) return null;
  if (!mayBeLastVote(context, click, person, record)) return null;
  const book = executor.isReadingAhead(account.name) ? null : executor.readAhead(record.proposal);
  // A commit holds up the process: the requests leave before it. Clicks are claimed as they arrived, so
  // that the one of several deliveries which has asked is the one that counts.
  await endOfTurn();
  return book;
}

/**
 * The book for a click that has been claimed, where it may be the last vote that is missing.
 * @param asked what the same click has asked for already.
 */
export function bookAhead(
  { context, executor }: Pick<DispatchFacts, 'context' | 'executor'>,
  click: Click,
  person: Person,
  record: ProposalRecord,
  asked: BookReading | null,
): BookReading | null {
  if (click.action !== 'approve' || !mayBeLastVote(context, click, person, record)) return null;
  if (asked !== null && isFresh(asked, context.clock.now())) return asked;
  return executor.readAhead(record.proposal);
}

function mayBeLastVote(
  context: AppContext,
  click: Click,
  person: Person,
  record: ProposalRecord,
): boolean {
  const account = accountNamed(context, record.proposal.account);
  const now = context.clock.now();
  const { digest } = click;
  const denial = findDecisionDenial({ person, account, record, verdict: 'approve', digest, now });
  if (denial !== null) return false;
  const leastRisk = { warnings: 0, realisedGain: ZERO };
  return approvalState(record, account, context.people, leastRisk).missing.votes <= 1;
}
