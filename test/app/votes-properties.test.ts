import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccountSettings } from '../../src/core/account.ts';
import type { Person } from '../../src/core/person.ts';
import type { ProposalRecord } from '../../src/core/proposal.ts';
import { SAMPLE_PEOPLE, sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

/** The same promise as in core, kept by the whole bot: its store, its executor, its restarts. */

interface Configuration {
  readonly votes: number;
  readonly group: 'risk' | null;
  readonly allowOwn: boolean;
  readonly benIs: Person['role'];
}

const configuration: fc.Arbitrary<Configuration> = fc.record({
  votes: fc.integer({ min: 1, max: 3 }),
  group: fc.constantFrom('risk', null),
  allowOwn: fc.boolean(),
  benIs: fc.constantFrom('approver', 'viewer'),
});

type Step =
  | { readonly type: 'propose' | 'approve' | 'reject'; readonly who: string }
  | { readonly type: 'configure'; readonly to: Configuration; readonly midway: boolean }
  | { readonly type: 'restart' };

const who = fc.constantFrom('ben', 'chloe', 'dev');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('approve' as const), who }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('propose' as const), who }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reject' as const), who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('configure' as const),
      to: configuration,
      midway: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'restart' as const }) },
);

function accountWith({ votes, group, allowOwn }: Configuration): AccountSettings {
  const { approvals } = sampleAccount();
  return sampleAccount({
    approvals: {
      ...approvals,
      largeTrade: null,
      allowOwnProposals: allowOwn,
      rules: [
        {
          when: {
            notional: null,
            turnover: null,
            accountShare: null,
            realisedGain: null,
            mode: 'paper',
            warnings: null,
          },
          votesNeeded: votes,
          groups: group === null ? [] : [group],
        },
      ],
    },
  });
}

const peopleWith = ({ benIs }: Configuration): readonly Person[] =>
  SAMPLE_PEOPLE.map((person) => ({
    ...person,
    role: person.id === 'ben' ? benIs : person.role,
    groups: person.id === 'dev' ? ['risk'] : [],
  }));

/** Whether a proposal has what it was made with and what the configuration asks for, counted anew. */
function hasItsVotes({ proposal, decisions }: ProposalRecord, now: Configuration): boolean {
  const voters = peopleWith(now).filter(
    ({ id, role }) =>
      role !== 'viewer' &&
      role !== 'proposer' &&
      (now.allowOwn ||
        proposal.proposedBy.type !== 'person' ||
        proposal.proposedBy.person !== id) &&
      decisions.some(
        (each) =>
          each.person === id && each.verdict === 'approve' && each.digest === proposal.digest,
      ),
  );
  const fromRisk = now.group !== null || proposal.groupsNeeded.includes('risk');
  return (
    voters.length >= Math.max(now.votes, proposal.votesNeeded) &&
    (!fromRisk || voters.some(({ id }) => id === 'dev'))
  );
}

const FIRST: Configuration = { votes: 1, group: null, allowOwn: false, benIs: 'approver' };

async function play(world: AppWorld, steps: readonly Step[]): Promise<number> {
  let now = FIRST;
  let midway: Configuration | null = null;
  const begun = new Set<string>();
  const configure = (to: Configuration) => {
    now = to;
    Object.assign(world.context, {
      accounts: new Map([['core', accountWith(to)]]),
      people: peopleWith(to),
    });
  };
  const watch = () => {
    const { store } = world;
    const transaction = store.transaction.bind(store);
    store.transaction = async (work) => {
      const result = await transaction(work);
      for (const record of await store.listProposals({ statuses: ['executing'] })) {
        if (begun.has(record.proposal.id)) continue;
        begun.add(record.proposal.id);
        expect(hasItsVotes(record, now)).toBe(true);
      }
      // The rules change between the last vote and the start.
      const approved = await store.listProposals({ statuses: ['approved'] });
      if (midway !== null && approved.length > 0) {
        configure(midway);
        midway = null;
      }
      return result;
    };
  };
  watch();
  await world.say('ana', 'rebalance');
  for (const each of steps) {
    switch (each.type) {
      case 'propose':
        await world.say(each.who, 'rebalance');
        break;
      case 'approve':
        await world.click(each.who, 'approve');
        break;
      case 'reject':
        await world.click(each.who, 'reject', { fields: { reason: 'no' } });
        break;
      case 'configure':
        if (each.midway) midway = each.to;
        else configure(each.to);
        break;
      case 'restart':
        await world.restart();
        configure(now);
        watch();
        break;
    }
    await world.settle();
  }
  const orders = await world.store.listOrders({});
  expect(orders.every(({ intent }) => begun.has(intent.proposalId))).toBe(true);
  return begun.size;
}

test('nothing is sent without its votes, whatever is clicked, configured and restarted', async () => {
  let executions = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
      await using world = await openAppWorld({
        people: peopleWith(FIRST),
        account: accountWith(FIRST),
      });
      executions += await play(world, steps);
    }),
    { numRuns: 30 },
  );
  expect(executions).toBeGreaterThan(3);
}, 120_000);
