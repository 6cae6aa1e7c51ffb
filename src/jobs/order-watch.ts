import { accountNamed } from '../app/context.ts';
import { readTogether } from '../app/read-together.ts';
import { watchWhenDue } from '../app/watch-when-due.ts';
import type { Job } from './job.ts';

/** How often each account is looked at, in seconds: a foreign order is told of within a minute. */
const EVERY = 30;

/**
 * Compares the brokers' orders with ours. Each account has a schedule of its own, so that a broker that is
 * slow to answer keeps no other account waiting; they are spread over the time between two looks, so that
 * brokers are not asked for everything at once. Accounts that a broker reads in one request are due together.
 */
export const orderWatch = {
  name: 'order-watch',
  oncePerDueTime: false,
  schedules: (context) =>
    readTogether(context).flatMap((group, index) => {
      const second = index % EVERY;
      const cron = `${second},${second + EVERY} * * * * *`;
      return group.map((scope) => ({ scope, cron, timeZone: 'UTC' }));
    }),
  run: (context, scope) => watchWhenDue(context, accountNamed(context, scope)),
} satisfies Job;
