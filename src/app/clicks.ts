import { estimatedGains } from '../core/checks/estimated-gains.ts';
import { findChecks } from '../core/checks/find-checks.ts';
import type { VoteDenial } from '../core/permission.ts';
import { approvalAsks, takesForm } from '../core/approval-asks.ts';
import { findDecisionDenial, peopleWithRole, roleFor, roleIncludes } from '../core/permission.ts';
import type { Person } from '../core/person.ts';
import { votersOf } from '../core/proposal.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import { presentDetails } from '../messages/details.ts';
import { FORM_FIELDS, adjustForm, approvalForm, rejectForm } from '../messages/forms.ts';
import { presentOutcomeRefusal } from '../messages/outcome-unknown.ts';
import { presentDecisionDenied, presentGone, presentRoleNeeded } from '../messages/refusal.ts';
import { presentVoteCounted } from '../messages/vote.ts';
import type { Interaction, Reply } from '../ports/chat.ts';
import { adjustProposal } from './adjust.ts';
import { auditEntry } from './audit.ts';
import type { Actor } from './audit.ts';
import { bookAhead } from './ask-ahead.ts';
import { answerOutcome } from './answer-outcome.ts';
import type { OutcomeAction } from './answer-outcome.ts';
import { answerBookClick } from './book-incidents.ts';
import { answerConnectionClick } from './connection-replies.ts';
import { accountNamed, displayName } from './context.ts';
import type { AppContext } from './context.ts';
import { decide } from './decide.ts';
import { answerEnrolmentClick } from './enrolment-replies.ts';
import type { DecideResult } from './decide.ts';
import type { DispatchFacts } from './dispatch.ts';
import { markReply } from './drill-replies.ts';
import { drillOf } from './drills.ts';
import { answerHaltClick, answerResumeClick } from './halt-replies.ts';
import { privately } from './privately.ts';
import { readApproval } from './read-approval.ts';
import type { BookReading } from './read-book.ts';
import { askOutsideFacts, readCheckFacts } from './read-check-facts.ts';

type Click = Extract<Interaction, { type: 'click' }>;

/** Reasons and other typed text are kept up to this length. */
const LONGEST_TEXT = 1000;

/**
 * Answers a click on a button, or the form that the click opened.
 * @param asked the book that was asked for when the click arrived.
 */
export async function handleClick(
  facts: DispatchFacts,
  click: Click,
  person: Person,
  actor: Actor,
  asked: BookReading | null,
): Promise<Reply> {
  const { context } = facts;
  const drill = await drillOf(context, click.proposalId);
  if (drill !== null) {
    const within = { ...facts, context: drill.context, executor: drill.executor };
    return markReply(await handleClick(within, click, person, actor, null), drill);
  }
  switch (click.action) {
    case 'connect':
    case 'complete_connection':
    case 'disconnect':
      return answerConnectionClick(context, click, person, actor);
    case 'confirm_codes':
    case 'replace_codes':
      return answerEnrolmentClick(context, click, click.action, person, actor);
    case 'resume':
      return answerResumeClick({ ...context, executor: facts.executor }, click, person, actor);
    case 'agree_on_book':
      return answerBookClick(context, click, person, actor);
    default:
      break;
  }
  const record = await context.store.findProposal(click.proposalId);
  if (record === null || !context.accounts.has(record.proposal.account)) {
    await context.store.transaction((unit) =>
      unit.appendAudit(
        auditEntry(context.clock.now(), actor, 'denial', null, click.proposalId.slice(0, 64), {
          code: 'no_such_proposal',
        }),
      ),
    );
    return privately(presentGone());
  }
  switch (click.action) {
    case 'approve':
    case 'approve_at_open':
      return approve(facts, click, click.action, person, record, asked);
    case 'reject':
      return reject(context, click, person, record);
    case 'details':
      return details(context, record);
    case 'adjust':
      return adjust(facts, click, person, actor, record);
    case 'halt':
    case 'halt_and_cancel':
      return answerHaltClick(
        { ...context, executor: facts.executor },
        {
          account: record.proposal.account,
          proposalId: record.proposal.id,
          cancelOrders: click.action === 'halt_and_cancel',
        },
        person,
        actor,
      );
    case 'outcome_is':
    case 'outcome_not_there':
    case 'outcome_look_again':
      return tellOutcome(facts, click, click.action, person, actor, record);
    default:
      return privately(presentGone());
  }
}

async function details(context: AppContext, record: ProposalRecord): Promise<Reply> {
  const { proposal } = record;
  const account = accountNamed(context, proposal.account);
  const facts = await readCheckFacts(context, context.store, proposal, account, {
    voters: votersOf(record),
  });
  return privately(
    presentDetails({
      proposal,
      account,
      checks: findChecks(facts),
      gains: estimatedGains(facts),
      now: context.clock.now(),
    }),
  );
}

async function approve(
  facts: DispatchFacts,
  click: Click,
  action: 'approve' | 'approve_at_open',
  person: Person,
  record: ProposalRecord,
  asked: BookReading | null,
): Promise<Reply> {
  const { context } = facts;
  const account = accountNamed(context, record.proposal.account);
  const asks = approvalAsks(account, record.proposal.plan);
  if (
    takesForm(asks) &&
    click.fields === null &&
    (await mayFillIn(context, click, person, record))
  ) {
    return { type: 'form', form: approvalForm(record, account, { asks, action }) };
  }
  // Should this be the last vote that is missing, the execution begins with what is asked for now.
  const ahead = bookAhead(facts, click, person, record, asked);
  const result = await decide(context, {
    proposalId: click.proposalId,
    digest: click.digest,
    person,
    platform: click.user.platform,
    verdict: 'approve',
    reason: null,
    confirmation: click.fields?.[FORM_FIELDS.confirmation] ?? null,
    notesTicked: (click.fields?.[FORM_FIELDS.notes] ?? '').split(','),
    oneTimeCode: click.fields?.[FORM_FIELDS.code] ?? null,
    outside: await askOutsideFacts(context, account, ahead?.market),
    atNextOpen: action === 'approve_at_open',
  });
  if (result.type === 'approved') facts.executor.start(record.proposal.id, account.name);
  return await answerTo(context, result, person);
}

