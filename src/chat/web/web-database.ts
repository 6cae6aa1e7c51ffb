import type { Generated } from 'kysely';

/**
 * The columns as migrations/0003_web_workspace.ts made them. Instants are text. A type and not an
 * interface, so that `kysely.withTables` takes it.
 */
export type WebDatabase = {
  web_messages: {
    id: Generated<number>;
    change: number;
    channel: string;
    author: string | null;
    visible_to: string | null;
    delivery: string | null;
    body: string;
    posted_at: string;
    edited_at: string | null;
  };
  web_sessions: {
    id_hash: string;
    person: string | null;
    created_at: string;
    seen_at: string;
  };
};

/** Nine fraction digits, always 30 characters, so that instants sort as text. */
export function instantText(instant: Temporal.Instant): string {
  return instant.toString({ fractionalSecondDigits: 9 });
}
