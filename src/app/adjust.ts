import { ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import type { Person } from '../core/person.ts';
import type { Plan } from '../core/plan-types.ts';
import type { Snapshot } from '../core/portfolio.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import type { Recommendation } from '../core/recommendation.ts';
import { presentCommandProblem } from '../messages/errors.ts';
import { FORM_FIELDS } from '../messages/forms.ts';
import type { Reply } from '../ports/chat.ts';
import type { Actor } from './audit.ts';
import { answerProposal } from './answer-proposal.ts';
import { parseMoney } from './command-line.ts';
import { accountNamed } from './context.ts';
import type { AppContext } from './context.ts';
import { privately } from './privately.ts';
import { propose } from './propose.ts';

/**
 * Makes a new proposal from an earlier one: some legs left out, the notional capped, or buys only.
 * It is planned on today's book, has a digest of its own, and needs votes of its own.
 */
export async function adjustProposal(
  context: AppContext,
  request: {
    readonly record: ProposalRecord;
    readonly fields: Readonly<Record<string, string>>;
    readonly person: Person;
    readonly actor: Actor;
  },
): Promise<Reply> {
  const { proposal } = request.record;
  const account = accountNamed(context, proposal.account);
  const typed = (request.fields[FORM_FIELDS.maximumNotional] ?? '').trim();
  const maximum = typed === '' ? null : parseMoney(typed);
  if (typed !== '' && maximum === null) {
    return privately(
      presentCommandProblem({
        problem: {
          type: 'bad_value',
          option: 'Trade at most',
          given: typed,
          expected: 'a positive amount such as 2500 or $2,500.00',
        },
        usage: 'Adjust',
        accounts: [],
      }),
    );
  }
  const ticked = new Set((request.fields[FORM_FIELDS.legs] ?? '').split(',').filter(Boolean));
  const kept = new Set(
    proposal.plan.legs
      .filter((leg) => ticked.has(String(leg.number)))
      .map((leg) => `${leg.side} ${leg.symbol}`),
  );
  const buyOnly = (request.fields[FORM_FIELDS.mode] ?? '').split(',').includes('buy_only');
  const rebalance = { ...proposal.request, buyOnly: proposal.request.buyOnly || buyOnly };
  const result = await propose(context, {
    account,
    by: request.actor,
    proposer: { type: 'person', person: request.person.id },
    request: rebalance,
    dryRun: false,
    adjust: (plan, snapshot) => adjusted(plan, snapshot, kept, maximum),
  });
  return answerProposal(context, account, result);
}

/** What is left of a plan, as recommendations that are planned again. */
function adjusted(
  plan: Plan,
  snapshot: Snapshot,
  kept: ReadonlySet<string>,
  maximum: Decimal | null,
): readonly Recommendation[] {
  const legs = plan.legs.filter((leg) => kept.has(`${leg.side} ${leg.symbol}`));
  const notional = legs.reduce((total, leg) => total.plus(leg.notional), ZERO);
  const scaled = maximum !== null && notional.gt(maximum);
  const held = new Map(snapshot.positions.map((position) => [position.symbol, position.quantity]));
  return legs.map((leg) => {
    // Rounded down, so that the cap holds; planning rounds down further, to whole lots.
    const wanted = scaled ? leg.quantity.times(maximum).div(notional).round(9, 0) : leg.quantity;
    const holding = held.get(leg.symbol) ?? ZERO;
    const quantity = leg.side === 'sell' && wanted.gt(holding) ? holding : wanted;
    return { symbol: leg.symbol, action: leg.side, quantity };
  });
}
