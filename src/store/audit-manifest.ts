import { createHash, sign, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import type { AuditFault } from '../ports/store.ts';
import { exportAudit, type AuditExportOptions } from './audit-export.ts';
import { verifyAudit } from './audit-verify.ts';
import { instantColumn } from './columns.ts';
import { manifestKey, publicKeyOf } from './manifest-key.ts';

const FORMAT = 'evenkeel-audit-export/1';

const hexSchema = z.string().regex(/^[0-9a-f]+$/);

/** What a manifest says of an export; docs/audit-format.md describes it. */
const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  file: z.string().min(1),
  fileFormat: z.enum(['csv', 'jsonl']),
  sha256: hexSchema.length(64),
  bytes: z.int().min(0),
  rows: z.int().min(0),
  /** Null when no row was exported. */
  firstSeq: z.int().nullable(),
  lastSeq: z.int().nullable(),
  /** The log's last row when it was exported, after the whole log was verified. */
  head: z.strictObject({ seq: z.int().min(0), hash: hexSchema.length(64) }),
  /** `from` inclusive, `to` exclusive; null: not asked for. */
  filter: z.strictObject({
    from: z.string().nullable(),
    to: z.string().nullable(),
    account: z.string().nullable(),
  }),
  createdAt: z.string(),
  version: z.string(),
  publicKey: hexSchema.length(64),
  signature: hexSchema.length(128),
});
export type AuditManifest = z.output<typeof manifestSchema>;

export type SignedExportResult =
  | { readonly type: 'exported'; readonly manifest: AuditManifest; readonly manifestFile: string }
  | { readonly type: 'file_exists'; readonly file: string }
  /** The log is not as it was written: nothing is signed. */
  | {
      readonly type: 'log_broken';
      readonly brokenSeq: number;
      readonly kind: AuditFault;
      readonly detail: string;
    };

export function manifestFileOf(file: string): string {
  return `${file}.manifest.json`;
}

/**
 * Verifies the log, then writes an export to a file and a signed manifest beside it. Files that are there
 * are never overwritten, and a file that was not finished has another name.
 * @param options.createdAt when it is written; `version`: of the program.
 * @throws StoreError; errors of the file system.
 */
export async function writeSignedExport(
  options: Omit<AuditExportOptions, 'upTo'> & {
    readonly auditKey: Uint8Array;
    readonly file: string;
    readonly createdAt: Temporal.Instant;
    readonly version: string;
  },
): Promise<SignedExportResult> {
  const { file, auditKey } = options;
  const manifestFile = manifestFileOf(file);
  for (const taken of [file, manifestFile]) {
    if (await exists(taken)) return { type: 'file_exists', file: taken };
  }
  const log = await verifyAudit({ path: options.path, auditKey });
  if (!log.ok) return { type: 'log_broken', ...log };
  const partial = `${file}.partial`;
  try {
    const written = await writeExport(partial, { ...options, upTo: log.rows });
    const { privateKey, publicKey } = manifestKey(auditKey);
    const unsigned = {
      format: FORMAT,
      file: basename(file),
      fileFormat: options.format,
      ...written,
      head: { seq: log.rows, hash: log.head },
      filter: {
        from: options.from === undefined ? null : instantColumn(options.from),
        to: options.to === undefined ? null : instantColumn(options.to),
        account: options.account ?? null,
      },
      createdAt: instantColumn(options.createdAt),
      version: options.version,
      publicKey,
    } as const;
    const signature = sign(null, signedBytes(unsigned), privateKey).toString('hex');
    const manifest: AuditManifest = { ...unsigned, signature };
    await writeFile(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`, {
      flag: 'wx',
      mode: 0o600,
    });
    await rename(partial, file);
    return { type: 'exported', manifest, manifestFile };
  } finally {
    await rm(partial, { force: true });
  }
}

async function writeExport(
  file: string,
  options: AuditExportOptions,
): Promise<Pick<AuditManifest, 'sha256' | 'bytes' | 'rows' | 'firstSeq' | 'lastSeq'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  let rows = 0;
  let firstSeq: number | null = null;
  let lastSeq: number | null = null;
  const handle: FileHandle = await open(file, 'wx', 0o600);
  try {
    const onRow = (seq: number): void => {
      rows += 1;
      firstSeq ??= seq;
      lastSeq = seq;
    };
    for await (const text of exportAudit(options, onRow)) {
      const part = Buffer.from(text, 'utf8');
      hash.update(part);
      bytes += part.length;
      await handle.writeFile(part);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), bytes, rows, firstSeq, lastSeq };
}

/** What is signed: the canonical JSON (RFC 8785) of the manifest without its signature. */
function signedBytes(manifest: Omit<AuditManifest, 'signature'>): Buffer {
  return Buffer.from(canonicalJson(manifest), 'utf8');
}

export type ExportVerification =
  | { readonly ok: true; readonly manifest: AuditManifest }
  /** A sentence. */
  | { readonly ok: false; readonly detail: string };

/**
 * Checks an export against its manifest: who signed it, and that the file is the one that was signed.
 * @param options.publicKey the key that must have signed, 64 hex digits. The one in the manifest alone
 *   proves nothing: whoever changes a file can sign it anew.
 * @throws errors of the file system.
 */
export async function verifyExport(options: {
  readonly file: string;
  readonly publicKey: string;
}): Promise<ExportVerification> {
  const manifestFile = manifestFileOf(options.file);
  const manifest = parseManifest(await readFile(manifestFile, 'utf8'));
  if (manifest === null)
    return { ok: false, detail: `${manifestFile} is no manifest of an export.` };
  if (manifest.publicKey !== options.publicKey.toLowerCase()) {
    return {
      ok: false,
      detail: `The manifest was signed by ${manifest.publicKey.slice(0, 16)}, not by ${options.publicKey.slice(0, 16)}.`,
    };
  }
  const { signature, ...unsigned } = manifest;
  const valid = verify(
    null,
    signedBytes(unsigned),
    publicKeyOf(manifest.publicKey),
    Buffer.from(signature, 'hex'),
  );
  if (!valid) return { ok: false, detail: 'The manifest was changed after it was signed.' };
  const found = await digestOf(options.file);
  if (found !== manifest.sha256) {
    return {
      ok: false,
      detail: `The file is not the one that was signed: its SHA-256 is ${found.slice(0, 16)}, the manifest says ${manifest.sha256.slice(0, 16)}.`,
    };
  }
  return { ok: true, manifest };
}

function parseManifest(text: string): AuditManifest | null {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    // Not JSON, or not ours: said above, with the file's name.
    return null;
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(file)) {
    if (part instanceof Uint8Array) hash.update(part);
  }
  return hash.digest('hex');
}

async function exists(file: string): Promise<boolean> {
  try {
    await (await open(file, 'r')).close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
