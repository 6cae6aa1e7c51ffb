import { watchOrders } from '../app/reconciliation.ts';
import type { Job } from './job.ts';

/** Compares the brokers' orders with ours, often enough that a foreign order is told of within a minute. */
export const orderWatch = {
  name: 'order-watch',
  oncePerDueTime: false,
  schedules: () => [{ scope: 'all', cron: '*/30 * * * * *', timeZone: 'UTC' }],
  run: (context) => watchOrders(context),
} satisfies Job;
