import { expireOverdue } from '../app/decide.ts';
import type { Job } from './job.ts';

/** Ends proposals whose time is over. */
export const expirySweep = {
  name: 'expiry-sweep',
  oncePerDueTime: false,
  schedules: () => [{ scope: 'all', cron: '*/2 * * * * *', timeZone: 'UTC' }],
  async run(context) {
    return `${await expireOverdue(context)} expired`;
  },
} satisfies Job;
