import { describe, expect, it } from 'vitest';
import { summarize } from '../../src/app/summarize.ts';
import { dailySummary } from '../../src/jobs/daily-summary.ts';
import { createScheduler } from '../../src/jobs/scheduler.ts';
import { decimal } from '../../src/core/decimal.ts';
import { BrokerError } from '../../src/ports/broker-error.ts';
import { openAppWorld } from '../app/app-world.ts';
import type { AppWorld } from '../app/app-world.ts';
import { tradeByHand } from '../fixtures/by-hand.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';

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

  it('counts a payment as a payment, and what was earned with it as earned', async () => {
    await using world = await openAppWorld();
    await summaryOf(world, '2026-11-19');
    await world.clock.advance({ hours: 1 });
    await world.broker.deposit(decimal('10000'));
    const words = await summaryOf(world, '2026-11-20');
    expect(words).toContain('(0.00% day, 0.0% month)');
    expect(words).toContain(
      'Payments, no part of the gain: $10,000.00 in (day), $10,000.00 in (month).',
    );
  });

  it('tells what was traded outside, by which a payment is still told apart', async () => {
    await using world = await openAppWorld();
    await summaryOf(world, '2026-11-19');
    await world.clock.advance({ minutes: 5 });
    await tradeByHand(world, 'sell', 'AAPL', '10');
    await world.executor.reconcile('core');
    await world.broker.deposit(decimal('10000'));
    const words = await summaryOf(world, '2026-11-20');
    expect(words).toContain('(0.00% day, 0.0% month)');
    expect(words).toContain('$10,000.00 in (day)');
    expect(words).toContain('Traded outside Evenkeel: SELL AAPL 10.');
  });

  it('says that payments are in the change where they cannot be told apart', async () => {
    let more = '0';
    await using world = await openAppWorld({
      wrap: (broker) => ({
        ...broker,
        getPositions: async () =>
          (await broker.getPositions()).map((position) => ({
            ...position,
            quantity: position.quantity.plus(more),
          })),
      }),
    });
    await summaryOf(world, '2026-11-19');
    await world.clock.advance({ minutes: 5 });
    // Shares that nobody traded.
    more = '1';
    expect(await summaryOf(world, '2026-11-20')).toMatch(
      /with payments day, .*with payments month/u,
    );
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

describe('the daily summaries of a channel with many accounts', () => {
  const DUE = '2026-11-20T21:05:00Z';
  const KEY = 'summaries:web:workspace:2026-11-20';

  async function open(options: { readonly away?: string } = {}) {
    const schedule = { cron: '5 16 * * 1-5', timeZone: 'America/New_York' };
    const [first, ...others] = Array.from({ length: 12 }, (_, index) =>
      sampleAccount({
        name: `client-${index}`,
        schedule: { dailySummary: schedule, driftScan: null },
      }),
    );
    if (first === undefined) throw new Error('there are twelve accounts');
    const away = new Set(options.away === undefined ? [] : [options.away]);
    const world = await openAppWorld({
      accounts: [first, ...others],
      wrap: (broker) => ({
        ...broker,
        getPositions: async () => {
          if (!away.has(broker.account)) return await broker.getPositions();
          throw new BrokerError('paper', 'unavailable', 'The broker does not answer.');
        },
      }),
    });
    const context = {
      ...world.context,
      everyAccountOn: [{ platform: 'web', channel: 'workspace' }],
    };
    return { world, context, away };
  }

  const copiesIn = async (world: AppWorld) =>
    (await world.store.listPendingDeliveries('web', world.clock.now(), 100)).map(
      ({ announcementKey, version, message }) => ({
        announcementKey,
        version,
        words: message.fallback,
      }),
    );

  it('are one message, and each is kept', async () => {
    const { world, context } = await open();
    await using _ = world;
    const scheduler = createScheduler(context, [dailySummary]);
    await world.clock.set(DUE);
    await scheduler.tick();
    await scheduler.stop();
    const copies = await copiesIn(world);
    expect(copies).toMatchObject([{ announcementKey: KEY, version: 1 }]);
    expect(copies[0]?.words).toMatch(/^12 accounts · Friday 20 Nov .*verified/u);
    const own = await world.store.findAnnouncement('summary:client-7:2026-11-20');
    expect(own?.message.fallback).toMatch(/^client-7/u);
  });

  it('tell of an account that could not be read once it can be, in the same message', async () => {
    const { world, context, away } = await open({ away: 'client-3' });
    await using _ = world;
    const scheduler = createScheduler(context, [dailySummary]);
    await world.clock.set(DUE);
    await scheduler.tick();
    expect((await copiesIn(world))[0]?.words).toMatch(/^11 accounts .*Not read yet.*client-3\./u);
    away.clear();
    await world.clock.advance({ minutes: 6 });
    await scheduler.stop();
    expect(await copiesIn(world)).toMatchObject([
      { announcementKey: KEY, version: 2, words: expect.stringMatching(/^12 accounts /u) },
    ]);
  });

  it('are told at the next start where the process ended before it told them, and once', async () => {
    const { world, context } = await open();
    await using _ = world;
    const { finish: _finish, ...silent } = dailySummary;
    const before = createScheduler(context, [silent]);
    await world.clock.set(DUE);
    await before.tick();
    await before.stop();
    expect(await copiesIn(world)).toEqual([]);
    for (let start = 0; start < 2; start += 1) {
      const scheduler = createScheduler(context, [dailySummary]);
      await scheduler.start();
      await scheduler.stop();
    }
    expect(await copiesIn(world)).toMatchObject([{ announcementKey: KEY, version: 1 }]);
  });
});
