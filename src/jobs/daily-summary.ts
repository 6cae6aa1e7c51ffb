import { accountNamed } from '../app/context.ts';
import { summarize } from '../app/summarize.ts';
import { tellDigests } from '../app/summary-digests.ts';
import type { Job } from './job.ts';

/** Posts each account's day: value, change, drift, trades, what is pending, the audit head. */
export const dailySummary = {
  name: 'daily-summary',
  oncePerDueTime: true,
  schedules(context) {
    return [...context.accounts.values()].flatMap((account) =>
      account.schedule.dailySummary === null
        ? []
        : [{ scope: account.name, ...account.schedule.dailySummary }],
    );
  },
  async run(context, scope, dueAt) {
    const account = accountNamed(context, scope);
    const zone = account.schedule.dailySummary?.timeZone ?? 'UTC';
    await summarize(context, account, dueAt.toZonedDateTimeISO(zone).toPlainDate());
    return 'posted';
  },
  finish: tellDigests,
} satisfies Job;
