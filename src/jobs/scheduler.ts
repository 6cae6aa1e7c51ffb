import { schedule } from 'node-cron';
import type { ScheduledTask } from 'node-cron';
import { auditEntry } from '../app/audit.ts';
import type { AppContext } from '../app/context.ts';
import { eachAccount } from '../app/each-account.ts';
import type { AccountSettings } from '../core/account.ts';
import type { Job, ScheduledRun } from './job.ts';
import { latestDue } from './latest-due.ts';

/** Runs the jobs at their times. */
export interface Scheduler {
  /** Begins the schedule and makes up what was missed. Resolves when that is done. */
  start(): Promise<void>;
  /** Runs every job whose newest due time has not been run: what each cron tick does. */
  tick(): Promise<void>;
  /** Resolves when the runs under way have ended. */
  stop(): Promise<void>;
}

/** A run that is older than this is not made up: yesterday's summary is useful, last week's is not. */
const MAKE_UP_WITHIN = Temporal.Duration.from({ hours: 72 });

/** A run that failed is tried again this often in all, and this long after: an hour altogether. */
const MOST_ATTEMPTS = 12;
const ATTEMPT_AGAIN_AFTER = Temporal.Duration.from({ minutes: 5 });

export function createScheduler(context: AppContext, jobs: readonly Job[]): Scheduler {
  const tasks: ScheduledTask[] = [];
  const running = new Set<Promise<void>>();
  const sweeping = new Set<string>();
  /** Cancel the attempts that are waited for. */
  const retries = new Set<() => void>();
  let stopped = false;
  let startedAt: Temporal.Instant = context.clock.now();

  /** A sweep that is still under way, because a broker is slow, is not begun a second time. */
  const sweep = async (job: Job, { scope }: ScheduledRun, now: Temporal.Instant): Promise<void> => {
    const key = `${job.name}:${scope}`;
    if (sweeping.has(key)) return;
    sweeping.add(key);
    try {
      await job.run(context, scope, now);
    } finally {
      sweeping.delete(key);
    }
  };

  const runDue = async (job: Job, planned: ScheduledRun): Promise<void> => {
    const now = context.clock.now();
    if (!job.oncePerDueTime) {
      await sweep(job, planned, now);
      return;
    }
    const dueAt = latestDue(planned, now);
    if (dueAt === null) return;
    if (Temporal.Instant.compare(dueAt, now.subtract(MAKE_UP_WITHIN)) < 0) return;
    // On the first start there is nothing to make up: the bot was not down, it was not there.
    const last = await context.store.lastJobRun(job.name, planned.scope);
    if (last === null && Temporal.Instant.compare(dueAt, startedAt) < 0) return;
    const claimed = await context.store.transaction(async (unit) => {
      const run = { job: job.name, scope: planned.scope, dueAt, startedAt: now };
      if (!(await unit.claimJobRun(run))) return false;
      await unit.appendAudit(
        auditEntry(
          now,
          { actor: 'evenkeel', platform: 'schedule' },
          'job',
          planned.scope === 'all' ? null : planned.scope,
          job.name,
          { dueAt: dueAt.toString() },
        ),
      );
      return true;
    });
    if (claimed) await attempt(job, planned, dueAt, 1);
  };

  /** A broker that is away in this minute may be back in the next: what failed is tried again. */
  const attempt = async (
    job: Job,
    planned: ScheduledRun,
    dueAt: Temporal.Instant,
    attempts: number,
  ): Promise<void> => {
    let outcome: string;
    try {
      outcome = await job.run(context, planned.scope, dueAt);
    } catch (error) {
      outcome = `failed: ${error instanceof Error ? error.message : 'unknown error'}`;
      context.log.error(
        { code: 'job_failed', job: job.name, scope: planned.scope, attempts, error },
        'job failed',
      );
      if (attempts < MOST_ATTEMPTS && !stopped) {
        const cancel = context.clock.schedule(context.clock.now().add(ATTEMPT_AGAIN_AFTER), () => {
          retries.delete(cancel);
          void track(job, planned, async () => {
            await attempt(job, planned, dueAt, attempts + 1);
            await finish(job, [planned], dueAt);
          });
        });
        retries.add(cancel);
      }
    }
    const finishedAt = context.clock.now();
    const run = { job: job.name, scope: planned.scope, dueAt, finishedAt, outcome };
    await context.store.transaction((unit) => unit.finishJobRun(run));
  };

  const track = (
    job: Job,
    planned: ScheduledRun,
    work: () => Promise<void> = () => runDue(job, planned),
  ): Promise<void> => {
    const run = work()
      .catch((error: unknown) => {
        context.log.error(
          { code: 'job_not_recorded', job: job.name, scope: planned.scope, error },
          'job run could not be recorded',
        );
      })
      .finally(() => {
        running.delete(run);
      });
    running.add(run);
    return run;
  };

  const finish = async (
    job: Job,
    together: readonly ScheduledRun[],
    dueAt: Temporal.Instant,
  ): Promise<void> => {
    const tooOld =
      Temporal.Instant.compare(dueAt, context.clock.now().subtract(MAKE_UP_WITHIN)) < 0;
    if (stopped || tooOld) return;
    const scopes = together.map(({ scope }) => scope);
    await job.finish?.(context, scopes, dueAt);
  };

  /** Accounts that are due together take turns; each has a run of its own on record. */
  const runGroup = async (job: Job, together: readonly ScheduledRun[]): Promise<void> => {
    const ofAccounts: { readonly account: AccountSettings; readonly planned: ScheduledRun }[] = [];
    const others: ScheduledRun[] = [];
    for (const planned of together) {
      const account = context.accounts.get(planned.scope);
      if (account === undefined) others.push(planned);
      else ofAccounts.push({ account, planned });
    }
    const plannedOf = new Map(ofAccounts.map(({ account, planned }) => [account.name, planned]));
    await Promise.all([
      ...others.map((planned) => track(job, planned)),
      eachAccount(
        ofAccounts.map(({ account }) => account),
        async ({ name }) => {
          const planned = plannedOf.get(name);
          // What was not begun is made up at the next start.
          if (planned !== undefined && !stopped) await track(job, planned);
        },
      ),
    ]);
    const [first] = together;
    if (first === undefined || job.finish === undefined) return;
    const dueAt = latestDue(first, context.clock.now());
    if (dueAt !== null) await track(job, first, () => finish(job, together, dueAt));
  };

  const groupsOf = (job: Job): readonly (readonly ScheduledRun[])[] => [
    ...Map.groupBy(job.schedules(context), ({ cron, timeZone }) => `${timeZone} ${cron}`).values(),
  ];

  const tick = async (): Promise<void> => {
    await Promise.all(jobs.flatMap((job) => groupsOf(job).map((group) => runGroup(job, group))));
  };

  return {
    tick,
    async start() {
      startedAt = context.clock.now();
      // What is made up may wait long for a broker that is away; the schedule does not wait for it.
      const made = tick();
      for (const job of jobs) {
        for (const group of groupsOf(job)) {
          const [first] = group;
          if (first === undefined) continue;
          tasks.push(
            // One timer for all that are due together. It may fire while some are still under way, and
            // those are not begun again; a slow account must not keep the others from their next run.
            schedule(first.cron, () => runGroup(job, group), {
              timezone: first.timeZone,
              name: `${job.name}:${first.timeZone} ${first.cron}`,
              suppressMissedWarning: true,
            }),
          );
        }
      }
      await made;
    },
    async stop() {
      stopped = true;
      for (const cancel of retries) cancel();
      for (const task of tasks.splice(0)) await task.destroy();
      await Promise.all(running);
    },
  };
}
