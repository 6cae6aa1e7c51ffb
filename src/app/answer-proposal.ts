import type { AccountSettings } from '../core/account.ts';
import { estimatedGains } from '../core/checks/estimated-gains.ts';
import { findChecks } from '../core/checks/find-checks.ts';
import { peopleWithRole } from '../core/permission.ts';
import { presentDryRun } from '../messages/dry-run.ts';
import { presentPlanRefusal } from '../messages/errors.ts';
import { presentNothingToDo } from '../messages/nothing-to-do.ts';
import { presentRefusal } from '../messages/refusal.ts';
import { accountTimeZone } from '../messages/time.ts';
import type { Reply } from '../ports/chat.ts';
import { haltedByName } from './announce-halt.ts';
import { limitPrices, priceNote } from './announce-proposal.ts';
import type { AppContext } from './context.ts';
import { openly, privately } from './privately.ts';
import type { ProposeResult } from './propose.ts';
import { readCheckFacts } from './read-check-facts.ts';

/** What is said to the one who asked for a proposal, whatever came of it. */
export async function answerProposal(
  context: AppContext,
  account: AccountSettings,
  result: ProposeResult,
): Promise<Reply> {
  const now = context.clock.now();
  switch (result.type) {
    case 'proposed':
      // The proposal is posted where the account talks; there is nothing more to say.
      return { type: 'nothing' };
    case 'dry_run': {
      const facts = await readCheckFacts(context, context.store, result.proposal, account);
      return privately(
        presentDryRun({
          account,
          plan: result.proposal.plan,
          checks: findChecks(facts),
          gains: estimatedGains(facts),
          now,
          priceNote: priceNote(result.proposal.snapshot, now),
          limitPrices: limitPrices(account, result.proposal.plan),
        }),
      );
    }
    case 'nothing_to_do':
      return openly(presentNothingToDo({ account, plan: result.plan, now }));
    case 'refused':
      return privately(presentPlanRefusal(result.refusal, account.name));
    case 'halted':
      return privately(
        presentRefusal({
          type: 'halted',
          attempt: `propose trades for ${account.name}`,
          halt: { halt: result.halt, byName: haltedByName(context, result.halt) },
          whoCan: peopleWithRole(context.people, account.name, 'approver').map((p) => p.name),
          timeZone: accountTimeZone(account),
          now,
        }),
      );
    case 'not_compared':
      return privately(
        presentRefusal({
          type: 'not_compared',
          attempt: `propose trades for ${account.name}`,
          account: account.name,
          broker: account.broker,
        }),
      );
    case 'busy':
      return privately(
        presentRefusal({
          type: 'busy',
          attempt: `propose trades for ${account.name}`,
          account: account.name,
          proposalId: result.proposalId,
        }),
      );
  }
}
