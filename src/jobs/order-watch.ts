import { accountNamed } from '../app/context.ts';
import { watchOrders } from '../app/reconciliation.ts';
import type { Job } from './job.ts';

/** How often each account is looked at, in seconds: a foreign order is told of within a minute. */
const EVERY = 30;

/**
 * Compares the brokers' orders with ours. Each account has a schedule of its own, so that a broker that is
 * slow to answer keeps no other account waiting; they are spread over the time between two looks, so that
 * the accounts of one login do not ask all at once.
 */
export const orderWatch = {
  name: 'order-watch',
  oncePerDueTime: false,
  schedules: (context) =>
    [...context.accounts.keys()].map((scope, index) => {
      const second = index % EVERY;
      return { scope, cron: `${second},${second + EVERY} * * * * *`, timeZone: 'UTC' };
    }),
  run: (context, scope) => watchOrders(context, accountNamed(context, scope)),
} satisfies Job;
