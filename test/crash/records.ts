import type Database from 'better-sqlite3';
import { z } from 'zod';
import { outcomeDigest } from '../../src/app/outcome-questions.ts';
import type { Workplace } from './workplace.ts';

/** What the bot has on record, read from its file and not through its own code. */
export interface Records {
  readonly proposals: readonly { id: string; digest: string; status: string; document: string }[];
  readonly decisions: readonly { proposal_id: string; person: string; verdict: string }[];
  readonly orders: readonly {
    client_order_id: string;
    proposal_id: string;
    leg: number;
    symbol: string;
    side: 'buy' | 'sell';
    quantity: string;
    status: string;
    broker_order_id: string | null;
    filled_quantity: string;
    reason_code: string | null;
  }[];
  readonly fills: readonly {
    execution_id: string;
    client_order_id: string | null;
    broker_order_id: string;
    symbol: string;
    side: 'buy' | 'sell';
    quantity: string;
    price: string;
    fees: string;
  }[];
  readonly audit: readonly { seq: number; action: string; subject: string; payload: string }[];
  readonly deliveries: readonly {
    announcement_key: string;
    platform: string;
    channel: string;
    reference_message_id: string | null;
    delivered_version: number;
    wanted_version: number;
  }[];
  readonly messages: readonly { id: number; author: string | null; body: string }[];
  readonly settings: readonly { name: string; value: string }[];
}

const text = z.string();
const side = z.enum(['buy', 'sell']);
const schemas = {
  proposals: z.object({ id: text, digest: text, status: text, document: text }),
  decisions: z.object({ proposal_id: text, person: text, verdict: text }),
  orders: z.object({
    client_order_id: text,
    proposal_id: text,
    leg: z.number(),
    symbol: text,
    side,
    quantity: text,
    status: text,
    broker_order_id: text.nullable(),
    filled_quantity: text,
    reason_code: text.nullable(),
  }),
  fills: z.object({
    execution_id: text,
    client_order_id: text.nullable(),
    broker_order_id: text,
    symbol: text,
    side,
    quantity: text,
    price: text,
    fees: text,
  }),
  corrections: z.object({ execution_id: text, quantity: text, price: text, fees: text }),
  audit: z.object({ seq: z.number(), action: text, subject: text, payload: text }),
  deliveries: z.object({
    announcement_key: text,
    platform: text,
    channel: text,
    reference_message_id: text.nullable(),
    delivered_version: z.number(),
    wanted_version: z.number(),
  }),
  messages: z.object({ id: z.number(), author: text.nullable(), body: text }),
  settings: z.object({ name: text, value: text }),
};

export function readRecords(place: Workplace): Records {
  return place.read((database) => {
    const all = <T extends z.ZodType>(schema: T, table: string, order: string): z.output<T>[] =>
      rows(database, `select * from ${table} order by ${order}`).map((row) => schema.parse(row));
    return database.transaction(() => ({
      proposals: all(schemas.proposals, 'proposals', 'number'),
      decisions: all(schemas.decisions, 'decisions', 'number'),
      orders: all(schemas.orders, 'orders', 'number'),
      fills: withCorrections(
        all(schemas.fills, 'fills', 'number'),
        all(schemas.corrections, 'fill_corrections', 'revision'),
      ),
      audit: all(schemas.audit, 'audit_log', 'seq'),
      deliveries: all(schemas.deliveries, 'deliveries', 'announcement_key'),
      messages: all(schemas.messages, 'web_messages', 'id'),
      settings: all(schemas.settings, 'settings', 'name'),
    }))();
  });
}

/** Each fill with what its newest correction made of it. */
function withCorrections(
  fills: Records['fills'],
  corrections: readonly z.output<typeof schemas.corrections>[],
): Records['fills'] {
  const newest = new Map(corrections.map((row) => [row.execution_id, row]));
  return fills.map((fill) => ({ ...fill, ...newest.get(fill.execution_id) }));
}

function rows(database: Database.Database, query: string): readonly unknown[] {
  return database.prepare(query).all();
}

const questionsSchema = z.array(
  z.object({
    clientOrderId: text,
    looks: z.number(),
    answered: z.boolean(),
    candidates: z.array(z.object({ brokerOrderId: text })),
    settled: z.boolean(),
  }),
);

/** An order that the bot asks people about, and the buttons under the question. */
export interface OpenQuestion {
  readonly clientOrderId: string;
  readonly candidates: readonly { readonly brokerOrderId: string }[];
  readonly answered: boolean;
  digest(brokerOrderId: string | null): string;
}

export function openQuestions(records: Records, proposalId: string): readonly OpenQuestion[] {
  const setting = records.settings.find(({ name }) => name === `outcomes:${proposalId}`);
  if (setting === undefined) return [];
  return questionsSchema
    .parse(JSON.parse(setting.value))
    .filter((question) => !question.settled)
    .map(({ clientOrderId, candidates, answered }) => ({
      clientOrderId,
      candidates,
      answered,
      digest: (brokerOrderId) => outcomeDigest(clientOrderId, brokerOrderId),
    }));
}
