import type { Kysely } from 'kysely';
import { ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import type { ProposalUsage } from '../ports/store.ts';
import { decodeDecimal, instantColumn } from './columns.ts';
import type { Tables } from './tables.ts';

/**
 * What each proposal has sent since an instant, and what of it was traded. Day orders trade on the day
 * they are sent; one range of the index on their age, so that the years before cost nothing.
 */
export async function listProposalUsage(
  database: Kysely<Tables>,
  since: Temporal.Instant,
): Promise<readonly ProposalUsage[]> {
  const rows = await database
    .selectFrom('orders')
    .select(['proposal_id', 'account', 'filled_quantity', 'average_fill_price'])
    .where('created_at', '>=', instantColumn(since))
    .where('status', '!=', 'denied')
    .execute();
  const usages = new Map<string, { account: string; orders: number; notional: Decimal }>();
  for (const row of rows) {
    const usage = usages.get(row.proposal_id) ?? {
      account: row.account,
      orders: 0,
      notional: ZERO,
    };
    usages.set(row.proposal_id, usage);
    usage.orders += 1;
    if (row.average_fill_price === null) continue;
    const where = `order of proposal ${row.proposal_id}`;
    const traded = decodeDecimal(row.filled_quantity, where).times(
      decodeDecimal(row.average_fill_price, where),
    );
    usage.notional = usage.notional.plus(traded);
  }
  return [...usages].map(([proposalId, usage]) => ({ proposalId, ...usage }));
}

/** Who approved each of these proposals. */
export async function listApprovers(
  database: Kysely<Tables>,
  proposalIds: readonly string[],
): Promise<readonly { readonly proposalId: string; readonly person: string }[]> {
  if (proposalIds.length === 0) return [];
  const rows = await database
    .selectFrom('decisions')
    .select(['proposal_id', 'person'])
    .where('proposal_id', 'in', proposalIds)
    .where('verdict', '=', 'approve')
    .execute();
  return rows.map((row) => ({ proposalId: row.proposal_id, person: row.person }));
}
