import type { Kysely } from 'kysely';
import type { AccountChange, ChangeReads, ChangeWrites } from '../ports/change-store.ts';
import type { Tables } from './tables.ts';

export function changeReads(source: () => Kysely<Tables>): ChangeReads {
  return {
    listUncompared: async () =>
      await source()
        .selectFrom('account_changes')
        .select(['account', 'number'])
        .whereRef('number', '>', 'compared')
        .execute(),
  };
}

export function changeWrites(source: () => Kysely<Tables>): ChangeWrites {
  return {
    markCompared: async ({ account, number }: AccountChange) => {
      await source()
        .updateTable('account_changes')
        .set({ compared: number })
        .where('account', '=', account)
        .where('compared', '<', number)
        .execute();
    },
  };
}
