import { watchAccounts } from '../app/automatic-halts.ts';
import { EXCHANGE_TIME_ZONE, marketClockAt } from '../core/market-calendar.ts';
import type { Job } from './job.ts';

/** Looks every five minutes of a session at each account's clock and at what it lost today. */
export const accountWatch = {
  name: 'account-watch',
  oncePerDueTime: false,
  schedules: () => [{ scope: 'all', cron: '10 */5 9-16 * * 1-5', timeZone: EXCHANGE_TIME_ZONE }],
  async run(context) {
    if (!marketClockAt(context.clock.now()).open) return 'no session';
    return watchAccounts(context);
  },
} satisfies Job;
