import { canonicalJson } from './canonical-json.ts';
import { digestProposal } from './digest.ts';
import { planOrigin } from './plan-origin.ts';
import { planSchema } from './plan-types.ts';
import type { Proposal } from './proposal.ts';
import { z } from 'zod';

/** What came of planning a stored proposal again. */
export type ReplayResult =
  /** The same plan, byte for byte, and the digest that was approved. */
  | { readonly type: 'same'; readonly digest: string; readonly bytes: number }
  | { readonly type: 'refused'; readonly code: string }
  | {
      readonly type: 'different';
      /** The digest over what is stored, as it is now. */
      readonly digestOfStored: string;
      readonly digestOfReplayed: string;
      /** The first place where the two plans differ, with a little around it. */
      readonly stored: string;
      readonly replayed: string;
    };

const AROUND = 60;

/**
 * Plans a proposal again from what is stored of it, and compares plan and digest with what was approved.
 * Pure: no clock, no market, no configuration of today.
 */
export function replayProposal(proposal: Proposal): ReplayResult {
  const { snapshot, targets, policy } = proposal;
  const result = planOrigin(proposal.origin, snapshot, targets, policy);
  if (result.type === 'refused') return { type: 'refused', code: result.refusal.code };
  const stored = canonicalJson(z.encode(planSchema, proposal.plan));
  const replayed = canonicalJson(z.encode(planSchema, result.plan));
  const digestOfStored = digestProposal(proposal);
  const digestOfReplayed = digestProposal({ ...proposal, plan: result.plan });
  if (
    stored === replayed &&
    digestOfStored === proposal.digest &&
    digestOfReplayed === proposal.digest
  ) {
    return { type: 'same', digest: proposal.digest, bytes: stored.length };
  }
  let at = 0;
  while (at < stored.length && stored[at] === replayed[at]) at += 1;
  const from = Math.max(0, at - AROUND);
  return {
    type: 'different',
    digestOfStored,
    digestOfReplayed,
    stored: stored.slice(from, at + AROUND),
    replayed: replayed.slice(from, at + AROUND),
  };
}
