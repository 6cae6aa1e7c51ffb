import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoreError } from '../ports/store-error.ts';
import type { AuditFault, AuditVerification } from '../ports/store.ts';
import { chainHash, GENESIS_HASH, type ChainHash } from './audit-chain.ts';
import { parseAuditHead, type ExpectedHead } from './audit-head.ts';
import { PUBLISHED_HEAD_SETTING } from './audit-log.ts';
import {
  BEFORE_ALL_ROWS,
  openAuditReader,
  type AuditReader,
  type StoredAuditRow,
} from './audit-reader.ts';

type Broken = Extract<AuditVerification, { ok: false }>;

const PAGE = 1000;
/** How far a row is looked for that was moved, in rows. Only the wording depends on it. */
const SEARCH_REACH = 100_000;

/**
 * Reads the whole audit log and checks every row against the chain, on a connection of its own that
 * cannot write, in constant memory, while the program may be running.
 *
 * What it can find: any change, deletion or reordering of rows. With a key (HMAC), even by somebody
 * who recomputes all hashes. Without a key, a recomputed chain is found only by a head that was
 * published before: the one in the settings, which sits in the same database, or `expectedHead` from
 * a chat message, which does not. Rows cut off the end are found only by a published head, with or
 * without a key. Rows that were written before the log got a key count as sealed by the first keyed
 * row.
 *
 * @param options.expectedHead `seq:hash` or a hash, either shortened to at least 8 digits.
 * @throws StoreError when the database is locked, or invalid_value for an unreadable expectedHead; a
 *   missing or damaged database is an answer, `unreadable`.
 */
export async function verifyAudit(options: {
  readonly path: string;
  readonly auditKey: Uint8Array | null;
  readonly expectedHead?: string;
  /**
   * `seq:hash`, the last row of an earlier check that found the log whole: only what came after is read.
   * The row itself must still be as it was.
   */
  readonly since?: string;
  /** How long another program is waited for that has locked the database, 5000 by default. */
  readonly busyTimeoutMilliseconds?: number;
}): Promise<AuditVerification> {
  const given = options.expectedHead === undefined ? [] : [expectedHead(options.expectedHead)];
  const since = options.since === undefined ? null : verifiedHead(options.since);
  let verified = 0;
  try {
    using reader = openAuditReader(options.path, options.busyTimeoutMilliseconds);
    // One state of the log from the first page to the last.
    reader.begin();
    const published = readPublishedHead(reader);
    const heads = [...given, ...published, ...(since === null ? [] : [since])];
    return await verifyRows(reader, options.auditKey, heads, since?.seq ?? 1, (seq) => {
      verified = seq;
    });
  } catch (error) {
    if (error instanceof StoreError && error.code !== 'database_locked') {
      return broken(verified + 1, 'unreadable', error.message);
    }
    throw error;
  }
}

function expectedHead(text: string): ExpectedHead {
  const head = parseAuditHead(text);
  if (head !== null) return { ...head, from: 'the head that was given' };
  throw new StoreError(
    'invalid_value',
    `"${text}" is not the head of an audit log: expected 846:9c1e77d0 or at least 8 digits of a hash.`,
  );
}

function verifiedHead(text: string): ExpectedHead & { readonly seq: number } {
  const head = parseAuditHead(text);
  if (head !== null && head.seq !== null && head.seq > 0) {
    return { ...head, seq: head.seq, from: 'the last row that was verified' };
  }
  throw new StoreError(
    'invalid_value',
    `"${text}" is not a row of an audit log: expected 846:9c1e77d0.`,
  );
}

function readPublishedHead(reader: AuditReader): readonly ExpectedHead[] {
  const text = reader.setting(PUBLISHED_HEAD_SETTING);
  if (text === null) return [];
  const head = parseAuditHead(text);
  if (head !== null) return [{ ...head, from: 'the last head that was published' }];
  throw new StoreError('database_corrupt', `The setting ${PUBLISHED_HEAD_SETTING} is damaged.`);
}

