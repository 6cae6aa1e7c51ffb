import { z } from 'zod';
import { planRebalance } from './plan.ts';
import type { PlanResult } from './plan-types.ts';
import type { RebalancePolicy } from './policy.ts';
import type { Snapshot, Targets } from './portfolio.ts';
import { planRecommendations } from './recommendation.ts';
import type { Recommendation } from './recommendation.ts';
import { decimalSchema, symbolSchema } from './schemas.ts';

/** What a plan was made from besides the book: the targets, or a recommender's or a person's own list. */
export const planOriginSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('targets') }),
  z.object({
    type: z.literal('recommendations'),
    recommendations: z.array(
      z.object({
        symbol: symbolSchema,
        action: z.enum(['buy', 'sell', 'contribute']),
        quantity: decimalSchema.optional(),
        notional: decimalSchema.optional(),
      }),
    ),
  }),
]);
export type PlanOrigin = z.output<typeof planOriginSchema>;

/** Plans what an origin asks for. The same inputs always give the same plan, byte for byte. */
export function planOrigin(
  origin: PlanOrigin,
  snapshot: Snapshot,
  targets: Targets,
  policy: RebalancePolicy,
): PlanResult {
  switch (origin.type) {
    case 'targets':
      return planRebalance(snapshot, targets, policy);
    case 'recommendations':
      return planRecommendations(snapshot, origin.recommendations, targets, policy);
  }
}

/** The origin of a plan from a ready-made list. */
export function fromRecommendations(recommendations: readonly Recommendation[]): PlanOrigin {
  return { type: 'recommendations', recommendations: [...recommendations] };
}
