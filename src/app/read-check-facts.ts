import type { AccountSettings } from '../core/account.ts';
import type { CheckFacts } from '../core/checks/check-facts.ts';
import { marketLater } from '../core/checks/market-hours.ts';
import type { MarketClock } from '../core/portfolio.ts';
import type { Proposal } from '../core/proposal.ts';
import { BrokerError } from '../ports/broker-error.ts';
import type { StoreReads } from '../ports/store.ts';
import { brokerOf } from './context.ts';
import type { AppContext } from './context.ts';
import { haltFor } from './halt-record.ts';
import { readComplianceFacts } from './read-compliance-facts.ts';
import { readLimitFacts } from './read-limit-facts.ts';
import { loginEndOf } from './login-accounts.ts';

/** What must be asked outside of the database before a proposal is checked. */
export interface OutsideFacts {
  /** Null when the broker did not say. */
  readonly market: MarketClock | null;
}

/**
 * Asks the broker what the checks need. Never fails: what is not known is said to be so.
 * @param market where it has been asked for already.
 */
export async function askOutsideFacts(
  context: AppContext,
  account: AccountSettings,
  market: Promise<MarketClock> = brokerOf(context, account.name).getMarketClock(),
): Promise<OutsideFacts> {
  try {
    return { market: await market };
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    context.log.warn({ account: account.name, code: error.code }, 'market clock could not be read');
    return { market: null };
  }
}

/**
 * Gathers what the checks of a proposal look at, as it is in this transaction.
 * @param options `outside`: what was asked just now; left out, the market is taken as the book's snapshot
 *   lets one expect it. `voters`: who has approved it or is about to. `atNextOpen`: it is
 *   to wait for the next open.
 */
export async function readCheckFacts(
  context: AppContext,
  store: StoreReads,
  proposal: Proposal,
  account: AccountSettings,
  options: {
    readonly outside?: OutsideFacts;
    readonly voters?: readonly string[];
    readonly atNextOpen?: boolean;
  } = {},
): Promise<CheckFacts> {
  const now = context.clock.now();
  const { outside } = options;
  return {
    proposal,
    account,
    halt: await haltFor(store, account.name),
    market: outside === undefined ? marketLater(proposal.snapshot.market, now) : outside.market,
    extendedHours: brokerOf(context, account.name).capabilities.extendedHours,
    atNextOpen: options.atNextOpen ?? false,
    limits: await readLimitFacts(
      context,
      store,
      { proposalId: proposal.id, account: account.name },
      options.voters ?? [],
    ),
    login: await loginEndOf(context, store, account),
    compliance: await readComplianceFacts(context, store, proposal, account),
    now,
  };
}
