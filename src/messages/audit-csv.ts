import { csvLine } from '../lib/csv.ts';

/** The columns of docs/audit-format.md. */
export const AUDIT_CSV_HEADER = csvLine([
  'seq',
  'at',
  'actor',
  'platform',
  'action',
  'account',
  'subject',
  'payload',
  'prev_hash',
  'hash',
]);

/** A row of the audit log as CSV: one line, as docs/audit-format.md describes it. */
export function auditCsvLine(row: {
  readonly seq: number;
  /** As it is stored: UTC with nine digits of a second. */
  readonly at: string;
  readonly actor: string;
  readonly platform: string;
  readonly action: string;
  readonly account: string | null;
  readonly subject: string;
  /** Canonical JSON. */
  readonly payload: string;
  readonly prevHash: string;
  readonly hash: string;
}): string {
  return csvLine([
    String(row.seq),
    row.at,
    row.actor,
    row.platform,
    row.action,
    row.account ?? '',
    row.subject,
    row.payload,
    row.prevHash,
    row.hash,
  ]);
}
