import { nudgeApprovers } from '../app/nudges.ts';
import type { Job } from './job.ts';

/** Reminds people of proposals that wait for their votes, and asks a second group when nobody decides. */
export const expiryReminder = {
  name: 'expiry-reminder',
  oncePerDueTime: false,
  schedules: () => [{ scope: 'all', cron: '*/20 * * * * *', timeZone: 'UTC' }],
  async run(context) {
    const { reminded, escalated } = await nudgeApprovers(context);
    return `${reminded} reminded, ${escalated} escalated`;
  },
} satisfies Job;
