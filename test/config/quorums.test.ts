import { describe, expect, it } from 'vitest';
import { read, told, withPeople } from './helpers.ts';

const ANA = 'ana: { name: Ana, role: proposer, web: ana }';
const BEN = 'ben: { name: Ben, role: approver, web: ben, groups: [treasury] }';
const CHLOE = 'chloe: { name: Chloe, role: approver, web: chloe }';
const DEV = 'dev: { name: Dev, role: admin, web: dev, groups: [risk, treasury] }';
/** In the group, but without the role, or without an id. */
const VERA = 'vera: { name: Vera, role: viewer, web: vera, groups: [risk] }';
const GHOST = 'ghost: { name: Ghost, role: approver, groups: [risk] }';

const rule = (votes: number, groups = '', when = 'notional: $1') =>
  `{ when: { ${when} }, votes: ${votes}${groups === '' ? '' : `, groups: [${groups}]`} }`;

describe('rules that can never be met are refused', () => {
  it.each([
    [
      `{ rules: [${rule(2)}] }`,
      [ANA, BEN],
      '5: accounts.core.approvals.rules[0].votes: this rule needs 2 votes, and only Ben can approve this account',
    ],
    [
      `{ rules: [${rule(1)}, ${rule(3, 'treasury')}] }`,
      [ANA, BEN, CHLOE],
      '5: accounts.core.approvals.rules[1].votes: this rule needs 3 votes with treasury among them, and only Ben and Chloe can approve this account',
    ],
    [
      `{ rules: [${rule(1, 'treasury, risk')}] }`,
      [ANA, BEN, VERA, GHOST],
      '5: accounts.core.approvals.rules[0].groups[1]: a vote from risk is needed, and nobody who can approve this account is in risk',
    ],
    // Everybody is somewhere, and one person stands for one group.
    [
      `{ rules: [${rule(1, 'risk, treasury')}] }`,
      [ANA, DEV, CHLOE],
      '5: accounts.core.approvals.rules[0].groups: this rule needs 2 votes with risk and treasury among them, each from another person, and only Dev and Chloe can approve this account',
    ],
    [
      `{ rules: [${rule(1, 'risk')}, ${rule(1, 'treasury', 'warnings: 1')}] }`,
      [ANA, DEV, CHLOE],
      '5: accounts.core.approvals.rules: a proposal that all rules apply to needs 2 votes with risk and treasury among them, each from another person, and only Dev and Chloe can approve this account',
    ],
    [
      '{ escalation: { after: 20 minutes, group: risk } }',
      [ANA, BEN, VERA],
      '5: accounts.core.approvals.escalation.group: nobody who can approve this account is in risk',
    ],
    [
      '{ expiresAfter: 20 minutes, escalation: { after: 20 minutes, group: treasury } }',
      [ANA, BEN],
      '5: accounts.core.approvals.escalation.after: expected less than expiresAfter: a proposal expires before anybody else is asked',
    ],
    [
      '{ resumeVotes: 2 }',
      [ANA, BEN],
      '5: accounts.core.approvals.resumeVotes: resuming after a halt needs 2 votes, and only Ben can approve this account',
    ],
  ])('%s with %j', (approvals, people, problem) => {
    expect(told(withPeople(approvals, ...people))).toEqual([problem]);
  });
});

describe('rules that can be met are taken', () => {
  const warningsOf = (approvals: string, people: readonly string[]) => {
    const result = read(withPeople(approvals, ...people));
    return result.type === 'read' ? result.warnings : [result.type];
  };

  it.each([
    [`{ allowOwnProposals: true, rules: [${rule(2, 'risk, treasury')}] }`, [ANA, BEN, DEV]],
    // A rule for live accounts does not concern a paper one.
    [
      `{ allowOwnProposals: true, rules: [${rule(1, 'risk')}, ${rule(1, 'treasury', 'mode: live')}] }`,
      [ANA, DEV, CHLOE],
    ],
    ['{ escalation: { after: 20 minutes, group: risk } }', [ANA, DEV, BEN]],
  ])('%s with %j', (approvals, people) => {
    expect(warningsOf(approvals, people)).toEqual([]);
  });

  it('with a word about those whose own proposals they leave stuck', () => {
    expect(warningsOf(`{ rules: [${rule(1, 'risk')}] }`, [ANA, BEN, DEV])).toEqual([
      'Account core: what Dev proposes cannot get 1 vote with risk among them where all rules apply, because nobody approves their own proposals.',
    ]);
    expect(
      warningsOf(`{ allowOwnProposals: true, rules: [${rule(1, 'risk')}] }`, [ANA, BEN, DEV]),
    ).toEqual([]);
  });
});
