import type { AccountSettings } from '../core/account.ts';
import { peopleWithRole, roleFor, roleIncludes } from '../core/permission.ts';
import type { Person } from '../core/person.ts';
import type { PathProblem } from './issues.ts';
import { listed, unknownKey } from './issues.ts';
import { BROKERS } from './portfolios-schema.ts';
import type { AccountEntry } from './portfolios-schema.ts';

/**
 * What only shows when accounts, people and the environment are looked at together. Problems stop the
 * start; warnings are allowed and probably not meant.
 */
export interface CheckResult {
  readonly problems: readonly PathProblem[];
  readonly warnings: readonly string[];
}

/** An account may only have the section of its own broker. */
export function checkBrokerSections(name: string, entry: AccountEntry): readonly PathProblem[] {
  return BROKERS.filter((broker) => broker !== entry.broker && entry[broker] !== undefined).map(
    (broker) => ({
      path: ['accounts', name, broker],
      message: `expected no ${broker} section in an account with broker: ${entry.broker}`,
    }),
  );
}

/** Live trading takes two keys: the account's mode and TRADING_MODE. Paper cannot be live. */
export function checkTradingMode(
  account: AccountSettings,
  tradingMode: 'paper' | 'live',
): readonly PathProblem[] {
  if (account.mode !== 'live') return [];
  const path = ['accounts', account.name, 'mode'];
  if (account.broker === 'paper') {
    return [{ path, message: 'expected mode: paper; the paper broker has no real money' }];
  }
  if (tradingMode !== 'live') {
    return [
      {
        path,
        message:
          'this account trades real money, and TRADING_MODE is not live: ' +
          'set TRADING_MODE=live in .env, or mode: paper here',
      },
    ];
  }
  return [];
}

/** Large trades never need fewer votes, and no channel is named twice. */
export function checkAccount(account: AccountSettings): readonly PathProblem[] {
  const problems: PathProblem[] = [];
  const { votesNeeded, largeTrade } = account.approvals;
  if (largeTrade !== null && largeTrade.votesNeeded < votesNeeded) {
    problems.push({
      path: ['accounts', account.name, 'approvals', 'largeTrade', 'votes'],
      message: `expected at least the ${votesNeeded} votes of an ordinary proposal; found ${largeTrade.votesNeeded}`,
    });
  }
  const channels = account.channels.map(({ platform, channel }) => `${platform} ${channel}`);
  for (const [index, channel] of channels.entries()) {
    if (channels.indexOf(channel) === index) continue;
    problems.push({
      path: ['accounts', account.name, 'channels', index],
      message: `expected each channel once; ${channel} is written above`,
    });
  }
  return problems;
}

/** One id belongs to one person: otherwise one person could vote as two. */
export function checkPeople(
  people: readonly Person[],
  accountNames: readonly string[],
): readonly PathProblem[] {
  const problems: PathProblem[] = [];
  const owners = new Map<string, string>();
  for (const person of people) {
    for (const [platform, ids] of Object.entries(person.platformIds)) {
      for (const id of ids) {
        const owner = owners.get(`${platform} ${id}`);
        owners.set(`${platform} ${id}`, owner ?? person.id);
        if (owner === undefined) continue;
        problems.push({
          path: ['people', person.id, platform],
          message:
            owner === person.id
              ? `expected each id once; ${id} is written twice`
              : `expected an id that is nobody else's; ${id} belongs to ${owner}`,
        });
      }
    }
    for (const account of Object.keys(person.accountRoles)) {
      if (accountNames.includes(account)) continue;
      problems.push({
        path: ['people', person.id, 'accountRoles', account],
        message: unknownKey(account, accountNames).replace('unknown key', 'unknown account'),
      });
    }
  }
  return problems;
}

/** Whether the votes that an account asks for can be had. */
export function checkApprovals(account: AccountSettings, people: readonly Person[]): CheckResult {
  const { votesNeeded, largeTrade, allowOwnProposals } = account.approvals;
  const approvers = peopleWithRole(people, account.name, 'approver').filter(canBeReached);
  const names = approvers.map((person) => person.name);
  const at = (...rest: string[]): readonly string[] => ['accounts', account.name, ...rest];

  if (approvers.length < votesNeeded) {
    return {
      problems: [
        {
          path: at('approvals', 'votes'),
          message: `a proposal needs ${votes(votesNeeded)}, and ${whoCan(names)} approve this account`,
        },
      ],
      warnings: [],
    };
  }
  if (largeTrade !== null && approvers.length < largeTrade.votesNeeded) {
    return {
      problems: [
        {
          path: at('approvals', 'largeTrade', 'votes'),
          message: `a large trade needs ${votes(largeTrade.votesNeeded)}, and ${whoCan(names)} approve this account`,
        },
      ],
      warnings: [],
    };
  }
  if (allowOwnProposals) return { problems: [], warnings: [] };

  // Who proposes has no vote, so that one approver fewer is left.
  const proposers = peopleWithRole(people, account.name, 'proposer').filter(canBeReached);
  const stuckWith = (needed: number): readonly Person[] =>
    proposers.filter(
      (person) =>
        approvers.length - (roleIncludes(roleFor(person, account.name), 'approver') ? 1 : 0) <
        needed,
    );
  const stuck = stuckWith(votesNeeded);
  if (stuck.length === proposers.length) {
    return {
      problems: [
        {
          path: at('approvals'),
          message:
            `nobody's proposal can be approved: ${whoCan(names)} approve, and nobody approves ` +
            'their own; name another approver, or set allowOwnProposals: true',
        },
      ],
      warnings: [],
    };
  }
  const warnings: string[] = [];
  if (stuck.length > 0) {
    warnings.push(
      `Account ${account.name}: what ${listed(stuck.map((person) => person.name))} proposes ` +
        `cannot get ${votes(votesNeeded)}, because nobody approves their own proposals.`,
    );
  } else if (largeTrade !== null && stuckWith(largeTrade.votesNeeded).length > 0) {
    warnings.push(
      `Account ${account.name}: a large trade that ` +
        `${listed(stuckWith(largeTrade.votesNeeded).map((person) => person.name))} proposes ` +
        `cannot get ${votes(largeTrade.votesNeeded)}, because nobody approves their own proposals.`,
    );
  }
  return { problems: [], warnings };
}

function canBeReached(person: Person): boolean {
  return Object.keys(person.platformIds).length > 0;
}

function votes(count: number): string {
  return count === 1 ? '1 vote' : `${count} votes`;
}

function whoCan(names: readonly string[]): string {
  if (names.length === 0) return 'nobody can';
  const [last = '', ...others] = names.toReversed();
  return `only ${others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`} can`;
}
