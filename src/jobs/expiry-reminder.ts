import { remindBeforeExpiry } from '../app/proposal-notices.ts';
import type { Job } from './job.ts';

/** Reminds people of proposals that are about to expire. */
export const expiryReminder = {
  name: 'expiry-reminder',
  oncePerDueTime: false,
  schedules: () => [{ scope: 'all', cron: '*/20 * * * * *', timeZone: 'UTC' }],
  async run(context) {
    return `${await remindBeforeExpiry(context)} reminded`;
  },
} satisfies Job;
