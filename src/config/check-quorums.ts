import type { AccountSettings } from '../core/account.ts';
import { peopleWithRole } from '../core/permission.ts';
import type { Person } from '../core/person.ts';
import { strictest } from '../core/quorum.ts';
import type { Quorum } from '../core/quorum.ts';
import { missingVotes } from '../core/votes.ts';
import type { CheckResult } from './checks.ts';
import { listed } from './issues.ts';
import type { PathProblem } from './issues.ts';

/**
 * Whether what the rules for approvals ask for can be had at all: votes enough, somebody in each group,
 * and for several groups another person each.
 */
export function checkQuorums(account: AccountSettings, people: readonly Person[]): CheckResult {
  const approvers = peopleWithRole(people, account.name, 'approver').filter(canBeReached);
  const problems = [
    ...ruleProblems(account, approvers),
    ...escalationProblems(account, approvers),
    ...resumeProblems(account, approvers),
  ];
  if (problems.length > 0) return { problems, warnings: [] };
  const together = account.approvals.rules
    .filter(({ when }) => when.mode === null || when.mode === account.mode)
    .reduce<Quorum>((all, { votesNeeded, groups }) => strictest(all, { votesNeeded, groups }), {
      votesNeeded: 1,
      groups: [],
    });
  if (missingVotes(together, approvers).votes > 0) {
    const message =
      `a proposal that all rules apply to needs ${quorumWords(together)}, each from another person, ` +
      `and ${who(approvers)} can approve this account`;
    return { problems: [{ path: at(account, 'rules'), message }], warnings: [] };
  }
  return { problems: [], warnings: ownProposalWarnings(account, people, approvers, together) };
}

function ruleProblems(
  account: AccountSettings,
  approvers: readonly Person[],
): readonly PathProblem[] {
  return account.approvals.rules.flatMap(({ votesNeeded, groups }, index) => {
    const empty = groups.flatMap((group, place) =>
      approvers.some((person) => person.groups.includes(group))
        ? []
        : [
            {
              path: at(account, 'rules', index, 'groups', place),
              message: `a vote from ${group} is needed, and nobody who can approve this account is in ${group}`,
            },
          ],
    );
    if (empty.length > 0) return empty;
    const quorum = { votesNeeded, groups };
    if (missingVotes(quorum, approvers).votes === 0) return [];
    return [
      {
        path: at(
          account,
          'rules',
          index,
          ...(votesNeeded > approvers.length ? ['votes'] : ['groups']),
        ),
        message:
          `this rule needs ${quorumWords(quorum)}${groups.length > 1 ? ', each from another person' : ''}, ` +
          `and ${who(approvers)} can approve this account`,
      },
    ];
  });
}

function escalationProblems(
  account: AccountSettings,
  approvers: readonly Person[],
): readonly PathProblem[] {
  const { escalation, expiresAfter } = account.approvals;
  if (escalation === null) return [];
  const problems: PathProblem[] = [];
  if (Temporal.Duration.compare(escalation.after, expiresAfter) >= 0) {
    problems.push({
      path: at(account, 'escalation', 'after'),
      message: 'expected less than expiresAfter: a proposal expires before anybody else is asked',
    });
  }
  if (!approvers.some((person) => person.groups.includes(escalation.group))) {
    problems.push({
      path: at(account, 'escalation', 'group'),
      message: `nobody who can approve this account is in ${escalation.group}`,
    });
  }
  return problems;
}

function resumeProblems(
  account: AccountSettings,
  approvers: readonly Person[],
): readonly PathProblem[] {
  const { resumeVotes } = account.approvals;
  if (resumeVotes <= approvers.length) return [];
  return [
    {
      path: at(account, 'resumeVotes'),
      message: `resuming after a halt needs ${votes(resumeVotes)}, and ${who(approvers)} can approve this account`,
    },
  ];
}

/** Who proposes has no vote, so that the rules may be out of reach for what they propose. */
function ownProposalWarnings(
  account: AccountSettings,
  people: readonly Person[],
  approvers: readonly Person[],
  quorum: Quorum,
): readonly string[] {
  const { allowOwnProposals, rules } = account.approvals;
  if (allowOwnProposals || rules.length === 0) return [];
  const proposers = peopleWithRole(people, account.name, 'proposer').filter(canBeReached);
  const stuck = proposers.filter((proposer) => {
    const left = approvers.filter(({ id }) => id !== proposer.id);
    return missingVotes(quorum, left).votes > 0;
  });
  if (stuck.length === 0) return [];
  return [
    `Account ${account.name}: what ${listed(stuck.map((person) => person.name))} proposes cannot get ` +
      `${quorumWords(quorum)} where all rules apply, because nobody approves their own proposals.`,
  ];
}

/** `3 votes`, `3 votes with risk and treasury among them`. */
function quorumWords({ votesNeeded, groups }: Quorum): string {
  const count = votes(Math.max(votesNeeded, groups.length));
  return groups.length === 0 ? count : `${count} with ${groups.join(' and ')} among them`;
}

function votes(count: number): string {
  return count === 1 ? '1 vote' : `${count} votes`;
}

function who(approvers: readonly Person[]): string {
  const names = approvers.map((person) => person.name);
  if (names.length === 0) return 'nobody';
  const last = names.at(-1) ?? '';
  return `only ${names.length === 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`}`;
}

function canBeReached(person: Person): boolean {
  return Object.keys(person.platformIds).length > 0;
}

function at(account: AccountSettings, ...rest: readonly (string | number)[]) {
  return ['accounts', account.name, 'approvals', ...rest];
}
