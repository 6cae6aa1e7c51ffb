import { z } from 'zod';
import { canonicalDigest } from './canonical-json.ts';
import { proposalSchema } from './proposal.ts';
import type { Proposal } from './proposal.ts';

/** What an approval approves: change any of it and the digest, and with it every vote, is void. */
const digestedSchema = proposalSchema.pick({
  id: true,
  account: true,
  mode: true,
  broker: true,
  request: true,
  origin: true,
  snapshot: true,
  targets: true,
  policy: true,
  envelope: true,
  plan: true,
});

/** The digest of a proposal: SHA-256 over the canonical JSON of legs, snapshot, targets and policy. */
export function digestProposal(proposal: Omit<Proposal, 'digest'>): string {
  return canonicalDigest(
    z.encode(digestedSchema, {
      id: proposal.id,
      account: proposal.account,
      mode: proposal.mode,
      broker: proposal.broker,
      request: proposal.request,
      origin: proposal.origin,
      snapshot: proposal.snapshot,
      targets: proposal.targets,
      policy: proposal.policy,
      envelope: proposal.envelope,
      plan: proposal.plan,
    }),
  );
}
