import type { AccountSettings } from '../core/account.ts';
import { WASH_SALE_DAYS } from '../core/compliance/wash-sales.ts';
import type { ComplianceFacts, OwnedAccount } from '../core/compliance/wash-sales.ts';
import { maximum, ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import { exchangeDateOf } from '../core/market-calendar.ts';
import type { Side } from '../core/plan-types.ts';
import type { Proposal, ProposalStatus } from '../core/proposal.ts';
import type { StoreReads } from '../ports/store.ts';
import type { AppContext } from './context.ts';
import { newestBook, readLots } from './remembered-lots.ts';

const NONE: ReadonlyMap<string, Decimal> = new Map();

/**
 * What the compliance checks look at, from the record: the lots that a proposal would sell, and for wash
 * sales what the owner's accounts bought, sold and are about to trade of the same symbols within the days
 * that matter. Nothing older is read, however much there is of it.
 * @param statuses which other proposals count.
 */
export async function readComplianceFacts(
  context: AppContext,
  store: StoreReads,
  proposal: Proposal,
  account: AccountSettings,
  statuses: readonly ProposalStatus[] = ['pending', 'approved', 'executing'],
): Promise<ComplianceFacts> {
  const { owner, taxable, washSales } = account.compliance;
  const today = exchangeDateOf(context.clock.now());
  const since = today.subtract({ days: WASH_SALE_DAYS });
  const sells = taxable ? quantitiesOf([proposal], 'sell') : NONE;
  const asksOwner = washSales !== 'ignore';
  const { lots } = await readLots(store, account, {
    toSell: sells,
    // What is bought of late and not sold now replaces what is.
    bought: new Set(asksOwner ? sells.keys() : []),
    sold: new Set(),
    since,
    book: async () => proposal.snapshot,
  });
  if (!asksOwner) return { lots, owned: [] };
  const owned: OwnedAccount[] = [];
  for (const other of accountsOwnedBy(context.accounts, owner)) {
    // Account by account: what waits in the accounts of other owners can be thousands of proposals.
    const active = await store.listProposals({
      account: other.name,
      statuses,
      except: proposal.id,
    });
    const proposals = active.map((record) => record.proposal);
    owned.push(await readOwned(store, { proposal, sells, since }, other, proposals));
  }
  return { lots, owned };
}

const byOwner = new WeakMap<
  AppContext['accounts'],
  ReadonlyMap<string, readonly AccountSettings[]>
>();

function accountsOwnedBy(
  accounts: AppContext['accounts'],
  owner: string,
): readonly AccountSettings[] {
  const known =
    byOwner.get(accounts) ?? Map.groupBy(accounts.values(), ({ compliance }) => compliance.owner);
  byOwner.set(accounts, known);
  return known.get(owner) ?? [];
}

async function readOwned(
  store: StoreReads,
  about: {
    readonly proposal: Proposal;
    /** Sales whose losses count. */
    readonly sells: ReadonlyMap<string, Decimal>;
    readonly since: Temporal.PlainDate;
  },
  account: AccountSettings,
  proposals: readonly Proposal[],
): Promise<OwnedAccount> {
  const { proposal, sells, since } = about;
  const { taxable, taxLots: method } = account.compliance;
  const isOwn = account.name === proposal.account;
  const bought = new Set(taxable ? quantitiesOf([proposal], 'buy').keys() : []);
  const planned = [...quantitiesOf(proposals, 'sell')].filter(([symbol]) => bought.has(symbol));
  const { lots, sales } = await readLots(store, account, {
    toSell: new Map(planned),
    bought: new Set(isOwn ? [] : sells.keys()),
    sold: bought,
    since,
    book: async () =>
      isOwn
        ? proposal.snapshot
        : (proposals[0]?.snapshot ?? (await newestBook(store, account.name))),
  });
  return { account: account.name, taxable, method, lots, sales, proposals };
}

/** What each symbol is traded in one proposal at most. */
function quantitiesOf(proposals: readonly Proposal[], side: Side): ReadonlyMap<string, Decimal> {
  const quantities = new Map<string, Decimal>();
  for (const { plan } of proposals) {
    for (const leg of plan.legs) {
      if (leg.side !== side) continue;
      quantities.set(leg.symbol, maximum(leg.quantity, quantities.get(leg.symbol) ?? ZERO));
    }
  }
  return quantities;
}