async function verifyRows(
  reader: AuditReader,
  auditKey: Uint8Array | null,
  heads: readonly ExpectedHead[],
  firstSeq: number,
  progress: (seq: number) => void,
): Promise<AuditVerification> {
  const chain = chainHash(auditKey);
  const plain = chainHash(null);
  // What was published before the first row that is read was looked for then.
  let pending = heads.filter(
    (head) => head.seq !== 0 && (head.seq === null || firstSeq === 1 || head.seq >= firstSeq),
  );
  let keyedFrom: number | null = null;
  /** A null hash: the row before the first one that is read is not looked at. */
  let last: { seq: number; hash: string | null } =
    firstSeq === 1 ? { seq: 0, hash: GENESIS_HASH } : { seq: firstSeq - 1, hash: null };
  for (;;) {
    const page = reader.page(last.seq === 0 ? BEFORE_ALL_ROWS : last.seq, PAGE);
    for (const row of page) {
      if (row.seq !== last.seq + 1) return misnumbered(row, last.seq + 1);
      const valid = chain(row) === row.hash;
      if (valid && auditKey !== null) keyedFrom ??= row.seq;
      if (!valid && (auditKey === null || keyedFrom !== null || plain(row) !== row.hash)) {
        return wrongHash(reader, keyedFrom === null && auditKey !== null ? plain : chain, row);
      }
      if (last.hash !== null && row.prevHash !== last.hash) return wrongPredecessor(row);
      const contradicted = pending.find(
        (head) => head.seq === row.seq && !row.hash.startsWith(head.hash),
      );
      if (contradicted !== undefined) return rewritten(contradicted, row);
      if (pending.length > 0) pending = pending.filter((head) => !row.hash.startsWith(head.hash));
      last = row;
      progress(row.seq);
    }
    if (page.length < PAGE) break;
    // A running bot has other things to do between two pages.
    await nextTurn();
  }
  const missing = pending[0];
  if (missing !== undefined) return truncated(missing, last.seq);
  if (auditKey !== null && last.seq > 0 && keyedFrom === null) {
    return broken(1, 'edited', 'No row of the log was written with this AUDIT_KEY.');
  }
  return { ok: true, rows: last.seq, head: last.hash ?? GENESIS_HASH, keyedFrom };
}

function broken(brokenSeq: number, kind: AuditFault, detail: string): Broken {
  return { ok: false, brokenSeq, kind, detail };
}

function misnumbered(row: StoredAuditRow, expected: number): Broken {
  if (row.seq < expected) {
    return broken(expected, 'edited', `A row numbered ${row.seq} stands before the first row.`);
  }
  const missing =
    row.seq - 1 === expected
      ? `Row ${expected} is missing.`
      : `Rows ${expected} to ${row.seq - 1} are missing.`;
  return broken(expected, 'deleted', missing);
}

/** The row's own prevHash is under its hash, so the row before it is the one that was changed. */
function wrongPredecessor(row: StoredAuditRow): Broken {
  if (row.seq === 1) {
    return broken(1, 'edited', 'Row 1 does not begin the chain: it names a row before it.');
  }
  return broken(
    row.seq - 1,
    'edited',
    `Row ${row.seq - 1} was rewritten, with a new hash: row ${row.seq} follows another one.`,
  );
}

/** A row whose hash is not its own: moved here from another place, or changed in place. */
function wrongHash(reader: AuditReader, chain: ChainHash, row: StoredAuditRow): Broken {
  // Rows that were renumbered after a deletion may have had higher numbers than there are now.
  const reach = Math.min(SEARCH_REACH, 2 * reader.lastSeq());
  const origin = originalPlace(chain, row, reach);
  if (origin === null) {
    const hint =
      row.seq === 1 ? ' If the log is kept with an AUDIT_KEY, it must be set for this check.' : '';
    return broken(row.seq, 'edited', `Row ${row.seq} does not match its hash.${hint}`);
  }
  const moved = `The row numbered ${row.seq} was written as row ${origin}`;
  const current = currentPlace(reader, chain, row.seq, reach);
  return current === null
    ? broken(row.seq, 'deleted', `${moved}, and the original row ${row.seq} is gone.`)
    : broken(row.seq, 'reordered', `${moved}, and the original row ${row.seq} is now ${current}.`);
}

/** The number under which the row matches its hash; null when there is none near. */
function originalPlace(chain: ChainHash, row: StoredAuditRow, reach: number): number | null {
  const first = Math.max(1, row.seq - reach);
  for (let seq = first; seq <= row.seq + reach; seq += 1) {
    if (chain({ ...row, seq }) === row.hash) return seq;
  }
  return null;
}

/** Where the row that was written as `seq` is now; null when it is nowhere near. */
function currentPlace(
  reader: AuditReader,
  chain: ChainHash,
  seq: number,
  reach: number,
): number | null {
  let after = seq;
  for (;;) {
    const page = reader.page(after, PAGE);
    const found = page.find((row) => chain({ ...row, seq }) === row.hash);
    if (found !== undefined) return found.seq;
    const end = page.at(-1);
    if (end === undefined || end.seq > seq + reach) return null;
    after = end.seq;
  }
}

function rewritten(head: ExpectedHead, row: StoredAuditRow): Broken {
  return broken(
    row.seq,
    'edited',
    `Row ${row.seq} has the hash ${row.hash.slice(0, 8)}, but ${head.from} says ${head.hash.slice(0, 8)}: the chain was rewritten at or before it.`,
  );
}

function truncated(head: ExpectedHead, rows: number): Broken {
  return broken(
    rows + 1,
    'truncated',
    head.seq === null
      ? `The log ends at row ${rows}, and no row has the hash ${head.hash.slice(0, 8)} of ${head.from}.`
      : `The log ends at row ${rows}, but ${head.from} is row ${head.seq}.`,
  );
}
