import type { Quorum } from './quorum.ts';

/** Somebody whose vote counts. */
export interface Voter {
  /** The person's id. */
  readonly id: string;
  readonly groups: readonly string[];
}

/** What a quorum still lacks; `votes` is 0 when it is met. */
export interface MissingVotes {
  readonly votes: number;
  /** So many of them must come from `groups`. */
  readonly fromGroups: number;
  /** A vote from any of these would fill a place that is empty. */
  readonly groups: readonly string[];
}

/** What is missing while these have approved: each person is one vote and stands for one group at most. */
export function missingVotes(quorum: Quorum, voters: readonly Voter[]): MissingVotes {
  const people = onePerPerson(voters);
  const groups = [...new Set(quorum.groups)];
  const filled = filledGroups(groups, people);
  const fromGroups = groups.length - filled;
  return {
    votes: Math.max(quorum.votesNeeded - people.length, fromGroups, 0),
    fromGroups,
    groups:
      fromGroups === 0
        ? []
        : groups.filter(
            (group) => filledGroups(groups, [...people, { id: '', groups: [group] }]) > filled,
          ),
  };
}

/** Those of the candidates whose next vote brings the quorum nearer. */
export function whoseVoteHelps<Candidate extends Voter>(
  quorum: Quorum,
  voters: readonly Voter[],
  candidates: readonly Candidate[],
): readonly Candidate[] {
  const before = missingVotes(quorum, voters).votes;
  return candidates.filter(
    (candidate) => missingVotes(quorum, [...voters, candidate]).votes < before,
  );
}

function onePerPerson(voters: readonly Voter[]): readonly Voter[] {
  return [...new Map(voters.map((voter) => [voter.id, voter])).values()];
}

/**
 * How many of the groups can be filled at once, each by another person: a maximum matching, found by
 * augmenting paths (Kuhn). Giving each group the first person at hand would find too few where somebody is
 * in several groups.
 */
function filledGroups(groups: readonly string[], people: readonly Voter[]): number {
  const groupOf = new Map<Voter, string>();
  const place = (group: string, asked: Set<Voter>): boolean =>
    people.some((person) => {
      if (asked.has(person) || !person.groups.includes(group)) return false;
      asked.add(person);
      const held = groupOf.get(person);
      if (held !== undefined && !place(held, asked)) return false;
      groupOf.set(person, group);
      return true;
    });
  return groups.filter((group) => place(group, new Set())).length;
}
