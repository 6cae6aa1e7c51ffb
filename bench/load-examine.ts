import Database from 'better-sqlite3';
import { z } from 'zod';
import { decimal } from '../src/core/decimal.ts';
import type { BookedOrder } from './load-market.ts';
import type { Shown } from './load-protocol.ts';

/** What the bot has on record, read from its file and not through its own code. */
export interface LoadRecords {
  /** How many proposals have each status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly orders: readonly z.output<typeof orderSchema>[];
  /** Copies that do not show what was announced last. */
  readonly behind: number;
  /** Proposals that have not ended, but for those with an order that a person is asked about. */
  readonly running: number;
}

/**
 * A connection that breaks under an order leaves open what became of it. Where the broker keeps no id of
 * ours a person is asked, and the execution waits for the answer.
 */
const ASKED_ABOUT = "(select proposal_id from orders where status = 'unknown')";

const orderSchema = z.object({
  client_order_id: z.string(),
  proposal_id: z.string(),
  leg: z.number(),
  account: z.string(),
  broker: z.string(),
  status: z.string(),
  broker_order_id: z.string().nullable(),
  filled_quantity: z.string(),
});

const paperOrderSchema = z.object({
  broker_order_id: z.string(),
  client_order_id: z.string(),
  filled_quantity: z.string(),
});

const proposalSchema = z.object({
  id: z.string(),
  account: z.string(),
  status: z.string(),
  outcome: z.string().nullable(),
});
const countSchema = z.object({ name: z.string(), count: z.number() });
const copySchema = z.object({
  announcement_key: z.string(),
  reference_channel: z.string().nullable(),
  reference_message_id: z.string().nullable(),
});

export function read<T>(path: string, work: (database: Database.Database) => T): T {
  const database = new Database(path, { readonly: true, timeout: 5000 });
  try {
    return database.transaction(() => work(database))();
  } finally {
    database.close();
  }
}

export function readRecords(path: string): LoadRecords {
  return read(path, (database) => {
    const all = <T extends z.ZodType>(schema: T, query: string): z.output<T>[] =>
      database
        .prepare(query)
        .all()
        .map((row) => schema.parse(row));
    const statuses = all(
      countSchema,
      'select status as name, count(*) as count from proposals group by 1',
    );
    const [behind] = all(
      countSchema,
      "select 'behind' as name, count(*) as count from deliveries where delivered_version < wanted_version",
    );
    return {
      statuses: Object.fromEntries(statuses.map(({ name, count }) => [name, count])),
      orders: all(
        orderSchema,
        'select orders.*, proposals.broker from orders join proposals on proposals.id = proposal_id order by orders.number',
      ),
      behind: behind?.count ?? 0,
      running:
        all(
          countSchema,
          `select 'running' as name, count(*) as count from proposals
           where status in ('pending', 'approved', 'executing') and id not in ${ASKED_ABOUT}`,
        )[0]?.count ?? 0,
    };
  });
}

/** Milliseconds since 1970, by the bot's clock, at which the last order was known to be at its broker. */
export function lastAcceptance(path: string): number {
  const row = read(path, (database) =>
    database
      .prepare(
        `select max(first) as at from (select min(at) as first from audit_log
         where action in ('order_accepted', 'order_partially_filled', 'order_filled', 'fill')
         group by subject)`,
      )
      .get(),
  );
  const { at } = z.object({ at: z.string() }).parse(row);
  return Temporal.Instant.from(at).epochMilliseconds;
}

/** The proposals with an order that a person is asked about. */
export function askedAbout(orders: LoadRecords['orders']): ReadonlySet<string> {
  return new Set(
    orders.filter(({ status }) => status === 'unknown').map((order) => order.proposal_id),
  );
}

/** A sentence for each thing that is not as it must be. */
export function findFaults(path: string, booked: readonly BookedOrder[], shown: Shown): string[] {
  const { orders } = readRecords(path);
  const paper = read(path, (database) => database.prepare('select * from paper_orders').all())
    .map((row) => paperOrderSchema.parse(row))
    .map((row) => ({
      brokerOrderId: row.broker_order_id,
      clientOrderId: row.client_order_id,
      filledQuantity: row.filled_quantity,
    }));
  const there = [...booked, ...paper];
  const faults: string[] = proposalsNotExecuted(path);
  const ours = Map.groupBy(orders, (order) => `${order.proposal_id} leg ${order.leg}`);
  for (const [leg, attempts] of ours) {
    if (attempts.length > 1) faults.push(`${leg} was ordered ${attempts.length} times`);
  }
  const asked = askedAbout(orders);
  const byOurId = Map.groupBy(there, ({ clientOrderId }) => clientOrderId);
  const byTheirId = Map.groupBy(there, ({ brokerOrderId }) => brokerOrderId);
  for (const order of orders) {
    const found =
      order.broker === 'schwab'
        ? (byTheirId.get(order.broker_order_id ?? '') ?? [])
        : (byOurId.get(order.client_order_id) ?? []);
    const [one] = found;
    const name = `${order.client_order_id} of ${order.account}`;
    if (asked.has(order.proposal_id)) {
      if (found.length > 1) faults.push(`${name} is ${found.length} orders at the broker`);
      continue;
    }
    if (order.status !== 'filled') faults.push(`${name} is ${order.status}`);
    if (found.length !== 1) faults.push(`${name} is ${found.length} orders at the broker`);
    if (one !== undefined && !decimal(one.filledQuantity).eq(order.filled_quantity)) {
      faults.push(`${name} filled ${order.filled_quantity} here, ${one.filledQuantity} there`);
    }
  }
  const unknown = orders.filter(({ status }) => status === 'unknown').length;
  if (there.length > orders.length || there.length < orders.length - unknown) {
    faults.push(`${orders.length} orders on record, ${there.length} at the brokers`);
  }
  return [...faults, ...untrueMessages(path, shown, asked), ...shown.problems];
}

function proposalsNotExecuted(path: string): string[] {
  return read(path, (database) =>
    database
      .prepare(`select * from proposals where status != 'executed' and id not in ${ASKED_ABOUT}`)
      .all(),
  )
    .map((row) => proposalSchema.parse(row))
    .map(
      ({ id, account, status, outcome }) => `${id} of ${account} is ${status}: ${outcome ?? ''}`,
    );
}

/** Each proposal is one message in the chat, which says that it was executed and asks for no vote. */
function untrueMessages(path: string, shown: Shown, asked: ReadonlySet<string>): string[] {
  const copies = read(path, (database) =>
    database
      .prepare(
        `select announcement_key, reference_channel, reference_message_id from deliveries
         where platform = 'slack' and announcement_key like 'proposal:%'`,
      )
      .all(),
  ).map((row) => copySchema.parse(row));
  const told = new Set<string>();
  const faults: string[] = [];
  for (const { announcement_key: key, reference_channel, reference_message_id } of copies) {
    const message = shown.messages.find(
      ({ channel, ts }) => channel === reference_channel && ts === reference_message_id,
    );
    if (message === undefined) faults.push(`${key} has no message`);
    else if (!asked.has(key.slice('proposal:'.length)) && !/\bexecuted\b/u.test(message.text))
      faults.push(`the message of ${key} is not true`);
    if (message !== undefined) told.add(`${message.channel} ${message.ts}`);
  }
  for (const { channel, ts, buttons } of shown.messages) {
    if (buttons.includes('Approve')) faults.push(`${channel} ${ts} still asks for a vote`);
    if (!told.has(`${channel} ${ts}`)) faults.push(`${channel} ${ts} is nobody's message`);
  }
  return faults;
}
