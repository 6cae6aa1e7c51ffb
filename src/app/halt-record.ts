import { z } from 'zod';
import { AUTOMATIC_HALT_RULES } from '../core/automatic-halts.ts';
import { instantSchema } from '../core/schemas.ts';
import type { Halt, StoreReads, StoreTransaction } from '../ports/store.ts';

/** What is kept about a halt beside the halt itself, until it ends or another takes its place. */
const haltRecordSchema = z.object({
  /** Which halt it is about: when that began. */
  at: instantSchema,
  /** Whether orders that work at the broker are to be canceled. */
  cancelOrders: z.boolean(),
  /** The rule that halted; null for a person. */
  rule: z.enum(AUTOMATIC_HALT_RULES).nullable(),
  /** Who agreed to resume, the first first; each person once. */
  votes: z.array(z.object({ person: z.string(), platform: z.string(), at: instantSchema })),
});
export type HaltRecord = z.output<typeof haltRecordSchema>;

const recordName = (scope: string) => `halt:${scope}`;
const resumedName = (scope: string) => `halt-resumed:${scope}`;

/** The halt that stops an account, its own or one of all accounts; null when it may trade. */
export async function haltFor(store: StoreReads, account: string): Promise<Halt | null> {
  const halts = await store.listHalts();
  return (
    halts.find((candidate) => candidate.scope === account || candidate.scope === 'all') ?? null
  );
}

/** What is kept about this halt. A halt without a record, from an older version, has no votes. */
export async function readHaltRecord(store: StoreReads, halt: Halt): Promise<HaltRecord> {
  const text = await store.readSetting(recordName(halt.scope));
  const record = text === null ? null : haltRecordSchema.parse(JSON.parse(text));
  // A record of another halt says nothing about this one: its votes were for resuming that.
  if (record !== null && record.at.equals(halt.at)) return record;
  return { at: halt.at, cancelOrders: false, rule: null, votes: [] };
}

/** Keeps what there is to know about a halt, in the transaction that changes it. */
export async function writeHaltRecord(
  unit: StoreTransaction,
  scope: string,
  record: HaltRecord,
): Promise<void> {
  const text = JSON.stringify(haltRecordSchema.encode(record));
  await unit.writeSetting(recordName(scope), text);
}

/** Whether orders of an account that work at the broker are to be canceled now. */
export async function mustCancel(store: StoreReads, account: string): Promise<boolean> {
  const halts = await store.listHalts();
  for (const halt of halts) {
    if (halt.scope !== account && halt.scope !== 'all') continue;
    if ((await readHaltRecord(store, halt)).cancelOrders) return true;
  }
  return false;
}

/** Keeps when a scope was last resumed: what was known by then does not halt it again. */
export async function writeResumedAt(
  unit: StoreTransaction,
  scope: string,
  at: Temporal.Instant,
): Promise<void> {
  await unit.writeSetting(resumedName(scope), at.toString());
}

/** When people last let an account trade again, by itself or with all; null when they never had to. */
export async function readResumedAt(
  store: StoreReads,
  account: string,
): Promise<Temporal.Instant | null> {
  const texts = [
    await store.readSetting(resumedName(account)),
    await store.readSetting(resumedName('all')),
  ];
  return texts
    .filter((text) => text !== null)
    .map((text) => Temporal.Instant.from(text))
    .reduce<Temporal.Instant | null>(
      (latest, at) => (latest === null || Temporal.Instant.compare(at, latest) > 0 ? at : latest),
      null,
    );
}
