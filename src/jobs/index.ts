import { dailySummary } from './daily-summary.ts';
import { driftScan } from './drift-scan.ts';
import { expiryReminder } from './expiry-reminder.ts';
import { expirySweep } from './expiry-sweep.ts';
import type { Job } from './job.ts';
import { loginRunway } from './login-runway.ts';

/** Every job, in the order in which missed runs are made up. */
export const JOBS: readonly Job[] = [
  expirySweep,
  expiryReminder,
  loginRunway,
  driftScan,
  dailySummary,
];
