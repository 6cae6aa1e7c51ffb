import type { AccountSettings } from '../core/account.ts';
import { approvalAsks, takesForm } from '../core/approval-asks.ts';
import { EXCHANGE_TIME_ZONE } from '../core/market-calendar.ts';
import { peopleWithRole } from '../core/permission.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import { MOST_IN_FULL } from '../messages/accounts-overview.ts';
import { presentHome } from '../messages/home.ts';
import type { HomeInput } from '../messages/home.ts';
import type { Message } from '../messages/message.ts';
import { presentStranger } from '../messages/refusal.ts';
import type { PlatformUser } from '../ports/chat.ts';
import { readAccountState, readOverview } from './account-states.ts';
import { proposerName } from './context.ts';
import type { AppContext } from './context.ts';
import { findPerson } from './dispatch.ts';
import { eachAccount } from './each-account.ts';
import { readApproval } from './read-approval.ts';

const FILLS_OF = Temporal.Duration.from({ hours: 7 * 24 });
const MOST_FILLS = 8;

/** What a person's own page shows: the accounts, what waits for a decision, the last fills. */
export async function viewHome(context: AppContext, user: PlatformUser): Promise<Message> {
  const person = findPerson(context.people, user);
  if (person === null) {
    return presentStranger(peopleWithRole(context.people, null, 'admin').map(({ name }) => name));
  }
  const { store, accounts } = context;
  const now = context.clock.now();
  const pending = await store.listProposals({ statuses: ['pending'] });
  const fills = await store.listFills({ since: now.subtract(FILLS_OF) });
  return presentHome({
    personName: person.name,
    accounts:
      accounts.size > MOST_IN_FULL
        ? await readOverview(context, [...accounts.values()])
        : await eachAccount([...accounts.values()], (account) =>
            readAccountState(context, account),
          ),
    pending: await Promise.all(
      pending.flatMap((record) => {
        const account = accounts.get(record.proposal.account);
        return account === undefined ? [] : [homeProposal(context, record, account)];
      }),
    ),
    fills: fills.slice(-MOST_FILLS).toReversed(),
    timeZone: EXCHANGE_TIME_ZONE,
    now,
  });
}

async function homeProposal(
  context: AppContext,
  record: ProposalRecord,
  account: AccountSettings,
): Promise<HomeInput['pending'][number]> {
  const { proposal } = record;
  return {
    record,
    account,
    proposerName: proposerName(context, proposal.proposedBy),
    approval: await readApproval(context, context.store, record, account),
    approvingTakesForm: takesForm(approvalAsks(account, proposal.plan)),
  };
}
