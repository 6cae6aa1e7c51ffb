import type { StoreReads, StoreTransaction } from '../ports/store.ts';

const escalationName = (proposalId: string) => `escalated:${proposalId}`;

/** Keeps, in the transaction that asks them, that the second group is asked for votes. */
export async function writeEscalation(
  unit: StoreTransaction,
  proposalId: string,
  at: Temporal.Instant,
): Promise<void> {
  await unit.writeSetting(escalationName(proposalId), at.toString());
}

/** Since when the second group is asked; null while it is not. */
export async function readEscalation(
  store: StoreReads,
  proposalId: string,
): Promise<Temporal.Instant | null> {
  const text = await store.readSetting(escalationName(proposalId));
  return text === null ? null : Temporal.Instant.from(text);
}
