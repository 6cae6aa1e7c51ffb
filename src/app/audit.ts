import type { AuditAction, AuditEntry, JsonValue } from '../ports/store.ts';

/** Who did something, for the audit log. */
export interface Actor {
  /** A person's id, `evenkeel` for the bot itself, or `platform:userId` of a stranger. */
  readonly actor: string;
  readonly platform: string;
}

/** What the bot does by itself. */
export const EVENKEEL: Actor = { actor: 'evenkeel', platform: 'evenkeel' };

/** What a broker told us. */
export const BROKER: Actor = { actor: 'evenkeel', platform: 'broker' };

export function auditEntry(
  at: Temporal.Instant,
  by: Actor,
  action: AuditAction,
  account: string | null,
  subject: string,
  payload: { readonly [key: string]: JsonValue } = {},
): AuditEntry {
  return { at, actor: by.actor, platform: by.platform, action, account, subject, payload };
}
