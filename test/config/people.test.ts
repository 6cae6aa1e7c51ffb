import { describe, expect, it } from 'vitest';
import { problemsOf, read, told, withPeople } from './helpers.ts';

describe('people', () => {
  it.each([
    [
      'ana: { role: boss, web: ana }',
      'ana.role: expected viewer, proposer, approver or admin; found boss',
    ],
    [
      'ana: { role: aprover, web: ana }',
      'ana.role: expected viewer, proposer, approver or admin; found aprover; did you mean approver?',
    ],
    ['ana: { web: ana }', 'ana.role: expected viewer, proposer, approver or admin; it is missing'],
    [
      'ana: approver',
      'ana: expected a person: a section with role and ids such as slack: U0123ABCD; found approver',
    ],
    [
      'ana: { role: viewer, slack: ana }',
      "ana.slack: expected Slack's member id, such as U0123ABCD (in the profile: Copy member ID); found ana",
    ],
    [
      'ana: { role: viewer, slack: [U0123ABCD, ana] }',
      "ana.slack[1]: expected Slack's member id, such as U0123ABCD (in the profile: Copy member ID); found ana",
    ],
    [
      'ana: { role: viewer, slack: { id: 1 } }',
      'ana.slack: expected an id or a list of ids; found a section',
    ],
    [
      'ana: { role: viewer, discord: ana#1234 }',
      "ana.discord: expected Discord's numeric id, such as 112233445566778899 (turn on Developer Mode, Copy ID); found ana#1234",
    ],
    [
      'ana: { role: viewer, email: a@b.c }',
      'ana.email: unknown key; expected name, role, accountRoles, groups, slack, discord, discordRole or web',
    ],
    [
      'ana: { role: viewer, web: "a b" }',
      'ana.web: expected an id of the local page, such as ana; found "a b"',
    ],
    [
      'ana: { role: viewer, groups: Treasury }',
      'ana.groups: expected a list of groups, such as [treasury]; found Treasury',
    ],
    [
      'ana: { role: viewer, groups: [Treasury] }',
      'ana.groups[0]: expected a short name such as treasury; found Treasury',
    ],
    [
      'ana: { role: viewer, accountRoles: { core: boss } }',
      'ana.accountRoles.core: expected viewer, proposer, approver or admin; found boss',
    ],
    [
      'ana: { role: viewer, accountRoles: { cor: viewer } }',
      'ana.accountRoles.cor: unknown account; did you mean core?',
    ],
    [
      'ana: { role: viewer, accountRoles: { family: viewer } }',
      'ana.accountRoles.family: unknown account; expected core',
    ],
    [
      'ana: { role: viewer, web: ben }',
      "ana.web: expected an id that is nobody else's; ben belongs to ben",
    ],
    [
      'ana: { role: viewer, discord: [1, 1] }',
      'ana.discord: expected each id once; 1 is written twice',
    ],
    ['evenkeel: { role: viewer, web: x }', 'evenkeel: this name is reserved; take another one'],
    [
      'Ana: { role: viewer, web: x }',
      'Ana: expected a short name such as ana (lower case); found Ana',
    ],
  ])('%s', (line, problem) => {
    const text = withPeople(
      '{}',
      'ben: { role: approver, web: ben }',
      'chloe: { role: approver, web: c }',
      line,
    );
    expect(told(text)).toEqual([`9: people.${problem}`]);
  });

  it('the same id on two platforms may be two people', () => {
    const result = read(
      withPeople(
        '{}',
        'ben: { role: approver, discord: 7 }',
        'chloe: { role: approver, web: 7, discordRole: 7 }',
      ),
    );
    expect(problemsOf(result)).toEqual([]);
  });

  it('are known by their ids', () => {
    const result = read(
      withPeople(
        '{}',
        'ana: { name: Ana Bauer, role: proposer, slack: U0123ABCD, discord: ["123", 456], discordRole: 789, web: ana, groups: [treasury], accountRoles: { core: viewer } }',
        'ben: { role: approver, web: [ben, b] }',
        'chloe: { role: approver, web: chloe }',
      ),
    );
    expect(result.type === 'read' ? result.people.slice(0, 2) : result).toEqual([
      {
        id: 'ana',
        name: 'Ana Bauer',
        role: 'proposer',
        accountRoles: { core: 'viewer' },
        groups: ['treasury'],
        platformIds: {
          slack: ['U0123ABCD'],
          discord: ['123', '456'],
          discordRole: ['789'],
          web: ['ana'],
        },
      },
      {
        id: 'ben',
        name: 'ben',
        role: 'approver',
        accountRoles: {},
        groups: [],
        platformIds: { web: ['ben', 'b'] },
      },
    ]);
  });
});

