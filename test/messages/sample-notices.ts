import { decimal } from '../../src/core/decimal.ts';
import type { Decision, ProposalRecord } from '../../src/core/proposal.ts';
import { presentChatIncident, presentChatRecovered } from '../../src/messages/chat-incident.ts';
import { presentCsvFile } from '../../src/messages/csv-file.ts';
import { presentOverview } from '../../src/messages/accounts-overview.ts';
import type { AccountState, OverviewInput } from '../../src/messages/accounts-overview.ts';
import { presentDailyDigest } from '../../src/messages/daily-digest.ts';
import type { DailyDigestInput } from '../../src/messages/daily-digest.ts';
import { presentRestOfReconciliation } from '../../src/messages/reconciliation-rest.ts';
import { presentHome } from '../../src/messages/home.ts';
import type { HomeInput } from '../../src/messages/home.ts';
import type { Message } from '../../src/messages/message.ts';
import type { ProposalNoticeInput } from '../../src/messages/proposal-notices.ts';
import {
  presentApproverNotice,
  presentEscalation,
  presentEscalationStory,
  presentReminder,
  presentReminderStory,
  presentRequesterNotice,
  presentStory,
} from '../../src/messages/proposal-notices.ts';
import { later, SAMPLE_PEOPLE, sampleAccount } from '../fixtures/sample-account.ts';
import { sampleExecution } from '../fixtures/sample-execution.ts';
import {
  sampleApproval,
  samplePlan,
  sampleProposal,
  sampleRecord,
} from '../fixtures/sample-proposal.ts';

const NAMES: Readonly<Record<string, string>> = { ana: 'Ana', ben: 'Ben', chloe: 'Chloe' };

const decision = (changes: Partial<Decision>): Decision => ({
  proposalId: sampleProposal().id,
  person: 'ben',
  platform: 'slack',
  verdict: 'approve',
  reason: null,
  digest: sampleProposal().digest,
  at: later(10),
  ...changes,
});

const ESCALATION = { after: Temporal.Duration.from({ minutes: 30 }), group: 'risk' };

const oneVote = { decisions: [decision({})] };

const rejected = {
  status: 'rejected' as const,
  decisions: [decision({ verdict: 'reject', reason: 'Wait for the <b>dividend</b> & @here' })],
};

function noticeInput(changes: Partial<ProposalRecord> = {}, minutes = 12): ProposalNoticeInput {
  return {
    record: { ...sampleRecord(), ...changes },
    account: sampleAccount(),
    announcementKey: 'proposal:k3f9xa',
    proposerName: 'Ana',
    nameOf: (person) => NAMES[person] ?? person,
    approval: sampleApproval({ voters: ['ben'] }),
    now: later(minutes),
  };
}

/** The newest line of a proposal's thread. */
function newestLine(changes: Partial<ProposalRecord>): Message {
  const newest = presentStory(noticeInput(changes)).at(-1);
  if (newest === undefined) throw new Error('nothing has happened to the sample');
  return newest.message;
}

function homeInput(changes: Partial<HomeInput> = {}): HomeInput {
  const account = sampleAccount();
  const family = sampleAccount({ name: 'family', broker: 'alpaca' });
  const { fills } = sampleExecution(samplePlan().legs, [
    { status: 'filled', fills: [['79', '223.05']] },
    { status: 'filled', fills: [['104', '125.52']] },
  ]);
  return {
    personName: 'Ben',
    accounts: [
      {
        account,
        state: {
          totalValue: decimal('241204.11'),
          cash: decimal('1704.63'),
          drift: decimal('0.073'),
        },
        problem: null,
        halt: null,
      },
      {
        account: family,
        state: null,
        problem: 'The broker does not answer. It is asked again at the next command.',
        halt: {
          halt: { scope: 'family', by: 'ben', reason: 'a wrong price in the feed', at: later(-20) },
          byName: 'Ben',
        },
      },
    ],
    waiting: 1,
    pending: [
      {
        record: sampleRecord(),
        account,
        proposerName: 'Ana',
        approval: sampleApproval(),
        approvingTakesForm: true,
      },
    ],
    fills: fills.toReversed(),
    timeZone: 'America/New_York',
    now: later(2),
    ...changes,
  };
}

/** Forty accounts, one of them halted and one that cannot be read. */
function overviewInput(): OverviewInput {
  const accounts = Array.from({ length: 40 }, (_, index): AccountState => {
    const account = sampleAccount({
      name: `client-${String(index + 1).padStart(2, '0')}`,
      broker: index % 2 === 0 ? 'paper' : 'alpaca',
    });
    const state = {
      totalValue: decimal(`${100_000 + index * 1000}.50`),
      cash: decimal(`${500 + index}.25`),
      drift: decimal(`0.0${String(index + 10)}`),
    };
    switch (index) {
      case 3:
        return {
          account,
          state,
          problem: null,
          halt: {
            halt: { scope: account.name, by: 'ben', reason: 'a wrong price', at: later(-20) },
            byName: 'Ben',
          },
        };
      case 7:
        return {
          account,
          state: null,
          problem: 'The broker does not answer. It is asked again at the next command.',
          halt: null,
        };
      default:
        return { account, state, problem: null, halt: null };
    }
  });
  return { accounts, at: later(1), timeZone: 'America/New_York', now: later(2) };
}

