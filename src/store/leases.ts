import type { Kysely } from 'kysely';
import type { LeaseRecord } from '../ports/store.ts';
import { decodeInstant, instantColumn } from './columns.ts';
import type { Tables } from './tables.ts';

export async function findLease(
  database: Kysely<Tables>,
  name: string,
): Promise<LeaseRecord | null> {
  const row = await database
    .selectFrom('leases')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { holder, token, expires_at } = row;
  return { holder, token, expiresAt: decodeInstant(expires_at, `lease ${name}`) };
}

/** Writes the next holder over the last one. The token tells them apart for good. */
export async function takeLease(
  database: Kysely<Tables>,
  name: string,
  holder: string,
  expiresAt: Temporal.Instant,
): Promise<number> {
  const row = await database
    .insertInto('leases')
    .values({ name, holder, token: 1, expires_at: instantColumn(expiresAt) })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((builder) => ({
        holder,
        token: builder('leases.token', '+', 1),
        expires_at: instantColumn(expiresAt),
      })),
    )
    .returning('token')
    .executeTakeFirstOrThrow();
  return row.token;
}

/** @returns false when somebody has taken it since. */
export async function renewLease(
  database: Kysely<Tables>,
  name: string,
  token: number,
  expiresAt: Temporal.Instant,
): Promise<boolean> {
  const result = await database
    .updateTable('leases')
    .set({ expires_at: instantColumn(expiresAt) })
    .where('name', '=', name)
    .where('token', '=', token)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
