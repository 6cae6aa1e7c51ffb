import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { haltForDamage } from '../../src/app/halt-for-damage.ts';
import { StoreError } from '../../src/ports/store-error.ts';
import { openStore } from '../../src/store/index.ts';
import { createKeptLog } from '../fixtures/kept-log.ts';
import { temporaryFolder } from '../fixtures/test-store.ts';
import { openAppWorld } from './app-world.ts';

/** Overwrites the first page of the orders, as a failing disk would. */
function damageOrders(path: string): void {
  const database = new Database(path);
  const size = z.number().parse(database.pragma('page_size', { simple: true }));
  const { rootpage } = z
    .object({ rootpage: z.number() })
    .parse(database.prepare("select rootpage from sqlite_schema where name = 'orders'").get());
  database.pragma('wal_checkpoint(truncate)');
  database.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(size, 0xa5), 0, size, (rootpage - 1) * size);
  closeSync(file);
}

/** A world on a database whose orders cannot be read. */
async function openDamaged() {
  const folder = temporaryFolder();
  const path = join(folder.path, 'bot.db');
  const log = createKeptLog();
  const whole = await openStore({ path, auditKey: null, log });
  await whole.close();
  damageOrders(path);
  const store = await openStore({ path, auditKey: null, log });
  const world = await openAppWorld({ log });
  Object.assign(world.context, { store });
  return {
    store,
    world,
    log,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await store.close();
      folder[Symbol.dispose]();
    },
  };
}

it('halts everything once anything runs into orders that cannot be read', async () => {
  await using damaged = await openDamaged();
  const { store, world, log } = damaged;
  const error = new StoreError('database_corrupt', 'The database bot.db is damaged.');
  await haltForDamage(world.context, error);
  await haltForDamage(world.context, error);
  const halts = await store.listHalts();
  expect(halts).toHaveLength(1);
  expect(halts[0]).toMatchObject({ scope: 'all', by: 'evenkeel' });
  expect(halts[0]?.reason).toMatch(/is damaged.*restore the last backup before anyone resumes/u);
  expect(log.lines.filter(({ fields }) => fields['code'] === 'halted')).toHaveLength(1);
});

it('lets a person halt although the orders cannot be counted', async () => {
  await using damaged = await openDamaged();
  const { store, world } = damaged;
  await world.say('dev', 'halt', 'all the disk is failing');
  expect(await store.listHalts()).toMatchObject([{ scope: 'all', by: 'dev' }]);
});

it('leaves alone what is no damage', async () => {
  await using world = await openAppWorld();
  await haltForDamage(world.context, new StoreError('disk_full', 'The disk is full.'));
  await haltForDamage(world.context, new TypeError('a defect'));
  expect(await world.store.listHalts()).toEqual([]);
});
