import { accountNamed } from '../app/context.ts';
import { scanDrift } from '../app/scan-drift.ts';
import type { Job } from './job.ts';

/** Proposes a rebalance for every account that has left its bands. */
export const driftScan = {
  name: 'drift-scan',
  oncePerDueTime: true,
  schedules(context) {
    return [...context.accounts.values()].flatMap((account) =>
      account.schedule.driftScan === null
        ? []
        : [{ scope: account.name, ...account.schedule.driftScan }],
    );
  },
  run: (context, scope) => scanDrift(context, accountNamed(context, scope)),
} satisfies Job;
