import { approvalAsks, takesForm } from '../core/approval-asks.ts';
import { EXCHANGE_TIME_ZONE } from '../core/market-calendar.ts';
import { peopleWithRole } from '../core/permission.ts';
import { MOST_IN_FULL } from '../messages/accounts-overview.ts';
import { MOST_ON_HOME, presentHome } from '../messages/home.ts';
import type { Message } from '../messages/message.ts';
import { presentStranger } from '../messages/refusal.ts';
import type { PlatformUser } from '../ports/chat.ts';
import { readAccountState, readOverview } from './account-states.ts';
import { proposerName } from './context.ts';
import type { AppContext } from './context.ts';
import { findPerson } from './dispatch.ts';
import { eachAccount } from './each-account.ts';
import { listWaiting, readWaiting } from './waiting-proposals.ts';

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
  const waiting = await listWaiting(context, null);
  const pending = await readWaiting(context, waiting.slice(0, MOST_ON_HOME));
  const fills = await store.listFills({ since: now.subtract(FILLS_OF) });
  return presentHome({
    personName: person.name,
    accounts:
      accounts.size > MOST_IN_FULL
        ? await readOverview(context, [...accounts.values()])
        : await eachAccount([...accounts.values()], (account) =>
            readAccountState(context, account),
          ),
    pending: pending.map(({ record, account, approval }) => ({
      record,
      account,
      approval,
      proposerName: proposerName(context, record.proposal.proposedBy),
      approvingTakesForm: takesForm(approvalAsks(account, record.proposal.plan)),
    })),
    waiting: waiting.length,
    fills: fills.slice(-MOST_FILLS).toReversed(),
    timeZone: EXCHANGE_TIME_ZONE,
    now,
  });
}
