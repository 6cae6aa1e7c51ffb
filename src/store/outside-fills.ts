import { sql, type Kysely } from 'kysely';
import type { BookChange } from '../core/agreed-book.ts';
import { ZERO } from '../core/decimal.ts';
import type { Fill } from '../core/order.ts';
import type { OutsideReads, OutsideWrites } from '../ports/outside-store.ts';
import { toBookChange, type BookChangeRow } from './book-changes.ts';
import { decimalColumn, instantColumn } from './columns.ts';
import { addToLots, correctLots } from './keep-lots.ts';
import { newestTellings, toOutsideFill, type OutsideRow } from './outside-tellings.ts';
import type { Tables } from './tables.ts';

/** Every telling of an execution is a row of its own; the newest counts, in the place of the first. */

export function outsideReads(source: () => Kysely<Tables>): OutsideReads {
  return {
    listOutsideFills: async (filter) => await listOutsideFills(source(), filter),
    listOutsideExecutions: async (account, executionIds) =>
      await listOutsideExecutions(source(), account, executionIds),
    listOutsideChanges: async (account, after) =>
      await listOutsideChanges(source(), account, after),
  };
}

export function outsideWrites(source: () => Kysely<Tables>): OutsideWrites {
  return {
    recordOutsideFill: async (fill, at) => {
      const before = await findOutsideFill(source(), fill.account, fill.executionId);
      if (before === null) {
        await insertTelling(source(), fill, null, at);
        await addToLots(source(), [{ ...fill, outside: true }]);
        return { before: null };
      }
      const isNewer = (fill.revision ?? 0) > (before.fill.revision ?? 0);
      if (!isNewer || isSame(fill, before.fill)) return null;
      await insertTelling(source(), fill, before.number, at);
      await correctLots(source(), fill);
      return { before: before.fill };
    },
    retractOutsideFill: async (account, executionId, at) => {
      const before = await findOutsideFill(source(), account, executionId);
      if (before === null || before.fill.quantity.eq(ZERO)) return null;
      const revision = (before.fill.revision ?? 0) + 1;
      const nothing = { ...before.fill, quantity: ZERO, fees: ZERO, revision };
      await insertTelling(source(), nothing, before.number, at);
      await correctLots(source(), nothing);
      return before.fill;
    },
  };
}

function isSame(one: Fill, other: Fill): boolean {
  return one.quantity.eq(other.quantity) && one.price.eq(other.price) && one.fees.eq(other.fees);
}

async function findOutsideFill(
  database: Kysely<Tables>,
  account: string,
  executionId: string,
): Promise<{ readonly number: number; readonly fill: Fill } | null> {
  const { rows } = await sql<OutsideRow>`
    ${newestTellings()} and first.account = ${account} and first.execution_id = ${executionId}
  `.execute(database);
  const [row] = rows;
  return row === undefined ? null : { number: row.number, fill: toOutsideFill(row) };
}

async function listOutsideFills(
  database: Kysely<Tables>,
  filter: Parameters<OutsideReads['listOutsideFills']>[0],
): Promise<readonly Fill[]> {
  const { account, since, until } = filter;
  const { rows } = await sql<OutsideRow>`
    ${newestTellings()} and first.account = ${account}
      and first.at >= ${since === undefined ? '' : instantColumn(since)}
      and first.at < ${until === undefined ? '9' : instantColumn(until)}
    order by first.at, first.number
  `.execute(database);
  return rows.map(toOutsideFill);
}

async function listOutsideExecutions(
  database: Kysely<Tables>,
  account: string,
  executionIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select distinct execution_id as id from json_each(${JSON.stringify(executionIds)}) as wanted
    cross join outside_fills on account = ${account} and execution_id = wanted.value
  `.execute(database);
  return new Set(rows.map(({ id }) => id));
}

async function listOutsideChanges(
  database: Kysely<Tables>,
  account: string,
  { number, at }: Parameters<OutsideReads['listOutsideChanges']>[1],
): Promise<readonly BookChange[]> {
  const { rows } = await sql<BookChangeRow>`
    with changed as (
      -- The plus keeps SQLite from going through all of the account: the newest numbers are few.
      select distinct coalesce(corrects, number) as number from outside_fills
      where number > ${number} and +account = ${account}
    )
    select first.execution_id, first.symbol, first.side,
      coalesce(newest.quantity, first.quantity) as quantity,
      coalesce(newest.price, first.price) as price,
      coalesce(newest.fees, first.fees) as fees,
      case when first.number <= ${number}
        then coalesce(counted.quantity, first.quantity) end as was_quantity,
      case when first.number <= ${number} then coalesce(counted.price, first.price) end as was_price,
      case when first.number <= ${number} then coalesce(counted.fees, first.fees) end as was_fees
    from changed
      join outside_fills as first on first.number = changed.number
      left join outside_fills as newest on newest.number = (
        select max(number) from outside_fills where corrects = first.number
      )
      left join outside_fills as counted on counted.number = (
        select max(number) from outside_fills where corrects = first.number and number <= ${number}
      )
    where first.number <= ${number} or first.at > ${instantColumn(at)}
    order by first.number`.execute(database);
  return rows.map(toBookChange);
}

async function insertTelling(
  database: Kysely<Tables>,
  fill: Fill,
  corrects: number | null,
  at: Temporal.Instant,
): Promise<void> {
  await sql`
    insert into outside_fills (account, execution_id, revision, corrects, after_fill, client_order_id,
      broker_order_id, symbol, side, quantity, price, fees, at, recorded_at)
    values (${fill.account}, ${fill.executionId}, ${fill.revision ?? 0}, ${corrects},
      (select coalesce(max(number), 0) from fills), ${fill.clientOrderId}, ${fill.brokerOrderId},
      ${fill.symbol}, ${fill.side}, ${decimalColumn(fill.quantity)}, ${decimalColumn(fill.price)},
      ${decimalColumn(fill.fees)}, ${instantColumn(fill.at)}, ${instantColumn(at)})
  `.execute(database);
}
