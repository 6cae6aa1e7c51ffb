import { z } from 'zod';
import { instantSchema } from '../core/schemas.ts';
import type { StoreReads, StoreTransaction } from '../ports/store.ts';

/** What the comparison with a broker's orders remembers from one look to the next. */
const watchSchema = z.object({
  /** When this account was looked at first: what ended at the broker before is history. */
  since: instantSchema,
  /** The differences of the last look, by their keys. */
  suspects: z.array(z.string()),
});
type OrderWatch = z.output<typeof watchSchema>;

const watchName = (account: string) => `order-watch:${account}`;

/** Null before the first look. */
export async function readWatch(store: StoreReads, account: string): Promise<OrderWatch | null> {
  const text = await store.readSetting(watchName(account));
  return text === null ? null : watchSchema.parse(JSON.parse(text));
}

export async function writeWatch(
  unit: StoreTransaction,
  account: string,
  watch: OrderWatch,
): Promise<void> {
  await unit.writeSetting(watchName(account), JSON.stringify(z.encode(watchSchema, watch)));
}
