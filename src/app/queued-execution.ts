import type { StoreReads, StoreTransaction } from '../ports/store.ts';

/** How long after the open a queued proposal may still begin: later, its approval has lapsed. */
const BEGINS_WITHIN = Temporal.Duration.from({ minutes: 30 });

const queueName = (proposalId: string) => `queued-until:${proposalId}`;

/** Keeps, in the transaction that approves it, that a proposal waits for the market to open. */
export async function writeQueuedUntil(
  unit: StoreTransaction,
  proposalId: string,
  opensAt: Temporal.Instant,
): Promise<void> {
  await unit.writeSetting(queueName(proposalId), opensAt.toString());
}

/** The open that an approved proposal waits for; null when it was to begin at once. */
export async function readQueuedUntil(
  store: StoreReads,
  proposalId: string,
): Promise<Temporal.Instant | null> {
  const text = await store.readSetting(queueName(proposalId));
  return text === null ? null : Temporal.Instant.from(text);
}

/** Until when an approved proposal may begin: its expiry, or shortly after the open it waits for. */
export function beginsUntil(
  expiresAt: Temporal.Instant,
  queuedUntil: Temporal.Instant | null,
): Temporal.Instant {
  return queuedUntil === null ? expiresAt : queuedUntil.add(BEGINS_WITHIN);
}
