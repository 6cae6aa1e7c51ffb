import { watchAccountOnSchedule } from '../app/automatic-halts.ts';
import { accountNamed } from '../app/context.ts';
import { EXCHANGE_TIME_ZONE, marketClockAt } from '../core/market-calendar.ts';
import type { Job } from './job.ts';

/**
 * Looks every five minutes of a session at an account's clock and at what it lost today; at each account
 * by itself, so that a slow broker keeps no other waiting.
 */
export const accountWatch = {
  name: 'account-watch',
  oncePerDueTime: false,
  schedules: (context) =>
    [...context.accounts.keys()].map((scope, index) => ({
      scope,
      cron: `${10 + (index % 50)} */5 9-16 * * 1-5`,
      timeZone: EXCHANGE_TIME_ZONE,
    })),
  async run(context, scope) {
    if (!marketClockAt(context.clock.now()).open) return 'no session';
    return watchAccountOnSchedule(context, accountNamed(context, scope));
  },
} satisfies Job;