describe('whether the votes can be had', () => {
  const ana = 'ana: { name: Ana, role: proposer, web: ana }';
  const ben = 'ben: { name: Ben, role: approver, web: ben }';
  const chloe = 'chloe: { name: Chloe, role: admin, web: chloe }';
  const vera = 'vera: { name: Vera, role: viewer, web: vera }';

  it.each([
    [
      '{}',
      [ana],
      '5: accounts.core.approvals.votes: a proposal needs 1 vote, and nobody can approve this account',
    ],
    [
      '{ votes: 2 }',
      [ana, ben],
      '5: accounts.core.approvals.votes: a proposal needs 2 votes, and only Ben can approve this account',
    ],
    [
      '{ votes: 3 }',
      [ana, ben, chloe],
      '5: accounts.core.approvals.votes: a proposal needs 3 votes, and only Ben and Chloe can approve this account',
    ],
    [
      '{ largeTrade: { notional: 1000, votes: 2 } }',
      [ana, ben],
      '5: accounts.core.approvals.largeTrade.votes: a large trade needs 2 votes, and only Ben can approve this account',
    ],
    [
      '{}',
      [ben, vera],
      "5: accounts.core.approvals: nobody's proposal can be approved: only Ben can approve, and nobody approves their own; name another approver, or set allowOwnProposals: true",
    ],
    [
      '{ votes: 2 }',
      [ben, chloe],
      "5: accounts.core.approvals: nobody's proposal can be approved: only Ben and Chloe can approve, and nobody approves their own; name another approver, or set allowOwnProposals: true",
    ],
    // A role for the account itself counts, and an approver without an id does not.
    [
      '{}',
      [ana, 'ben: { role: approver, web: ben, accountRoles: { core: viewer } }'],
      '5: accounts.core.approvals.votes: a proposal needs 1 vote, and nobody can approve this account',
    ],
    [
      '{}',
      [ana, 'ben: { role: approver }'],
      '5: accounts.core.approvals.votes: a proposal needs 1 vote, and nobody can approve this account',
    ],
  ])('%s with %j is refused', (approvals, people, problem) => {
    expect(told(withPeople(approvals, ...people))).toEqual([problem]);
  });

  it.each([
    [
      '{}',
      [ana, ben],
      [
        'Account core: what Ben proposes cannot get 1 vote, because nobody approves their own proposals.',
      ],
    ],
    [
      '{ votes: 2 }',
      [ana, ben, chloe],
      [
        'Account core: what Ben or Chloe proposes cannot get 2 votes, because nobody approves their own proposals.',
      ],
    ],
    [
      '{ largeTrade: { notional: 1000, votes: 2 } }',
      [ana, ben, chloe],
      [
        'Account core: a large trade that Ben or Chloe proposes cannot get 2 votes, because nobody approves their own proposals.',
      ],
    ],
    [
      '{ votes: 1 }',
      [ana, ben, chloe, 'dan: { name: Dan, role: viewer }'],
      ['Dan has no id on any platform and can do nothing.'],
    ],
    ['{ votes: 1 }', [ana, ben, chloe], []],
    ['{ allowOwnProposals: true }', [ben], []],
    [
      '{ votes: 1 }',
      [ben, 'vera: { role: viewer, web: vera, accountRoles: { core: approver } }'],
      [],
    ],
  ])('%s with %j is taken, with warnings', (approvals, people, warnings) => {
    const result = read(withPeople(approvals, ...people));
    expect(problemsOf(result)).toEqual([]);
    expect(result.type === 'read' ? result.warnings : null).toEqual(warnings);
  });
});