/** Whether a form leads anywhere; who may not vote or has no authenticator is told so without one. */
async function mayFillIn(
  context: AppContext,
  click: Click,
  person: Person,
  record: ProposalRecord,
): Promise<boolean> {
  const { proposal } = record;
  const account = accountNamed(context, proposal.account);
  const denial = findDecisionDenial({
    person,
    account,
    record,
    verdict: 'approve',
    digest: click.digest,
    now: context.clock.now(),
  });
  if (denial !== null) return false;
  if (!approvalAsks(account, proposal.plan).code) return true;
  return (await context.store.codesSince(person.id)) !== null;
}

async function reject(
  context: AppContext,
  click: Click,
  person: Person,
  record: ProposalRecord,
): Promise<Reply> {
  const vetoable = record.status === 'pending' || record.status === 'approved';
  if (click.fields === null && vetoable) {
    return { type: 'form', form: rejectForm(record) };
  }
  const reason = click.fields?.[FORM_FIELDS.reason]?.trim().slice(0, LONGEST_TEXT) ?? '';
  const result = await decide(context, {
    proposalId: click.proposalId,
    digest: click.digest,
    person,
    platform: click.user.platform,
    verdict: 'reject',
    reason: reason === '' ? null : reason,
    confirmation: null,
    oneTimeCode: null,
  });
  return answerTo(context, result, person);
}

async function answerTo(context: AppContext, result: DecideResult, person: Person): Promise<Reply> {
  switch (result.type) {
    case 'no_such_proposal':
      return privately(presentGone());
    case 'denied':
      return privately(
        presentDecisionDenied({
          record: result.record,
          account: accountNamed(context, result.record.proposal.account),
          denial: result.denial,
          eligible: await eligible(context, result.record, result.denial),
          decidedBy: result.record.decisions
            .filter((decision) => decision.person !== person.id)
            .map((decision) => displayName(context, decision.person)),
          now: context.clock.now(),
        }),
      );
    case 'counted':
      return privately(presentVoteCounted({ record: result.record, approval: result.approval }));
    case 'approved':
    case 'rejected':
      // The proposal's own message says it, to everyone.
      return { type: 'nothing' };
  }
}

async function eligible(
  context: AppContext,
  record: ProposalRecord,
  denial: VoteDenial,
): Promise<readonly string[]> {
  const account = accountNamed(context, record.proposal.account);
  if (!isAboutThePerson(denial)) return [];
  const approval = await readApproval(context, context.store, record, account);
  return approval.mayVote.map((person) => person.name);
}

/** Whether somebody else could vote in their place. */
function isAboutThePerson(denial: VoteDenial): boolean {
  return ['own_proposal', 'not_approver', 'already_voted'].includes(denial.code);
}

async function adjust(
  facts: DispatchFacts,
  click: Click,
  person: Person,
  actor: Actor,
  record: ProposalRecord,
): Promise<Reply> {
  const { context } = facts;
  const account = accountNamed(context, record.proposal.account);
  if (!roleIncludes(roleFor(person, account.name), 'proposer')) {
    return roleDenied(context, actor, record, 'adjust a proposal', 'proposer');
  }
  if (record.status !== 'pending') {
    return answerTo(context, { type: 'denied', denial: { code: 'not_pending' }, record }, person);
  }
  if (click.fields === null) return { type: 'form', form: adjustForm(record) };
  return adjustProposal(context, { record, fields: click.fields, person, actor });
}

async function tellOutcome(
  facts: DispatchFacts,
  click: Click,
  action: OutcomeAction,
  person: Person,
  actor: Actor,
  record: ProposalRecord,
): Promise<Reply> {
  const { account, id, broker } = record.proposal;
  if (!roleIncludes(roleFor(person, account), 'approver')) {
    return roleDenied(facts.context, actor, record, 'say what became of an order', 'approver');
  }
  const { digest } = click;
  const result = await answerOutcome(facts.context, {
    proposalId: id,
    action,
    digest,
    person,
    actor,
  });
  switch (result.type) {
    case 'settled':
      facts.executor.wake(account);
      // The question's own message says it, to everyone.
      return { type: 'nothing' };
    case 'look_again':
      facts.executor.lookAgain(account, result.order.intent.clientOrderId);
      return { type: 'nothing' };
    case 'already_settled':
    case 'taken':
    case 'outdated':
      return privately(presentOutcomeRefusal({ ...result, broker }));
  }
}

async function roleDenied(
  context: AppContext,
  actor: Actor,
  record: ProposalRecord,
  what: string,
  role: 'proposer' | 'approver',
): Promise<Reply> {
  const { account, id } = record.proposal;
  await context.store.transaction((unit) =>
    unit.appendAudit(
      auditEntry(context.clock.now(), actor, 'denial', account, id, { code: 'role', needed: role }),
    ),
  );
  return privately(
    presentRoleNeeded({
      what,
      role,
      account,
      people: peopleWithRole(context.people, account, role).map((candidate) => candidate.name),
    }),
  );
}
