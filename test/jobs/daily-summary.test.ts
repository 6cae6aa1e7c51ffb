import { describe, expect, it } from 'vitest';
import { summarize } from '../../src/app/summarize.ts';
import { openAppWorld } from '../app/app-world.ts';
import type { AppWorld } from '../app/app-world.ts';

const account = (world: AppWorld) => {
  const found = world.context.accounts.get('core');
  if (found === undefined) throw new Error('the world has the account core');
  return found;
};

async function summaryOf(world: AppWorld, date: string) {
  await summarize(world.context, account(world), Temporal.PlainDate.from(date));
  const announcement = await world.store.findAnnouncement(`summary:core:${date}`);
  if (announcement === null) throw new Error('there is no summary');
  return announcement.message.fallback;
}

describe('the daily summary', () => {
  it('tells the day with the head of a record that was checked just before', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance');
    await world.click('ben', 'approve');
    await world.settle();
    const words = await summaryOf(world, '2026-11-20');
    expect(words).toMatch(/approved by Ben/u);
    expect(words).toMatch(/Audit: \d+ rows, head [0-9a-f]+.*, verified /u);
  });

  it('compares with the day and the month before', async () => {
    await using world = await openAppWorld();
    expect(await summaryOf(world, '2026-11-19')).not.toMatch(/ day/u);
    expect(await summaryOf(world, '2026-11-20')).toMatch(/0\.00% day, 0\.0% month/u);
  });

  it('says so when the record is broken', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance');
    const { sqlite } = world.store.database;
    sqlite.exec('drop trigger if exists audit_log_no_update');
    const triggers = sqlite
      .prepare("select name from sqlite_master where type = 'trigger' and tbl_name = 'audit_log'")
      .pluck()
      .all();
    for (const name of triggers) sqlite.exec(`drop trigger ${String(name)}`);
    sqlite.exec("update audit_log set subject = 'something else' where seq = 1");
    expect(await summaryOf(world, '2026-11-20')).toMatch(/found broken/u);
  });
});
