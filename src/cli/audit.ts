import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { systemClock } from '../lib/clock.ts';
import { CommandFailed } from './command-failed.ts';
import { auditKeyOf, configured, print } from './surroundings.ts';

export interface ExportOptions {
  readonly format: string;
  readonly output?: string;
  readonly from?: string;
  readonly to?: string;
  readonly account?: string;
  readonly database?: string;
}

/** `evenkeel audit verify`. @returns whether the whole chain is good. */
export async function verify(options: { database?: string; head?: string }): Promise<boolean> {
  const config = configured();
  const { verifyAudit } = await import('../store/index.ts');
  const result = await verifyAudit({
    path: options.database ?? config.databasePath,
    auditKey: auditKeyOf(config),
    ...(options.head === undefined ? {} : { expectedHead: options.head }),
  });
  if (result.ok) {
    print(`ok ${result.rows} rows, head ${result.head}`);
    return true;
  }
  print(`row ${result.brokenSeq} is ${result.kind}: ${result.detail}`);
  return false;
}

/** `evenkeel audit export`. @throws CommandFailed when nothing is exported, and says why. */
export async function exportRows(options: ExportOptions): Promise<void> {
  const { format } = options;
  if (format !== 'csv' && format !== 'jsonl') {
    throw new CommandFailed(`--format is csv or jsonl, not ${format}. Nothing was exported.`);
  }
  const config = configured();
  const { exportAudit, writeSignedExport } = await import('../store/index.ts');
  const from = dayStart('--from', options.from, 0);
  const to = dayStart('--to', options.to, 1);
  const wanted = {
    path: options.database ?? config.databasePath,
    format,
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(options.account === undefined ? {} : { account: options.account }),
  } as const;
  if (options.output !== undefined) {
    const { auditKey } = await manifestKeyOf(config);
    const result = await withFiles('Nothing was exported.', () =>
      writeSignedExport({
        ...wanted,
        auditKey,
        file: options.output ?? '',
        createdAt: systemClock.now(),
        version: programVersion(),
      }),
    );
    switch (result.type) {
      case 'exported':
        print(
          `ok ${result.manifest.rows} rows in ${options.output}, signed in ${result.manifestFile}`,
        );
        return;
      case 'file_exists':
        throw new CommandFailed(`${result.file} is there already. Nothing was exported.`);
      case 'log_broken':
        throw new CommandFailed(
          `Nothing was exported or signed: row ${result.brokenSeq} of the log is ${result.kind}. ${result.detail}`,
        );
    }
  }
  for await (const line of exportAudit(wanted)) {
    if (!process.stdout.write(line)) {
      await new Promise((resolve) => process.stdout.once('drain', resolve));
    }
  }
}

/** `evenkeel audit verify-export FILE`. @returns whether the file is what its manifest says. */
export async function verifyExportedFile(
  file: string,
  options: { publicKey?: string },
): Promise<boolean> {
  const publicKey = options.publicKey ?? (await manifestKeyOf(configured())).publicKey;
  if (!/^[0-9a-f]{64}$/i.test(publicKey)) {
    throw new CommandFailed(
      '--public-key takes the 64 hex digits that "evenkeel audit public-key" prints.',
    );
  }
  const { verifyExport } = await import('../store/index.ts');
  const result = await withFiles('It could not be checked.', () =>
    verifyExport({ file, publicKey }),
  );
  if (!result.ok) {
    print(result.detail);
    return false;
  }
  const { rows, firstSeq, lastSeq, head, createdAt } = result.manifest;
  const range = firstSeq === null || lastSeq === null ? '' : ` (${firstSeq}..${lastSeq})`;
  print(`ok ${rows} rows${range}, head ${head.seq}:${head.hash}, written ${createdAt}`);
  return true;
}

/** `evenkeel audit public-key`. @throws CommandFailed when there is no AUDIT_KEY to make it from. */
export async function printPublicKey(): Promise<void> {
  print((await manifestKeyOf(configured())).publicKey);
}

/** What signs manifests and what checks them. */
async function manifestKeyOf(
  config: Config,
): Promise<{ readonly auditKey: Uint8Array; readonly publicKey: string }> {
  const auditKey = auditKeyOf(config);
  if (auditKey === null) {
    throw new CommandFailed(
      "Manifests are signed with a key made from AUDIT_KEY, and there is none in .env. Set one, or give --public-key to check somebody else's export.",
    );
  }
  const { manifestKey } = await import('../store/index.ts');
  return { auditKey, publicKey: manifestKey(auditKey).publicKey };
}

/** Runs what reads and writes files; what the file system says against it is a sentence, not a crash. */
async function withFiles<T>(consequence: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new CommandFailed(`${error.message}. ${consequence}`);
  }
}

function programVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** Midnight in New York of a day, or of the day after it. */
function dayStart(
  option: string,
  text: string | undefined,
  daysLater: number,
): Temporal.Instant | null {
  if (text === undefined) return null;
  try {
    const date = Temporal.PlainDate.from(text, { overflow: 'reject' }).add({ days: daysLater });
    return date.toZonedDateTime('America/New_York').toInstant();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandFailed(`${option} takes a day such as 2026-11-20, not ${text}.`);
  }
}