/** The day of forty accounts: one is halted, one could not be read, two have traded. */
function digestInput(changes: Partial<DailyDigestInput> = {}): DailyDigestInput {
  return {
    date: Temporal.PlainDate.from('2026-11-20'),
    now: later(124),
    timeZone: 'America/New_York',
    accounts: Array.from({ length: 39 }, (_, index) => ({
      name: `client-${String(index + 1).padStart(2, '0')}`,
      value: decimal(`${100_000 + index * 1000}.50`),
      drift: decimal(`0.0${String(index + 10)}`),
      change:
        index === 0
          ? null
          : {
              gain: decimal(`${100 - index * 3}.50`),
              base: decimal(`${99_900 + index * 1003}`),
              payments: index === 8 ? null : decimal(index === 2 ? '5000' : '0'),
            },
      traded: decimal(index === 5 || index === 30 ? '24306.12' : '0'),
      isHalted: index === 3,
    })),
    missing: ['client-40'],
    pending: ['k3f9xa', 'm4h2yb'],
    working: 1,
    auditHead: '9c1e77d0a1b2c3d4',
    auditRows: 18_846,
    verification: { at: later(123), fault: null },
    ...changes,
  };
}

/** What is said around a proposal, about the chats themselves, and on a person's own page. */
export const SAMPLE_NOTICES: Readonly<Record<string, () => Message>> = {
  'story-vote': () => newestLine(oneVote),
  'story-rejected': () => newestLine(rejected),
  'story-expired': () => newestLine({ ...oneVote, status: 'expired' }),
  'story-superseded': () =>
    newestLine({
      status: 'superseded',
      supersededBy: 'm4h2yb',
      outcome: 'a newer proposal took its place',
    }),
  'story-executing': () => newestLine({ ...oneVote, status: 'executing' }),
  'story-executed': () => newestLine({ ...oneVote, status: 'executed' }),
  'story-failed': () =>
    newestLine({ ...oneVote, status: 'failed', outcome: 'no order was accepted' }),
  'story-escalation': () =>
    presentEscalationStory(noticeInput({}, 30), ESCALATION, SAMPLE_PEOPLE.slice(2)),
  'approver-escalated': () => presentEscalation(noticeInput({}, 30), ESCALATION, 'dev'),
  'story-reminder': () => presentReminderStory(noticeInput(oneVote, 50)),
  'approver-asked': () => presentApproverNotice(noticeInput(), 'ben'),
  'approver-voted': () => presentApproverNotice(noticeInput(oneVote), 'ben'),
  'approver-decided': () => presentApproverNotice(noticeInput(rejected), 'chloe'),
  'approver-reminded': () => presentReminder(noticeInput(oneVote, 50), 'chloe'),
  'requester-rejected': () => presentRequesterNotice(noticeInput(rejected)),
  'requester-partially-executed': () =>
    presentRequesterNotice(
      noticeInput({
        ...oneVote,
        status: 'partially_executed',
        outcome: '3 of 4 orders filled, 1 rejected',
      }),
    ),
  'chat-incident': () =>
    presentChatIncident({
      platform: 'slack',
      channel: null,
      reason: 'An API error occurred: token_revoked',
      nextStep: 'Put a fresh token into .env, start again, and check with "evenkeel doctor".',
      since: later(3),
      timeZone: 'America/New_York',
    }),
  'chat-incident-channel': () =>
    presentChatIncident({
      platform: 'discord',
      channel: '80351110224678912',
      reason: 'Missing Access',
      nextStep: 'Invite the bot to the channel, or correct the channel in portfolios.yaml.',
      since: later(3),
      timeZone: 'America/New_York',
    }),
  'chat-recovered': () =>
    presentChatRecovered({
      platform: 'slack',
      channel: null,
      at: later(9),
      timeZone: 'America/New_York',
    }),
  'csv-file': () =>
    presentCsvFile({
      noun: 'order',
      account: 'core',
      lines: 2,
      rest: 'Older ones are in the database.',
      content: 'side,symbol\r\nsell,AAPL\r\nbuy,IBM\r\n',
      now: later(2),
    }),
  home: () => presentHome(homeInput()),
  'home-many': () => presentHome(homeInput({ accounts: overviewInput() })),
  'daily-digest': () => presentDailyDigest(digestInput()),
  'daily-digest-broken': () =>
    presentDailyDigest(
      digestInput({
        missing: [],
        pending: [],
        working: 0,
        verification: { at: later(123), fault: 'row 7 is edited. Row 7 does not match its hash.' },
      }),
    ),
  'reconciliation-rest': () =>
    presentRestOfReconciliation({
      more: Array.from({ length: 30 }, (_, index) => `client-${index + 10}`),
      quiet: 962,
    }),
  'reconciliation-rest-quiet': () => presentRestOfReconciliation({ more: [], quiet: 1 }),
  'accounts-overview': () => presentOverview(overviewInput()),
  'home-quiet': () => presentHome(homeInput({ pending: [], waiting: 0, fills: [] })),
  'home-busy': () => presentHome(homeInput({ waiting: 1000 })),
};
