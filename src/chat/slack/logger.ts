import type { Logger } from '@slack/bolt';
import type { Log } from '../../ports/log.ts';

/** Tokens, tickets of socket addresses and response URLs: whatever lets somebody act in our name. */
const SECRETS = [
  /\bx(?:ox[a-z]|app)(?:\.[a-z0-9]+)?-[\w-]+/gi,
  /\bwss?:\/\/\S+/gi,
  /\bhttps?:\/\/\S*\/(?:commands|actions|services|app)\/\S+/gi,
  /\bBearer\s+\S+/gi,
] as const;

/** The text without what is secret in it. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text);
}

/**
 * What the SDK wants to log, in our log. Its debug lines hold whole payloads with their tokens and are
 * dropped; its errors are warnings here, because the adapter reports the failures that count itself.
 */
export function createBoltLogger(log: Log, levels: LogLevels): Logger {
  const text = (parts: readonly unknown[]): string =>
    withoutSecrets(
      parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' '),
    );
  return {
    debug: () => {},
    info: (...parts) => log.debug({ detail: text(parts) }, 'Slack SDK'),
    warn: (...parts) => log.warn({ detail: text(parts) }, 'Slack SDK'),
    error: (...parts) => log.warn({ detail: text(parts) }, 'Slack SDK'),
    setLevel: () => {},
    getLevel: () => levels.INFO,
    setName: () => {},
  };
}

/** The SDK's enum, which is loaded only where Slack is configured. */
export interface LogLevels {
  readonly INFO: ReturnType<Logger['getLevel']>;
}
