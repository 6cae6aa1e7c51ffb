import { createHash, timingSafeEqual } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Clock, Random } from '../../ports/clock.ts';
import { instantText, type WebDatabase } from './web-database.ts';

/** How long a browser stays signed in after it was last used. */
export const SESSION_LIFETIME = Temporal.Duration.from({ hours: 7 * 24 });

/** A browser that opened the one-time link. */
export interface Session {
  /** SHA-256 of its cookie. */
  readonly idHash: string;
  /** Whom it speaks for; null until somebody was chosen. */
  readonly person: string | null;
}

/** Who may see the page: one-time links, and the sessions they were exchanged for. */
export interface Sessions {
  /** The token of a link that has not been used; a new one once the last was used. */
  linkToken(): string;
  /**
   * Uses a link's token up.
   * @returns the new session's cookie value, or null when the token is not the unused one.
   */
  open(token: string): Promise<string | null>;
  /** @returns null when there is no such session or it has ended. Keeps it alive otherwise. */
  find(cookie: string): Promise<Session | null>;
  choosePerson(session: Session, person: string): Promise<void>;
}

export async function createSessions(options: {
  readonly database: Kysely<WebDatabase>;
  readonly clock: Clock;
  readonly random: Random;
}): Promise<Sessions> {
  const { database, clock, random } = options;
  let token = newSecret(random);
  let used = false;

  await database
    .deleteFrom('web_sessions')
    .where('seen_at', '<', instantText(clock.now().subtract(SESSION_LIFETIME)))
    .execute();

  return {
    linkToken() {
      if (used) {
        token = newSecret(random);
        used = false;
      }
      return token;
    },
    async open(given) {
      if (used || !sameText(given, token)) return null;
      // Before the first await: two requests with one token must not both get through.
      used = true;
      const cookie = newSecret(random);
      const now = instantText(clock.now());
      await database
        .insertInto('web_sessions')
        .values({ id_hash: hash(cookie), person: null, created_at: now, seen_at: now })
        .execute();
      return cookie;
    },
    async find(cookie) {
      const idHash = hash(cookie);
      const now = clock.now();
      const row = await database
        .selectFrom('web_sessions')
        .select(['person', 'seen_at'])
        .where('id_hash', '=', idHash)
        .where('seen_at', '>=', instantText(now.subtract(SESSION_LIFETIME)))
        .executeTakeFirst();
      if (row === undefined) return null;
      // An hour's precision is enough, and saves a write for every request.
      if (row.seen_at < instantText(now.subtract({ hours: 1 }))) {
        await database
          .updateTable('web_sessions')
          .set({ seen_at: instantText(now) })
          .where('id_hash', '=', idHash)
          .execute();
      }
      return { idHash, person: row.person };
    },
    async choosePerson(session, person) {
      await database
        .updateTable('web_sessions')
        .set({ person })
        .where('id_hash', '=', session.idHash)
        .execute();
    },
  };
}

/** 256 random bits, as a URL and a cookie can carry them. */
function newSecret(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('base64url');
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Compares without telling by its duration how much was right, whatever the lengths. */
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(hash(a)), Buffer.from(hash(b)));
}
