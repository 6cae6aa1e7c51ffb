import { dailySummary } from './daily-summary.ts';
import { driftScan } from './drift-scan.ts';
import { expiryReminder } from './expiry-reminder.ts';
import { accountWatch } from './account-watch.ts';
import { auditVerification } from './audit-verification.ts';
import { orderWatch } from './order-watch.ts';
import { expirySweep } from './expiry-sweep.ts';
import type { Job } from './job.ts';
import { loginRunway } from './login-runway.ts';

/** Every job, in the order in which missed runs are made up. */
export const JOBS: readonly Job[] = [
  expirySweep,
  auditVerification,
  orderWatch,
  accountWatch,
  expiryReminder,
  loginRunway,
  driftScan,
  dailySummary,
];
