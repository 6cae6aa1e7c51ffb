import { setImmediate as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/jobs/job.ts';
import { createScheduler } from '../../src/jobs/scheduler.ts';
import { openAppWorld } from '../app/app-world.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import type { AppWorld } from '../app/app-world.ts';

/** A job that is due on weekdays at 16:05 in New York; the clock of a world begins on Friday at 10:00. */
function recordingJob(changes: Partial<Job> & { readonly fails?: number } = {}) {
  const runs: string[] = [];
  let failures = changes.fails ?? 0;
  const job: Job = {
    name: 'daily',
    oncePerDueTime: true,
    schedules: () => [{ scope: 'core', cron: '5 16 * * 1-5', timeZone: 'America/New_York' }],
    run: async (_, scope, dueAt) => {
      runs.push(`${scope} ${dueAt.toString()}`);
      failures -= 1;
      if (failures >= 0) throw new Error('the broker is away');
      return 'done';
    },
    ...changes,
  };
  return { job, runs };
}

const FRIDAY = 'core 2026-11-20T21:05:00Z';
const MONDAY = 'core 2026-11-23T21:05:00Z';
const FRIDAY_DUE = Temporal.Instant.from('2026-11-20T21:05:00Z');

async function at(world: AppWorld, instant: string) {
  await world.clock.set(instant);
}

describe('a scheduled job', () => {
  it('runs once for each due time, however often it is looked at', async () => {
    await using world = await openAppWorld();
    const { job, runs } = recordingJob();
    const scheduler = createScheduler(world.context, [job]);
    await scheduler.tick();
    expect(runs).toEqual([]);
    await at(world, '2026-11-20T21:05:00Z');
    await Promise.all([scheduler.tick(), scheduler.tick()]);
    await at(world, '2026-11-20T22:00:00Z');
    await scheduler.tick();
    expect(runs).toEqual([FRIDAY]);
    await at(world, '2026-11-23T21:05:01Z');
    await scheduler.tick();
    expect(runs).toEqual([FRIDAY, MONDAY]);
    await scheduler.stop();
  });

  it('runs in one of two processes', async () => {
    await using world = await openAppWorld();
    const { job, runs } = recordingJob();
    const first = createScheduler(world.context, [job]);
    const second = createScheduler(world.context, [job]);
    await at(world, '2026-11-20T21:05:00Z');
    await Promise.all([first.tick(), second.tick()]);
    expect(runs).toEqual([FRIDAY]);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('that was missed is made up at the start, once', async () => {
    await using world = await openAppWorld();
    const { job, runs } = recordingJob();
    const before = createScheduler(world.context, [job]);
    await at(world, '2026-11-20T21:05:00Z');
    await before.tick();
    await before.stop();
    await at(world, '2026-11-23T22:00:00Z');
    for (let start = 0; start < 2; start += 1) {
      const scheduler = createScheduler(world.context, [job]);
      await scheduler.start();
      await scheduler.stop();
    }
    expect(runs).toEqual([FRIDAY, MONDAY]);
  });

  it('is not made up when it was missed too long ago, or before the bot ever ran', async () => {
    await using world = await openAppWorld();
    const { job, runs } = recordingJob();
    await at(world, '2026-11-21T15:00:00Z');
    const fresh = createScheduler(world.context, [job]);
    await fresh.start();
    await fresh.stop();
    expect(runs).toEqual([]);
    await at(world, '2026-11-23T21:05:00Z');
    const scheduler = createScheduler(world.context, [job]);
    await scheduler.tick();
    await scheduler.stop();
    await at(world, '2026-11-29T15:00:00Z');
    const later = createScheduler(world.context, [job]);
    await later.start();
    await later.stop();
    // Friday the 27th: within three days; the days between are not made up one by one.
    expect(runs).toEqual([MONDAY, 'core 2026-11-27T21:05:00Z']);
  });

  it('that fails is tried again, and its outcome recorded', async () => {
    await using world = await openAppWorld();
    const { job, runs } = recordingJob({ fails: 2 });
    const scheduler = createScheduler(world.context, [job]);
    await at(world, '2026-11-20T21:05:00Z');
    await scheduler.tick();
    expect(await world.store.findJobRun('daily', 'core', FRIDAY_DUE)).toMatchObject({
      outcome: 'failed: the broker is away',
    });
    await world.clock.advance({ minutes: 11 });
    expect(runs).toEqual([FRIDAY, FRIDAY, FRIDAY]);
    expect(await world.store.findJobRun('daily', 'core', FRIDAY_DUE)).toMatchObject({
      outcome: 'done',
    });
    await scheduler.stop();
  });

  it('that keeps failing is given up within an hour', async () => {
    await using world = await openAppWorld();
    const { job, runs } = recordingJob({ fails: 1000 });
    const scheduler = createScheduler(world.context, [job]);
    await at(world, '2026-11-20T21:05:00Z');
    await scheduler.tick();
    await world.clock.advance({ hours: 5 });
    expect(runs).toHaveLength(12);
    await scheduler.stop();
  });
});

describe('a job of many accounts', () => {
  it('lets them take turns, and keeps a run of its own for each', async () => {
    const [first, ...others] = Array.from({ length: 40 }, (_, index) =>
      sampleAccount({ name: `account-${index}` }),
    );
    if (first === undefined) throw new Error('there are 40 accounts');
    await using world = await openAppWorld({ accounts: [first, ...others] });
    let running = 0;
    let busiest = 0;
    const { job } = recordingJob({
      schedules: ({ accounts }) =>
        [...accounts.keys()].map((scope) => ({
          scope,
          cron: '5 16 * * 1-5',
          timeZone: 'America/New_York',
        })),
      run: async () => {
        running += 1;
        busiest = Math.max(busiest, running);
        await pause();
        running -= 1;
        return 'done';
      },
    });
    const scheduler = createScheduler(world.context, [job]);
    await at(world, '2026-11-20T21:05:00Z');
    await scheduler.tick();
    const outcomes = await Promise.all(
      [...world.context.accounts.keys()].map(
        async (scope) => (await world.store.findJobRun('daily', scope, FRIDAY_DUE))?.outcome,
      ),
    );
    expect(outcomes).toEqual(Array.from({ length: 40 }, () => 'done'));
    expect(busiest).toBeGreaterThan(1);
    expect(busiest).toBeLessThan(40);
    await scheduler.stop();
  });
});

describe('a sweep', () => {
  it('runs at every look and is not recorded', async () => {
    await using world = await openAppWorld();
    const { job, runs } = recordingJob({ oncePerDueTime: false });
    const scheduler = createScheduler(world.context, [job]);
    await scheduler.tick();
    await scheduler.tick();
    expect(runs).toHaveLength(2);
    expect(await world.store.lastJobRun('daily', 'core')).toBeNull();
    await scheduler.stop();
  });
});
