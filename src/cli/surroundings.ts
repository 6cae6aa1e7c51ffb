import { createWriteStream } from 'node:fs';
import { BROKER_SCHEMAS } from '../brokers/index.ts';
import type { Config } from '../config/config.ts';
import { formatProblem } from '../config/config.ts';
import { loadProcessConfig } from '../config/load.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/logging.ts';
import { systemRandom } from '../lib/random.ts';
import { reveal } from '../lib/secret.ts';
import type { Core } from '../main.ts';
import type { Log } from '../ports/log.ts';
import type { DatabaseStore } from '../store/index.ts';
import { CommandFailed } from './command-failed.ts';

/** Writes a line that a person asked for. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** @throws CommandFailed with the problems of the configuration. */
export function configured(): Config {
  const result = loadProcessConfig({ brokerSchemas: BROKER_SCHEMAS });
  if (result.type === 'loaded') return result.config;
  throw new CommandFailed(
    [...firstOf(result.problems.map(formatProblem)), 'Nothing was started.'].join('\n'),
  );
}

/** What is wrong with one of a thousand accounts is often wrong with all of them. */
const MOST_LINES = 40;

/** The first lines, and how many there are besides. */
export function firstOf(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  return [
    ...lines.slice(0, MOST_LINES),
    `And ${(lines.length - MOST_LINES).toLocaleString('en-US')} more.`,
  ];
}

/** Logs go to standard error, so that standard output stays for what a person asked for. */
export function logOf(config: Config): Log {
  return createLog(config.logLevel, createWriteStream('', { fd: 2, autoClose: false }));
}

export function auditKeyOf(config: Config): Uint8Array | null {
  return config.auditKey === null ? null : Buffer.from(reveal(config.auditKey), 'utf8');
}

/** Opens the database and everything in it, without chats and schedules. */
export async function openConfiguredCore(config: Config): Promise<Core> {
  const { openCore } = await import('../main.ts');
  return await openCore({ config, clock: systemClock, random: systemRandom, log: logOf(config) });
}

/** Opens the database alone, and brings it up to date. @throws StoreError when it cannot be used. */
export async function openConfiguredStore(config: Config): Promise<DatabaseStore> {
  const { openStore } = await import('../store/index.ts');
  return await openStore({
    path: config.databasePath,
    auditKey: auditKeyOf(config),
    // The first encrypts, all decrypt.
    masterKeys: config.masterKeys.map((key) => Buffer.from(reveal(key), 'base64')),
    log: logOf(config),
  });
}
