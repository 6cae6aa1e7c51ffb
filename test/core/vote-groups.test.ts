import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missingVotes, whoseVoteHelps } from '../../src/core/votes.ts';
import type { MissingVotes, Voter } from '../../src/core/votes.ts';

/** `ben:risk+treasury dev`: who, and the groups they are in. */
function people(text: string): readonly Voter[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [id = '', groups = ''] = word.split(':');
      return { id, groups: groups.split('+').filter((group) => group !== '') };
    });
}

const words = ({ votes, fromGroups, groups }: MissingVotes) =>
  fromGroups === 0 ? String(votes) : `${votes}, ${fromGroups} from ${groups.join(' ')}`;

describe('what is missing', () => {
  it.each<[needed: number, groups: string, voted: string, missing: string]>([
    [1, '', '', '1'],
    [2, '', 'ben', '1'],
    [2, '', 'ben chloe', '0'],
    [2, '', 'ben ben', '1'],
    [1, '', 'ben chloe dev', '0'],
    // A group's vote is one of the votes.
    [2, 'risk', '', '2, 1 from risk'],
    [2, 'risk', 'ben', '1, 1 from risk'],
    [2, 'risk', 'dev:risk', '1'],
    [2, 'risk', 'ben dev:risk', '0'],
    // Votes enough, and nobody from the group.
    [2, 'risk', 'ben chloe', '1, 1 from risk'],
    // More groups than votes: as many people as groups.
    [1, 'risk treasury', '', '2, 2 from risk treasury'],
    // One person stands for one group, whichever leaves more room.
    [2, 'risk treasury', 'dev:risk+treasury', '1, 1 from risk treasury'],
    [2, 'risk treasury', 'dev:risk+treasury eve:risk', '0'],
    [2, 'risk treasury', 'dev:risk+treasury eve:treasury', '0'],
    [2, 'risk treasury', 'eve:risk dev:risk', '1, 1 from treasury'],
    // Giving each group the first person at hand would call this one short.
    [3, 'a b c', 'ben:a+b+c dev:a+b eve:a', '0'],
    [3, 'a b c', 'ben:a+b dev:a+b eve:a+b', '1, 1 from c'],
    // A group that is asked for twice is asked for once.
    [1, 'risk risk', 'dev:risk', '0'],
  ])('of %i votes with groups "%s" after "%s": %s', (votesNeeded, groups, voted, missing) => {
    const quorum = { votesNeeded, groups: groups.split(' ').filter((group) => group !== '') };
    expect(words(missingVotes(quorum, people(voted)))).toBe(missing);
  });
});

describe('whose vote helps', () => {
  it.each<[needed: number, groups: string, voted: string, candidates: string, helps: string]>([
    [2, '', 'ben', 'chloe dev:risk', 'chloe dev'],
    [2, 'risk', '', 'chloe dev:risk', 'chloe dev'],
    [2, 'risk', 'ben', 'chloe dev:risk eve:risk', 'dev eve'],
    [2, 'risk treasury', 'dev:risk+treasury', 'chloe eve:risk fay:treasury', 'eve fay'],
    [2, 'risk treasury', 'dev:risk', 'chloe eve:risk fay:treasury', 'fay'],
    [1, '', 'ben', 'chloe', ''],
  ])(
    'of %i votes with groups "%s" after "%s", of "%s": %s',
    (votesNeeded, groups, voted, candidates, helps) => {
      const quorum = { votesNeeded, groups: groups.split(' ').filter((group) => group !== '') };
      const found = whoseVoteHelps(quorum, people(voted), people(candidates));
      expect(found.map(({ id }) => id).join(' ')).toBe(helps);
    },
  );
});

describe('the matching of groups to people', () => {
  const groupNames = ['a', 'b', 'c', 'd'];
  const voters = fc
    .array(fc.subarray(groupNames), { maxLength: 5 })
    .map((all) => all.map((groups, index): Voter => ({ id: String(index), groups })));

  /** The most groups that any way of giving each person at most one group fills: by trying all of them. */
  function mostFilled(groups: readonly string[], left: readonly Voter[]): number {
    const [person, ...rest] = left;
    if (person === undefined) return 0;
    return Math.max(
      mostFilled(groups, rest),
      ...person.groups
        .filter((group) => groups.includes(group))
        .map(
          (group) =>
            1 +
            mostFilled(
              groups.filter((other) => other !== group),
              rest,
            ),
        ),
    );
  }

  it('fills as many groups as trying every way does', () => {
    fc.assert(
      fc.property(
        voters,
        fc.subarray(groupNames),
        fc.integer({ min: 1, max: 5 }),
        (all, groups, votesNeeded) => {
          const { votes, fromGroups } = missingVotes({ votesNeeded, groups }, all);
          expect(fromGroups).toBe(groups.length - mostFilled(groups, all));
          expect(votes).toBe(Math.max(votesNeeded - all.length, fromGroups, 0));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('names the groups of which somebody would fill a place', () => {
    fc.assert(
      fc.property(voters, fc.subarray(groupNames), (all, groups) => {
        const quorum = { votesNeeded: 1, groups };
        const missing = missingVotes(quorum, all);
        const filling = groups.filter(
          (group) =>
            missingVotes(quorum, [...all, { id: 'new', groups: [group] }]).fromGroups <
            missing.fromGroups,
        );
        expect(missing.groups).toEqual(filling);
      }),
      { numRuns: 1000 },
    );
  });
});
