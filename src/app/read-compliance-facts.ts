import type { AccountSettings } from '../core/account.ts';
import { WASH_SALE_DAYS } from '../core/compliance/wash-sales.ts';
import type { ComplianceFacts, OwnedAccount } from '../core/compliance/wash-sales.ts';
import { EXCHANGE_TIME_ZONE, exchangeDateOf } from '../core/market-calendar.ts';
import type { Side } from '../core/plan-types.ts';
import type { Snapshot } from '../core/portfolio.ts';
import type { Proposal } from '../core/proposal.ts';
import type { StoreReads } from '../ports/store.ts';
import type { AppContext } from './context.ts';
import { readLots } from './remembered-lots.ts';

/**
 * What the compliance checks look at, from the record: the lots that a proposal would sell, and for wash
 * sales what the owner's accounts bought, sold and are about to trade of the same symbols. Fills that
 * were replayed once are not read again.
 */
export async function readComplianceFacts(
  context: AppContext,
  store: StoreReads,
  proposal: Proposal,
  account: AccountSettings,
): Promise<ComplianceFacts> {
  const sold = symbolsOf(proposal, 'sell');
  const own = account.compliance.taxable
    ? await readLots(context, store, account, proposal.snapshot, [...sold])
    : [];
  const lots = own.flatMap((history) => history.lots);
  if (account.compliance.washSales === 'ignore') return { lots, owned: [] };
  const { owner } = account.compliance;
  const owned: OwnedAccount[] = [];
  for (const other of context.accounts.values()) {
    if (other.compliance.owner === owner) {
      owned.push(await readOwned(context, store, proposal, other));
    }
  }
  return { lots, owned };
}

async function readOwned(
  context: AppContext,
  store: StoreReads,
  proposal: Proposal,
  account: AccountSettings,
): Promise<OwnedAccount> {
  const { taxable, taxLots: method } = account.compliance;
  const sold = symbolsOf(proposal, 'sell');
  const bought = symbolsOf(proposal, 'buy');
  const active = await store.listProposals({
    account: account.name,
    statuses: ['pending', 'approved', 'executing'],
    except: proposal.id,
  });
  const proposals = active.map((record) => record.proposal);
  const recent = await store.listTraded(account.name, windowStart(context.clock.now()));
  const symbols = new Set([
    ...recent
      .filter(({ side, symbol }) =>
        side === 'buy' ? sold.has(symbol) : taxable && bought.has(symbol),
      )
      .map((traded) => traded.symbol),
    ...(taxable ? proposals : [])
      .flatMap((other) => [...symbolsOf(other, 'sell')])
      .filter((symbol) => bought.has(symbol)),
  ]);
  const base = { account: account.name, taxable, method, proposals };
  if (symbols.size === 0) return { ...base, lots: [], sales: [] };
  const book =
    account.name === proposal.account
      ? proposal.snapshot
      : (proposals[0]?.snapshot ?? (await newestBook(store, account.name)));
  const histories = await readLots(context, store, account, book, [...symbols]);
  return {
    ...base,
    lots: histories.flatMap((history) => history.lots),
    sales: histories.flatMap((history) => history.sales),
  };
}

/** The book of the account's newest proposal; null when there was none. */
export async function newestBook(store: StoreReads, account: string): Promise<Snapshot | null> {
  const [newest] = await store.listProposals({ account, limit: 1 });
  return newest?.proposal.snapshot ?? null;
}

function symbolsOf(proposal: Proposal, side: Side): ReadonlySet<string> {
  return new Set(proposal.plan.legs.filter((leg) => leg.side === side).map((leg) => leg.symbol));
}

/** Midnight of the first day on the exchange that is near enough to matter. */
function windowStart(now: Temporal.Instant): Temporal.Instant {
  return exchangeDateOf(now)
    .subtract({ days: WASH_SALE_DAYS })
    .toZonedDateTime(EXCHANGE_TIME_ZONE)
    .toInstant();
}
