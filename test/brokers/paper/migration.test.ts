import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../src/store/database.ts';
import { migratePaper, paperMigrator } from './open-paper.ts';

test('the migration of the paper broker can be taken back', async () => {
  const database = await openDatabase({ path: ':memory:' });
  const tables = async (): Promise<readonly string[]> => {
    const { rows } = await sql<{ name: string }>`
      select name from sqlite_schema where name like 'paper%' and type = 'table' order by name
    `.execute(database.kysely);
    return rows.map((row) => row.name);
  };
  await migratePaper(database);
  expect(await tables()).toEqual([
    'paper_accounts',
    'paper_fills',
    'paper_market',
    'paper_orders',
    'paper_positions',
  ]);
  expect((await paperMigrator(database).migrateDown()).error).toBeUndefined();
  expect(await tables()).toEqual([]);
  await database.close();
});
