import { AUDIT_CSV_HEADER, auditCsvLine } from '../messages/audit-csv.ts';
import { StoreError } from '../ports/store-error.ts';
import { openAuditReader, type StoredAuditRow } from './audit-reader.ts';
import { instantColumn } from './columns.ts';

export type AuditExportFormat = 'csv' | 'jsonl';

export interface AuditExportOptions {
  readonly path: string;
  readonly format: AuditExportFormat;
  /** Inclusive. */
  readonly from?: Temporal.Instant;
  /** Exclusive. */
  readonly to?: Temporal.Instant;
  readonly account?: string;
  /** The last row that may be exported, by its number. */
  readonly upTo?: number;
}

const PAGE = 1000;

/**
 * The audit log as text, whole lines at a time, in the order it was written. docs/audit-format.md
 * describes both formats. The log may be written to meanwhile; rows after the first page was read
 * may or may not be in the export. Nothing is verified here.
 * @param onRow is told the number of each row that is exported.
 * @throws StoreError
 */
export async function* exportAudit(
  options: AuditExportOptions,
  onRow?: (seq: number) => void,
): AsyncGenerator<string> {
  const from = options.from === undefined ? null : instantColumn(options.from);
  const to = options.to === undefined ? null : instantColumn(options.to);
  const { account, upTo } = options;
  const line = options.format === 'csv' ? auditCsvLine : jsonLine;
  using reader = openAuditReader(options.path);
  if (options.format === 'csv') yield AUDIT_CSV_HEADER;
  let after = 0;
  for (;;) {
    const page = reader.page(after, PAGE);
    const rows = page.filter(
      (row) =>
        (from === null || row.at >= from) &&
        (to === null || row.at < to) &&
        (upTo === undefined || row.seq <= upTo) &&
        (account === undefined || row.account === account),
    );
    const text = rows.map(line).join('');
    for (const row of rows) onRow?.(row.seq);
    if (text !== '') yield text;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.seq;
  }
}

/** The canonical JSON of the row, its hash included. Without that member it is what was hashed. */
function jsonLine(row: StoredAuditRow): string {
  const { stringify } = JSON;
  return (
    `{"account":${stringify(row.account)},"action":${stringify(row.action)},` +
    `"actor":${stringify(row.actor)},"at":${stringify(row.at)},"hash":${stringify(row.hash)},` +
    `"payload":${jsonPayload(row)},"platform":${stringify(row.platform)},` +
    `"prevHash":${stringify(row.prevHash)},"seq":${row.seq},"subject":${stringify(row.subject)}}\n`
  );
}

/** The payload stands as it is; one that was tampered with must not break the lines apart. */
function jsonPayload(row: StoredAuditRow): string {
  try {
    JSON.parse(row.payload);
    if (!/[\r\n]/.test(row.payload)) return row.payload;
  } catch {
    // Told below, with the row's number.
  }
  throw new StoreError(
    'database_corrupt',
    `The payload of audit row ${row.seq} is not canonical JSON; export as CSV to see it as it stands.`,
  );
}
