import { z } from 'zod';
import { rebalancePolicySchema, rebalanceRequestSchema } from './policy.ts';
import { planOriginSchema } from './plan-origin.ts';
import { planSchema } from './plan-types.ts';
import { snapshotSchema, targetsSchema } from './portfolio.ts';
import { accountNameSchema, decimalSchema, instantSchema } from './schemas.ts';

/** Six characters without look-alikes; shown as `#k3f9xa`. */
export const proposalIdSchema = z.string().regex(/^[0-9a-hjkmnp-tv-z]{6}$/);

export const proposalStatusSchema = z.enum([
  'pending',
  'approved',
  'rejected',
  'expired',
  'superseded',
  'executing',
  'executed',
  'partially_executed',
  'failed',
]);
export type ProposalStatus = z.output<typeof proposalStatusSchema>;

/** How far the world may move between proposal and execution before the approval is void. */
export const envelopeSchema = z.object({
  /** Largest relative move of any planned symbol's price, e.g. 0.01 for 1%. */
  priceTolerance: decimalSchema,
});
export type Envelope = z.output<typeof envelopeSchema>;

/** Who made a proposal: a configured person, the drift scan, or a file on the command line. */
export const proposerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('person'), person: z.string() }),
  z.object({ type: z.literal('schedule'), job: z.string() }),
  z.object({ type: z.literal('operator'), source: z.string() }),
]);
export type Proposer = z.output<typeof proposerSchema>;

/** What is proposed. Never changes after it is made; the digest covers all that is traded and why. */
export const proposalSchema = z.object({
  id: proposalIdSchema,
  account: accountNameSchema,
  mode: z.enum(['paper', 'live']),
  /** `paper`, `alpaca`, ... : where the orders would go. */
  broker: z.string(),
  proposedBy: proposerSchema,
  createdAt: instantSchema,
  expiresAt: instantSchema,
  request: rebalanceRequestSchema,
  /** What the plan was made from besides the book. */
  origin: planOriginSchema.default({ type: 'targets' }),
  snapshot: snapshotSchema,
  targets: targetsSchema,
  policy: rebalancePolicySchema,
  envelope: envelopeSchema,
  plan: planSchema,
  votesNeeded: z.int().min(1),
  /** One of the votes must come from each of these groups. Proposals of older versions have none. */
  groupsNeeded: z.array(z.string()).default([]),
  /** SHA-256 over the canonical JSON of legs, snapshot, targets, policy and envelope; 64 hex digits. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Proposal = z.output<typeof proposalSchema>;

/** One person's vote on one digest. */
export interface Decision {
  readonly proposalId: string;
  readonly person: string;
  readonly platform: string;
  readonly verdict: 'approve' | 'reject';
  readonly reason: string | null;
  readonly digest: string;
  readonly at: Temporal.Instant;
}

/** A proposal with everything that has happened to it. */
export interface ProposalRecord {
  readonly proposal: Proposal;
  readonly status: ProposalStatus;
  /** The proposal that took this one's place, when superseded. */
  readonly supersededBy: string | null;
  /** Why it ended as it did, in a sentence, where there is more to say than the status. */
  readonly outcome: string | null;
  readonly decisions: readonly Decision[];
  readonly finishedAt: Temporal.Instant | null;
}

/** What can be told of a proposal without its plan and its snapshot, which are long. */
export interface ProposalHead {
  readonly proposal: Pick<Proposal, 'id' | 'account' | 'createdAt' | 'expiresAt'>;
  readonly status: ProposalStatus;
}

/** Who has approved so far. */
export function votersOf(record: ProposalRecord): readonly string[] {
  return record.decisions
    .filter((decision) => decision.verdict === 'approve')
    .map((decision) => decision.person);
}
