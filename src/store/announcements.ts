import { sql, type Kysely } from 'kysely';
import { messageSchema } from '../messages/message.ts';
import type { MessageReference } from '../ports/chat.ts';
import { StoreError } from '../ports/store-error.ts';
import type { Announcement, AnnouncementCopy, PendingDelivery } from '../ports/store.ts';
import { decodeInstant, decodeJsonColumn, instantColumn, jsonColumn } from './columns.ts';
import type { Tables } from './tables.ts';

export async function findAnnouncement(
  database: Kysely<Tables>,
  key: string,
): Promise<Announcement | null> {
  const row = await database
    .selectFrom('announcements')
    .select(['key', 'account', 'message', 'in_thread_of'])
    .where('key', '=', key)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    key: row.key,
    account: row.account,
    message: decodeJsonColumn(messageSchema, row.message, `announcement ${row.key}`),
    ...(row.in_thread_of === null ? {} : { inThreadOf: row.in_thread_of }),
  };
}

export async function announce(
  database: Kysely<Tables>,
  announcement: Announcement,
  destinations: readonly { readonly platform: string; readonly channel: string }[],
  at: Temporal.Instant,
): Promise<void> {
  const now = instantColumn(at);
  const { key, account } = announcement;
  const message = jsonColumn(messageSchema, announcement.message, `Announcement ${key}`);
  const nextChange = sql<number>`(select coalesce(max(change_number), 0) + 1 from announcements)`;
  const { version, change_number: change } = await database
    .insertInto('announcements')
    .values({
      key,
      account,
      message,
      version: 1,
      change_number: nextChange,
      in_thread_of: announcement.inThreadOf ?? null,
    })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({
        account,
        message,
        version: sql<number>`version + 1`,
        change_number: nextChange,
      }),
    )
    .returning(['version', 'change_number'])
    .executeTakeFirstOrThrow();

  // A copy that was up to date falls behind now and is due at once. One that is behind already keeps
  // its place in the queue, and its next attempt: a platform that asked us to wait is not asked sooner.
  await database
    .updateTable('deliveries')
    .set({
      behind_since_change: sql<number>`iif(delivered_version < wanted_version, behind_since_change, ${change})`,
      next_attempt_at: sql<string>`iif(delivered_version < wanted_version, next_attempt_at, ${now})`,
      wanted_version: version,
    })
    .where('announcement_key', '=', key)
    .execute();
  if (destinations.length === 0) return;
  await database
    .insertInto('deliveries')
    .values(
      destinations.map(({ platform, channel }) => ({
        announcement_key: key,
        platform,
        channel,
        reference_channel: null,
        reference_message_id: null,
        wanted_version: version,
        behind_since_change: change,
        next_attempt_at: now,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['announcement_key', 'platform', 'channel']).doNothing(),
    )
    .execute();
}

export async function listPendingDeliveries(
  database: Kysely<Tables>,
  platform: string,
  now: Temporal.Instant,
  limit: number,
): Promise<readonly PendingDelivery[]> {
  const rows = await database
    .selectFrom('deliveries')
    .innerJoin('announcements', 'announcements.key', 'deliveries.announcement_key')
    .select([
      'announcement_key',
      'channel',
      'reference_channel',
      'reference_message_id',
      'announcements.version',
      'announcements.message',
      'in_thread_of',
      'attempts',
      'next_attempt_at',
    ])
    .where('platform', '=', platform)
    .where(sql<boolean>`delivered_version < wanted_version`)
    .where('next_attempt_at', '<=', instantColumn(now))
    .orderBy('behind_since_change')
    .orderBy('channel')
    .limit(limit)
    .execute();
  return rows.map((row) => {
    const where = `announcement ${row.announcement_key}`;
    return {
      announcementKey: row.announcement_key,
      platform,
      channel: row.channel,
      reference:
        row.reference_channel === null || row.reference_message_id === null
          ? null
          : { platform, channel: row.reference_channel, messageId: row.reference_message_id },
      inThreadOf: row.in_thread_of,
      version: row.version,
      message: decodeJsonColumn(messageSchema, row.message, where),
      attempts: row.attempts,
      nextAttemptAt: decodeInstant(row.next_attempt_at, where),
    };
  });
}

export async function listCopies(
  database: Kysely<Tables>,
  announcementKey: string,
  platform: string,
): Promise<readonly AnnouncementCopy[]> {
  const rows = await database
    .selectFrom('deliveries')
    .select(['channel', 'reference_channel', 'reference_message_id'])
    .where('announcement_key', '=', announcementKey)
    .where('platform', '=', platform)
    .orderBy('channel')
    .execute();
  return rows.map((row) => ({
    channel: row.channel,
    reference:
      row.reference_channel === null || row.reference_message_id === null
        ? null
        : { platform, channel: row.reference_channel, messageId: row.reference_message_id },
  }));
}

export async function nextDeliveryAt(
  database: Kysely<Tables>,
  platform: string,
): Promise<Temporal.Instant | null> {
  const row = await database
    .selectFrom('deliveries')
    .select('next_attempt_at')
    .where('platform', '=', platform)
    .where(sql<boolean>`delivered_version < wanted_version`)
    .orderBy('next_attempt_at')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : decodeInstant(row.next_attempt_at, 'next delivery');
}

export async function markDelivered(
  database: Kysely<Tables>,
  announcementKey: string,
  platform: string,
  channel: string,
  version: number,
  reference: MessageReference,
): Promise<void> {
  const result = await database
    .updateTable('deliveries')
    .set({
      // An answer that comes late must not take a copy back.
      delivered_version: sql<number>`max(delivered_version, ${version})`,
      // A newer version waits since its own change, not since the one that has just been shown.
      behind_since_change: sql<number>`(select change_number from announcements where key = ${announcementKey})`,
      reference_channel: reference.channel,
      reference_message_id: reference.messageId,
      attempts: 0,
      last_failure: null,
    })
    .where('announcement_key', '=', announcementKey)
    .where('platform', '=', platform)
    .where('channel', '=', channel)
    .executeTakeFirst();
  assertCopyExists(result.numUpdatedRows, announcementKey, platform, channel);
}

export async function markDeliveryFailed(
  database: Kysely<Tables>,
  announcementKey: string,
  platform: string,
  channel: string,
  reason: string,
  nextAttemptAt: Temporal.Instant,
): Promise<void> {
  const result = await database
    .updateTable('deliveries')
    .set({
      attempts: sql<number>`attempts + 1`,
      last_failure: reason,
      next_attempt_at: instantColumn(nextAttemptAt),
    })
    .where('announcement_key', '=', announcementKey)
    .where('platform', '=', platform)
    .where('channel', '=', channel)
    .executeTakeFirst();
  assertCopyExists(result.numUpdatedRows, announcementKey, platform, channel);
}

function assertCopyExists(
  changed: bigint,
  announcementKey: string,
  platform: string,
  channel: string,
): void {
  if (changed === 1n) return;
  throw new StoreError(
    'invalid_value',
    `There is no copy of announcement ${announcementKey} in ${platform} ${channel}.`,
  );
}
