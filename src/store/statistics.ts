import type { Kysely } from 'kysely';
import type { Statistics } from '../ports/store.ts';
import type { Tables } from './tables.ts';

/** How much of everything there is. Counts over indexes, for whoever watches the bot. */
export async function readStatistics(database: Kysely<Tables>): Promise<Statistics> {
  const byStatus = async (table: 'proposals' | 'orders') => {
    const rows = await database
      .selectFrom(table)
      .select('status')
      .select((builder) => builder.fn.countAll<number>().as('count'))
      .groupBy('status')
      .execute();
    return Object.fromEntries(rows.map((row) => [row.status, row.count]));
  };
  const countOf = async (table: 'fills' | 'halts') => {
    const row = await database
      .selectFrom(table)
      .select((builder) => builder.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return row.count;
  };
  const behind = await database
    .selectFrom('deliveries')
    .select('platform')
    .select((builder) => builder.fn.countAll<number>().as('count'))
    .whereRef('delivered_version', '<', 'wanted_version')
    .groupBy('platform')
    .execute();
  const head = await database
    .selectFrom('audit_log')
    .select((builder) => builder.fn.max('seq').as('seq'))
    .executeTakeFirst();
  return {
    proposals: await byStatus('proposals'),
    orders: await byStatus('orders'),
    fills: await countOf('fills'),
    halts: await countOf('halts'),
    deliveries: Object.fromEntries(behind.map((row) => [row.platform, row.count])),
    auditRows: head?.seq ?? 0,
  };
}
