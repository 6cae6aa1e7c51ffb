import { expect, it } from 'vitest';
import { haltForBackup } from '../../src/app/halt-for-backup.ts';
import { BACKUP_SETTING } from '../../src/core/automatic-halts.ts';
import { openAppWorld } from './app-world.ts';

const RECORD_ENDS = '2026-11-25T15:00:00.000000000Z';

it('halts everything at the first start on a backup, and once', async () => {
  await using world = await openAppWorld();
  await world.store.transaction((unit) => unit.writeSetting(BACKUP_SETTING, RECORD_ENDS));
  await haltForBackup(world.context);
  const halts = await world.store.listHalts();
  expect(halts).toMatchObject([{ scope: 'all', by: 'evenkeel' }]);
  expect(halts[0]?.reason).toContain(RECORD_ENDS);

  await world.store.transaction((unit) => unit.deleteHalt('all'));
  await haltForBackup(world.context);
  expect(await world.store.listHalts()).toEqual([]);
});

it('leaves a database alone that is no backup', async () => {
  await using world = await openAppWorld();
  await haltForBackup(world.context);
  expect(await world.store.listHalts()).toEqual([]);
});
