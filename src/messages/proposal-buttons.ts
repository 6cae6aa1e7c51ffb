import type { AccountSettings } from '../core/account.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import { buttons } from './blocks.ts';
import { shortId } from './format.ts';
import type { Block, Button } from './message.ts';
import { legsInWords, ordersWithNotional } from './plan-blocks.ts';
import { plain } from './plain.ts';
import { venue } from './words.ts';

/** A confirmation may be this long on every platform: Slack's limit. */
const LONGEST_CONFIRMATION = 300;

/** Approve, Reject, Adjust and Details of a pending proposal. */
export function proposalButtons(
  record: ProposalRecord,
  account: AccountSettings,
  /** More than a click is asked for: it is given in a form. */
  takesForm: boolean,
  /** The market is closed and the account allows waiting: approving means at the next open. */
  atNextOpen = false,
): Block | null {
  const { proposal } = record;
  const about = { proposalId: proposal.id, digest: proposal.digest };
  const question = `${ordersWithNotional(proposal.plan)} on ${account.name} (${venue(proposal)}): ${legsInWords(proposal.plan.legs, 6)}.`;
  const approve: Button = {
    ...about,
    action: atNextOpen ? 'approve_at_open' : 'approve',
    label: atNextOpen ? 'Approve for the open' : 'Approve',
    style: 'primary',
    opensForm: takesForm,
  };
  return buttons([
    // A form is filled in with care; asking twice would only train people to click.
    takesForm
      ? approve
      : {
          ...approve,
          confirm: {
            title: `Approve ${shortId(proposal.id)}?`,
            text: plain(
              atNextOpen ? `At the next open, checked again then: ${question}` : question,
              LONGEST_CONFIRMATION,
            ),
            yes: 'Approve',
            no: 'Not now',
          },
        },
    { ...about, action: 'reject', label: 'Reject', style: 'danger', opensForm: true },
    { ...about, action: 'adjust', label: 'Adjust', style: 'plain', opensForm: true },
    { ...about, action: 'details', label: 'Details', style: 'plain', opensForm: false },
  ]);
}

/** Reject, beside an approved proposal that waits for the market to open. */
export function queuedButtons(record: ProposalRecord): Block | null {
  const { proposal } = record;
  const about = { proposalId: proposal.id, digest: proposal.digest };
  return buttons([
    { ...about, action: 'reject', label: 'Reject', style: 'danger', opensForm: true },
    { ...about, action: 'details', label: 'Details', style: 'plain', opensForm: false },
  ]);
}

/** Halt, and Halt and cancel, beside an execution that runs. */
export function haltButtons(record: ProposalRecord): Block | null {
  const { proposal } = record;
  const about = {
    proposalId: proposal.id,
    digest: proposal.digest,
    style: 'danger',
    opensForm: false,
  } as const;
  const title = `Halt ${proposal.account}?`;
  const effect = 'Nothing new is sent until it is resumed.';
  return buttons([
    {
      ...about,
      action: 'halt',
      label: 'Halt',
      confirm: {
        title,
        text: `${effect} Orders that are at the broker keep working.`,
        yes: 'Halt',
        no: 'Go on',
      },
    },
    {
      ...about,
      action: 'halt_and_cancel',
      label: 'Halt and cancel',
      confirm: {
        title,
        text: `${effect} The broker is asked to cancel every order of ${proposal.account} that still works.`,
        yes: 'Halt and cancel',
        no: 'Go on',
      },
    },
  ]);
}
