import { z } from 'zod';
import { decimal, toText, ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import { decimalSchema, instantSchema } from '../core/schemas.ts';
import type { StoreReads, StoreTransaction } from '../ports/store.ts';

/** What an execution must remember across a restart, besides its orders. */
const executionFactsSchema = z.object({
  startedAt: instantSchema,
  /** Cash that buys may use before any sale has paid: cash less the buffer. */
  cashAtStart: decimalSchema,
  /** The buffer that was taken off; executions that an earlier version began do not touch it. */
  cashBuffer: decimalSchema.default(ZERO),
});
export type ExecutionFacts = z.output<typeof executionFactsSchema>;

const factsName = (proposalId: string) => `execution:${proposalId}`;
const driftName = (proposalId: string) => `drift-after:${proposalId}`;

/** Keeps what an execution began with, in the transaction that begins it. */
export async function writeFacts(
  unit: StoreTransaction,
  proposalId: string,
  facts: ExecutionFacts,
): Promise<void> {
  await unit.writeSetting(
    factsName(proposalId),
    JSON.stringify(z.encode(executionFactsSchema, facts)),
  );
}

/** Keeps the drift that an execution left. */
export async function writeDriftAfter(
  unit: StoreTransaction,
  proposalId: string,
  drift: Decimal,
): Promise<void> {
  await unit.writeSetting(driftName(proposalId), toText(drift));
}

/** What an execution began with; null when it has not begun. */
export async function readFacts(
  store: StoreReads,
  proposalId: string,
): Promise<ExecutionFacts | null> {
  const text = await store.readSetting(factsName(proposalId));
  if (text === null) return null;
  return z.decode(executionFactsSchema, JSON.parse(text));
}

/** When an execution began and what drift it left, as far as either is known. */
export async function readExecutionFacts(
  store: StoreReads,
  proposalId: string,
): Promise<{ startedAt: Temporal.Instant | null; driftAfter: Decimal | null }> {
  const facts = await readFacts(store, proposalId);
  const drift = await store.readSetting(driftName(proposalId));
  return {
    startedAt: facts?.startedAt ?? null,
    driftAfter: drift === null ? null : decimal(drift),
  };
}
