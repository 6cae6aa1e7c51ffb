import { sql, type Kysely } from 'kysely';
import { z } from 'zod';
import type { BookChange } from '../core/agreed-book.ts';
import { decimalSchema, symbolSchema } from '../core/schemas.ts';
import type { BookMark, BookReads, BookWrites, StoredBook } from '../ports/book-store.ts';
import { toBookChange, type BookChangeRow } from './book-changes.ts';
import {
  decimalColumn,
  decodeDecimal,
  decodeInstant,
  decodeJsonColumn,
  instantColumn,
  jsonColumn,
} from './columns.ts';
import type { Tables } from './tables.ts';

export const positionsSchema = z.array(z.object({ symbol: symbolSchema, quantity: decimalSchema }));

export function bookReads(source: () => Kysely<Tables>): BookReads {
  return {
    readFillMark: async () => await readFillMark(source()),
    findAgreedBook: async (account) => await findAgreedBook(source(), account),
    listBookChanges: async (account, after) => await listBookChanges(source(), account, after),
  };
}

export function bookWrites(source: () => Kysely<Tables>): BookWrites {
  return {
    saveAgreedBook: async (account, from, book) =>
      await saveAgreedBook(source(), account, from, book),
  };
}

async function readFillMark(database: Kysely<Tables>): Promise<BookMark> {
  const row = await database
    .selectNoFrom((query) => [
      query
        .selectFrom('fills')
        .select((fill) => fill.fn.max('number').as('newest'))
        .as('fills'),
      query
        .selectFrom('fill_corrections')
        .select((correction) => correction.fn.max('number').as('newest'))
        .as('corrections'),
      query
        .selectFrom('outside_fills')
        .select((fill) => fill.fn.max('number').as('newest'))
        .as('outside'),
    ])
    .executeTakeFirstOrThrow();
  return {
    fills: row.fills ?? 0,
    corrections: row.corrections ?? 0,
    outside: row.outside ?? 0,
  };
}

async function findAgreedBook(
  database: Kysely<Tables>,
  account: string,
): Promise<StoredBook | null> {
  const row = await database
    .selectFrom('agreed_books')
    .selectAll()
    .where('account', '=', account)
    .executeTakeFirst();
  if (row === undefined) return null;
  const where = `agreed book of ${account}`;
  return {
    broker: row.broker,
    number: row.number,
    agreedAt: decodeInstant(row.agreed_at, where),
    agreedBy: row.agreed_by,
    cash: decodeDecimal(row.cash, where),
    positions: decodeJsonColumn(positionsSchema, row.positions, where),
    mark: {
      fills: row.through_fill,
      corrections: row.through_correction,
      outside: row.through_outside,
    },
  };
}

async function saveAgreedBook(
  database: Kysely<Tables>,
  account: string,
  from: number,
  book: StoredBook,
): Promise<boolean> {
  const values = {
    broker: book.broker,
    number: book.number,
    agreed_at: instantColumn(book.agreedAt),
    agreed_by: book.agreedBy,
    cash: decimalColumn(book.cash),
    positions: jsonColumn(positionsSchema, [...book.positions], `agreed book of ${account}`),
    through_fill: book.mark.fills,
    through_correction: book.mark.corrections,
    through_outside: book.mark.outside,
  };
  if (from === 0) {
    const inserted = await database
      .insertInto('agreed_books')
      .values({ account, ...values })
      .onConflict((conflict) => conflict.column('account').doNothing())
      .executeTakeFirst();
    return inserted.numInsertedOrUpdatedRows === 1n;
  }
  const updated = await database
    .updateTable('agreed_books')
    .set(values)
    .where('account', '=', account)
    .where('number', '=', from)
    // A book never goes back to an older one.
    .where('through_fill', '<=', book.mark.fills)
    .where('through_correction', '<=', book.mark.corrections)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

async function listBookChanges(
  database: Kysely<Tables>,
  account: string,
  after: BookMark,
): Promise<readonly BookChange[]> {
  const { rows } = await sql<BookChangeRow>`
    with changed as (
      -- The plus keeps SQLite from going through all of the account: the newest numbers are few.
      select number from fills where number > ${after.fills} and +account = ${account}
      union
      select fills.number from fill_corrections as correction
        join fills on fills.account = correction.account
          and fills.execution_id = correction.execution_id
        where correction.number > ${after.corrections} and +correction.account = ${account}
    )
    select fills.execution_id, fills.symbol, fills.side,
      coalesce(newest.quantity, fills.quantity) as quantity,
      coalesce(newest.price, fills.price) as price,
      coalesce(newest.fees, fills.fees) as fees,
      case when fills.number <= ${after.fills}
        then coalesce(counted.quantity, fills.quantity) end as was_quantity,
      case when fills.number <= ${after.fills}
        then coalesce(counted.price, fills.price) end as was_price,
      case when fills.number <= ${after.fills}
        then coalesce(counted.fees, fills.fees) end as was_fees
    from changed
      join fills on fills.number = changed.number
      left join fill_corrections as newest on newest.number = (
        select number from fill_corrections as other
        where other.account = fills.account and other.execution_id = fills.execution_id
        order by revision desc limit 1
      )
      left join fill_corrections as counted on counted.number = (
        select number from fill_corrections as other
        where other.account = fills.account and other.execution_id = fills.execution_id
          and other.number <= ${after.corrections}
        order by revision desc limit 1
      )
    order by fills.number`.execute(database);
  return rows.map(toBookChange);
}
