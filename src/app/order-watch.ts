import { z } from 'zod';
import { decimalSchema, instantSchema } from '../core/schemas.ts';
import type { StoreReads, StoreTransaction } from '../ports/store.ts';

/** A message about positions and cash that differ, and what it says. */
const incidentSchema = z.object({
  /** Of the announcement. */
  key: z.string(),
  /** Of the differences. */
  digest: z.string(),
  /** The book that the expectation starts from. */
  agreedAt: instantSchema,
  agreedBy: z.string().nullable(),
  differences: z.array(
    z.object({
      key: z.string(),
      symbol: z.string().nullable(),
      expected: decimalSchema,
      told: decimalSchema,
      hint: z.string(),
      words: z.string(),
      halts: z.boolean(),
      // An older version did not know.
      explained: z.boolean().default(false),
    }),
  ),
});
export type BookIncident = z.output<typeof incidentSchema>;

/** What the comparison with a broker remembers from one look to the next. */
const watchSchema = z.object({
  /** When this account was watched first: what ended at the broker before is history. */
  since: instantSchema,
  /** The differences of the last look, by their keys. */
  suspects: z.array(z.string()),
  /** The message about positions and cash that nobody has settled yet. */
  incident: incidentSchema.nullable(),
});
export type OrderWatch = z.output<typeof watchSchema>;

/** As an older version kept it: without positions and cash. */
const storedSchema = z.preprocess(
  (value) => (typeof value === 'object' ? { incident: null, ...value } : value),
  watchSchema,
);

const watchName = (account: string) => `order-watch:${account}`;

/** Null before the first look. */
export async function readWatch(store: StoreReads, account: string): Promise<OrderWatch | null> {
  const text = await store.readSetting(watchName(account));
  return text === null ? null : storedSchema.parse(JSON.parse(text));
}

export async function writeWatch(
  unit: StoreTransaction,
  account: string,
  watch: OrderWatch,
): Promise<void> {
  await unit.writeSetting(watchName(account), JSON.stringify(z.encode(watchSchema, watch)));
}
