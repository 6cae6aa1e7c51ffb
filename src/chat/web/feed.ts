import { sql, type Kysely, type Selectable } from 'kysely';
import { z } from 'zod';
import { messageSchema, type Message } from '../../messages/message.ts';
import { instantText, type WebDatabase } from './web-database.ts';

/** What one row of the feed says: a message of the bot, or what a person typed. */
const bodySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message'), message: messageSchema }),
  z.object({ type: z.literal('typed'), text: z.string() }),
]);
type FeedBody = z.output<typeof bodySchema> | { readonly type: 'unreadable' };

export interface FeedMessage {
  readonly id: number;
  /** Grows with every new message and every edit; see the migration. */
  readonly change: number;
  readonly channel: string;
  /** A person's id; null when the bot says it. */
  readonly author: string | null;
  readonly visibleTo: string | null;
  readonly body: FeedBody;
  readonly postedAt: Temporal.Instant;
  readonly editedAt: Temporal.Instant | null;
}

interface NewFeedMessage {
  readonly channel: string;
  readonly author: string | null;
  readonly visibleTo: string | null;
  /** Null for what nobody delivers twice. */
  readonly delivery: string | null;
  readonly body:
    | { readonly type: 'message'; readonly message: Message }
    | { readonly type: 'typed'; readonly text: string };
  readonly at: Temporal.Instant;
}

/** One look at the end of the feed (or at what came before a message). */
export interface FeedPage {
  /** Oldest first. */
  readonly messages: readonly FeedMessage[];
  /** Whether there is more before the first of them. */
  readonly earlier: boolean;
  /** The last change of the whole feed, whether it is in this page or not. */
  readonly cursor: number;
}

/** The stored feed. Every viewer is a person's id, or null for nobody in particular. */
export interface Feed {
  /** @returns the message's id; null when this delivery has made its message before. */
  add(message: NewFeedMessage): Promise<number | null>;
  /** @returns false when the message does not exist. An edit that changes nothing is no change. */
  edit(id: number, message: Message, at: Temporal.Instant): Promise<boolean>;
  /**
   * Like `edit`, of the message that a delivery made before.
   * @returns its id.
   */
  replaceDelivered(delivery: string, message: Message, at: Temporal.Instant): Promise<number>;
  page(viewer: string | null, options: { before?: number; limit: number }): Promise<FeedPage>;
  /** What changed after `cursor`, oldest change first, for every viewer. */
  changesAfter(cursor: number, limit: number): Promise<readonly FeedMessage[]>;
  lastChange(): Promise<number>;
}

// One statement takes the number and uses it, so no transaction is needed around it.
const NEXT_CHANGE = sql<number>`(select coalesce(max(change), 0) + 1 from web_messages)`;

export function createFeed(database: Kysely<WebDatabase>): Feed {
  async function lastChange(): Promise<number> {
    const row = await database
      .selectFrom('web_messages')
      .select(({ fn }) => fn.max('change').as('last'))
      .executeTakeFirst();
    return row?.last ?? 0;
  }

  async function edit(id: number, message: Message, at: Temporal.Instant): Promise<boolean> {
    const body = JSON.stringify({ type: 'message', message });
    const edited = await database
      .updateTable('web_messages')
      .set({ body, change: NEXT_CHANGE, edited_at: instantText(at) })
      .where('id', '=', id)
      .where('body', '!=', body)
      .returning('id')
      .executeTakeFirst();
    if (edited !== undefined) return true;
    const same = await database
      .selectFrom('web_messages')
      .select('id')
      .where('id', '=', id)
      .executeTakeFirst();
    return same !== undefined;
  }

  return {
    lastChange,
    async add({ channel, author, visibleTo, delivery, body, at }) {
      const row = await database
        .insertInto('web_messages')
        .values({
          change: NEXT_CHANGE,
          channel,
          author,
          visible_to: visibleTo,
          delivery,
          body: JSON.stringify(body),
          posted_at: instantText(at),
          edited_at: null,
        })
        .onConflict((conflict) => conflict.column('delivery').doNothing())
        .returning('id')
        .executeTakeFirst();
      return row?.id ?? null;
    },
    async replaceDelivered(delivery, message, at) {
      const row = await database
        .selectFrom('web_messages')
        .select('id')
        .where('delivery', '=', delivery)
        .executeTakeFirstOrThrow();
      await edit(row.id, message, at);
      return row.id;
    },
    edit,
    async page(viewer, { before, limit }) {
      // The cursor is read first: what changes in between is then sent once more, and never lost.
      const cursor = await lastChange();
      let query = database.selectFrom('web_messages').selectAll();
      if (before !== undefined) query = query.where('id', '<', before);
      const rows = await query
        .where((is) => is.or([is('visible_to', 'is', null), is('visible_to', '=', viewer)]))
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      return {
        messages: rows.slice(0, limit).toReversed().map(toFeedMessage),
        earlier: rows.length > limit,
        cursor,
      };
    },
    async changesAfter(cursor, limit) {
      const rows = await database
        .selectFrom('web_messages')
        .selectAll()
        .where('change', '>', cursor)
        .orderBy('change')
        .limit(limit)
        .execute();
      return rows.map(toFeedMessage);
    },
  };
}

function toFeedMessage(row: Selectable<WebDatabase['web_messages']>): FeedMessage {
  return {
    id: row.id,
    change: row.change,
    channel: row.channel,
    author: row.author,
    visibleTo: row.visible_to,
    body: readBody(row.body),
    postedAt: Temporal.Instant.from(row.posted_at),
    editedAt: row.edited_at === null ? null : Temporal.Instant.from(row.edited_at),
  };
}

/** A row that another version of the program wrote must not take the whole feed with it. */
function readBody(text: string): FeedBody {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { type: 'unreadable' };
  }
  const body = bodySchema.safeParse(json);
  return body.success ? body.data : { type: 'unreadable' };
}
