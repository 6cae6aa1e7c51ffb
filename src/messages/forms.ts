import type { AccountSettings } from '../core/account.ts';
import type { ApprovalAsks } from '../core/approval-asks.ts';
import type { ComplianceNote } from '../core/compliance/notes.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import { formatAmount, formatMoney, formatQuantity, shortId } from './format.ts';
import type { Form, FormField } from './message.ts';
import { legsInWords, ordersWithNotional } from './plan-blocks.ts';
import { plain } from './plain.ts';
import { sideWord, venue } from './words.ts';

/** The names of the fields that forms send back. */
export const FORM_FIELDS = {
  /** Reject: why. */
  reason: 'reason',
  /** Approve a large trade: the account's name, typed. */
  confirmation: 'confirmation',
  /** A one-time code of the person's authenticator. */
  code: 'code',
  /** Approve: the keys of the compliance notes that were ticked, joined by commas. */
  notes: 'notes',
  /** Adjust: the numbers of the legs that stay, joined by commas. */
  legs: 'legs',
  /** Adjust: the most that may be traded, as decimal text, or empty. */
  maximumNotional: 'maximumNotional',
  /** Adjust: `buy_only` or empty. */
  mode: 'mode',
} as const;

/** Asks why a proposal is rejected. */
export function rejectForm(record: ProposalRecord): Form {
  const { proposal } = record;
  return {
    title: `Reject ${shortId(proposal.id)}`,
    action: 'reject',
    proposalId: proposal.id,
    digest: proposal.digest,
    intro: `${ordersWithNotional(proposal.plan)} on ${proposal.account}. Nothing will be traded.`,
    fields: [
      {
        type: 'text',
        name: FORM_FIELDS.reason,
        label: 'Reason',
        hint: 'Kept in the audit log and shown in the channel',
        multiline: true,
        required: true,
        maximumLength: 500,
      },
    ],
    submitLabel: 'Reject',
  };
}

/** Asks an approver for what the account wants beside the click; each thing is a field of its own. */
export function approvalForm(
  record: ProposalRecord,
  account: AccountSettings,
  facts: { readonly asks: ApprovalAsks; readonly action: 'approve' | 'approve_at_open' },
): Form {
  const { proposal } = record;
  const { asks, action } = facts;
  const large = account.approvals.largeTrade;
  const why =
    large === null || !asks.confirmation
      ? ''
      : ` Trades of at least ${formatAmount(large.notional)} are confirmed by name.`;
  return {
    title: `Approve ${shortId(proposal.id)}`,
    action,
    proposalId: proposal.id,
    digest: proposal.digest,
    intro: `${action === 'approve' ? '' : 'At the next open: '}${ordersWithNotional(proposal.plan)} on ${proposal.account} (${venue(proposal)}): ${legsInWords(proposal.plan.legs, 6)}.${why}${longNotes(asks.notes)}`,
    fields: [
      ...(asks.confirmation ? [confirmationField(proposal.account)] : []),
      ...(asks.notes.length > 0 ? [notesField(asks.notes)] : []),
      ...(asks.code ? [CODE_FIELD] : []),
    ],
    submitLabel: 'Approve',
  };
}

function notesField(notes: readonly ComplianceNote[]): FormField {
  return {
    type: 'choices',
    name: FORM_FIELDS.notes,
    label: 'I confirm each of these',
    hint: 'All of them; what was ticked is kept in the audit log',
    options: notes.map(({ key, text }) => ({ value: key, label: plain(text, 200), ticked: false })),
    required: true,
  };
}

/** Choices are cut short by some platforms: a note that is longer stands in full above them. */
function longNotes(notes: readonly ComplianceNote[]): string {
  return notes
    .filter(({ text }) => text.length > LONGEST_CHOICE)
    .map(({ text }) => ` To confirm: “${plain(text, 200)}”`)
    .join('');
}

/** Slack shows so many characters of an option (specification of Block Kit: option object). */
const LONGEST_CHOICE = 75;

function confirmationField(account: string): FormField {
  return {
    type: 'text',
    name: FORM_FIELDS.confirmation,
    label: `Type ${account} to approve`,
    multiline: false,
    required: true,
    maximumLength: 40,
  };
}

/** Where a one-time code is typed. */
export const CODE_FIELD: FormField = {
  type: 'text',
  name: FORM_FIELDS.code,
  label: 'One-time code',
  hint: 'Six digits of your authenticator app',
  multiline: false,
  required: true,
  maximumLength: 10,
};

/** Asks what to leave out; the answer makes a new proposal that needs its own approval. */
export function adjustForm(record: ProposalRecord): Form {
  const { proposal } = record;
  return {
    title: `Adjust ${shortId(proposal.id)}`,
    action: 'adjust',
    proposalId: proposal.id,
    digest: proposal.digest,
    intro: 'This makes a new proposal in place of this one. It needs approvals of its own.',
    fields: [
      {
        type: 'choices',
        name: FORM_FIELDS.legs,
        label: 'Orders to keep',
        options: proposal.plan.legs.map((leg) => ({
          value: String(leg.number),
          label: `${sideWord(leg.side)} ${plain(leg.symbol, 24)} ${formatQuantity(leg.quantity)}, ${formatMoney(leg.notional)}`,
          ticked: true,
        })),
        required: false,
      },
      {
        type: 'text',
        name: FORM_FIELDS.maximumNotional,
        label: 'Trade at most, in dollars',
        hint: `Empty for all of ${formatMoney(proposal.plan.notional)}`,
        multiline: false,
        required: false,
        maximumLength: 20,
      },
      {
        type: 'choices',
        name: FORM_FIELDS.mode,
        label: 'Direction',
        options: [{ value: 'buy_only', label: 'Only buy, sell nothing', ticked: false }],
        required: false,
      },
    ],
    submitLabel: 'Propose this',
  };
}
