import { drillKey, markDrill } from '../messages/drill.ts';
import type { DrillFacts } from '../messages/drill.ts';
import type { Message } from '../messages/message.ts';
import type { Announcement, AuditEntry, Store } from '../ports/store.ts';

interface Told {
  readonly announcement: Announcement;
  readonly destinations: readonly { readonly platform: string; readonly channel: string }[];
  readonly at: Temporal.Instant;
}

/**
 * The store of a drill: all that a drill does is kept in a database of its own, so that no limit, summary,
 * history or wash sale can count it. Only its messages and its audit rows are written to the program's own
 * store too, each marked as a drill's.
 * @param written called with what a transaction has written there.
 */
export function drillStore(
  own: Store,
  programs: Store,
  drill: DrillFacts,
  written: (entries: readonly AuditEntry[], messages: ReadonlyMap<string, Message>) => void,
): Store {
  return {
    ...own,
    async transaction(work) {
      const entries: AuditEntry[] = [];
      const told: Told[] = [];
      const result = await own.transaction((unit) =>
        work({
          ...unit,
          appendAudit(entry) {
            entries.push(entry);
            return unit.appendAudit(entry);
          },
          announce(announcement, destinations, at) {
            told.push({ announcement, destinations, at });
            return unit.announce(announcement, destinations, at);
          },
        }),
      );
      if (entries.length === 0 && told.length === 0) return result;
      const messages = new Map<string, Message>();
      await programs.transaction(async (unit) => {
        for (const entry of entries) {
          await unit.appendAudit({ ...entry, payload: { ...entry.payload, drill: drill.id } });
        }
        for (const { announcement, destinations, at } of told) {
          const { key, inThreadOf } = announcement;
          const message = markDrill(announcement.message, drill);
          messages.set(drillKey(drill, key), message);
          await unit.announce(
            {
              ...announcement,
              key: drillKey(drill, key),
              message,
              ...(inThreadOf === undefined ? {} : { inThreadOf: drillKey(drill, inThreadOf) }),
            },
            destinations,
            at,
          );
        }
      });
      written(entries, messages);
      return result;
    },
  };
}
