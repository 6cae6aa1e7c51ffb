import type { Order } from '../core/order.ts';
import { WASH_SALE_DAYS } from '../core/compliance/wash-sales.ts';
import type { Broker } from '../ports/broker.ts';
import type { StoreReads } from '../ports/store.ts';
import type { AppContext } from './context.ts';

/** How far back a broker is asked at least: what it corrects late is found all the same. */
const HORIZON = Temporal.Duration.from({ hours: 24 });

/** An account that was never looked at: what was traded by hand within these days may make a wash sale. */
const FIRST_LOOK = Temporal.Duration.from({ hours: 24 * (WASH_SALE_DAYS + 1) });

/** The time of the last complete look is written down again when it has become as old as this. */
const REMEMBERED_EVERY = Temporal.Duration.from({ hours: 6 });

/** Their clock and ours need not agree. */
const MARGIN = Temporal.Duration.from({ minutes: 5 });

/** Another broker's look is none at this one. */
const nameOf = ({ account, name }: Broker): string => `reconciled:${account}:${name}`;

/**
 * Since when a broker is to be asked for orders and fills: what happened while nobody looked is found,
 * however long that was, as far back as the broker tells.
 * @param open the orders that are not finished.
 */
export async function lookBackTo(
  store: StoreReads,
  broker: Broker,
  open: readonly Order[],
  now: Temporal.Instant,
): Promise<Temporal.Instant> {
  const last = await readLastLook(store, broker);
  return [
    last ?? now.subtract(FIRST_LOOK),
    ...open.map((order) => order.intent.createdAt),
    now.subtract(HORIZON),
  ]
    .reduce((earliest, at) => (Temporal.Instant.compare(at, earliest) < 0 ? at : earliest))
    .subtract(MARGIN);
}

/**
 * Remembers that everything was recorded that the broker told until `at`. Most looks write nothing: the
 * next one reaches back a day in any case.
 */
export async function rememberLook(
  context: AppContext,
  broker: Broker,
  at: Temporal.Instant,
): Promise<void> {
  const last = await readLastLook(context.store, broker);
  if (last !== null && Temporal.Instant.compare(last.add(REMEMBERED_EVERY), at) > 0) return;
  await context.store.transaction((unit) => unit.writeSetting(nameOf(broker), at.toString()));
}

async function readLastLook(store: StoreReads, broker: Broker): Promise<Temporal.Instant | null> {
  const text = await store.readSetting(nameOf(broker));
  return text === null ? null : Temporal.Instant.from(text);
}
