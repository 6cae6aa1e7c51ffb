import { createWriteStream } from 'node:fs';
import { BROKER_SCHEMAS } from '../brokers/index.ts';
import type { Config } from '../config/config.ts';
import { formatProblem } from '../config/config.ts';
import { loadProcessConfig } from '../config/load.ts';
import { createLog } from '../lib/logging.ts';
import { reveal } from '../lib/secret.ts';
import type { Log } from '../ports/log.ts';
import { CommandFailed } from './command-failed.ts';

/** Writes a line that a person asked for. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** @throws CommandFailed with every problem of the configuration. */
export function configured(): Config {
  const result = loadProcessConfig({ brokerSchemas: BROKER_SCHEMAS });
  if (result.type === 'loaded') return result.config;
  throw new CommandFailed(
    [...result.problems.map(formatProblem), 'Nothing was started.'].join('\n'),
  );
}

/** Logs go to standard error, so that standard output stays for what a person asked for. */
export function logOf(config: Config): Log {
  return createLog(config.logLevel, createWriteStream('', { fd: 2, autoClose: false }));
}

export function auditKeyOf(config: Config): Uint8Array | null {
  return config.auditKey === null ? null : Buffer.from(reveal(config.auditKey), 'utf8');
}
