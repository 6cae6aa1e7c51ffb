import { remindOfEndingLogins } from '../app/login-runway.ts';
import type { Job } from './job.ts';

/** Reminds people of logins that are about to end. */
export const loginRunway = {
  name: 'login-runway',
  oncePerDueTime: false,
  schedules: () => [{ scope: 'all', cron: '30 * * * * *', timeZone: 'UTC' }],
  async run(context) {
    return `${await remindOfEndingLogins(context)} reminded`;
  },
} satisfies Job;
