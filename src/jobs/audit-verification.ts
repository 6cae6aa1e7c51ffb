import { verifyRecord } from '../app/automatic-halts.ts';
import { EXCHANGE_TIME_ZONE } from '../core/market-calendar.ts';
import type { Job } from './job.ts';

/** Checks the whole audit log every day before the market opens; a break halts everything. */
export const auditVerification = {
  name: 'audit-verification',
  oncePerDueTime: true,
  schedules: () => [{ scope: 'all', cron: '0 7 * * *', timeZone: EXCHANGE_TIME_ZONE }],
  async run(context) {
    const found = await verifyRecord(context, 'all');
    if (found === null) throw new Error('the audit log could not be read');
    return found.fault ?? 'whole';
  },
} satisfies Job;
