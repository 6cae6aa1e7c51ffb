import type { AppContext } from '../app/context.ts';
import type { JobSchedule } from '../core/account.ts';

/** Something that is done on a schedule. One file each; `index.ts` lists them. */
export interface Job {
  readonly name: string;
  /**
   * True for what must happen once for each due time, however many processes or restarts there are:
   * each run is claimed in the database, and one that was missed while the bot was down is made up
   * once. False for sweeps that find nothing left to do the second time.
   */
  readonly oncePerDueTime: boolean;
  /** When it runs and for what: an account's name or `all`. */
  schedules(context: AppContext): readonly ScheduledRun[];
  /**
   * @param dueAt when the run was due, which is earlier than now when it is made up; now for sweeps.
   * @returns what came of it, in a few words for the job log.
   */
  run(context: AppContext, scope: string, dueAt: Temporal.Instant): Promise<string>;
  /**
   * Done once those that were due together have been run, at every start, and after each run that is made
   * up: what has been done before must be left as it is.
   */
  finish?(context: AppContext, scopes: readonly string[], dueAt: Temporal.Instant): Promise<void>;
}

export interface ScheduledRun extends JobSchedule {
  readonly scope: string;
}
