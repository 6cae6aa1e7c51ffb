import { failed } from '../../src/core/check.ts';
import {
  presentBrokerError,
  presentCommandProblem,
  presentPlanRefusal,
  presentStoreError,
  presentUnexpected,
  presentUnknownCommand,
} from '../../src/messages/errors.ts';
import type { Message } from '../../src/messages/message.ts';
import {
  presentDecisionDenied,
  presentGone,
  presentRefusal,
  presentRoleNeeded,
  presentStranger,
} from '../../src/messages/refusal.ts';
import { BrokerError } from '../../src/ports/broker-error.ts';
import { StoreError } from '../../src/ports/store-error.ts';
import { later } from '../fixtures/sample-account.ts';
import { sampleRecord } from '../fixtures/sample-proposal.ts';
import { account, halt } from './sample-inputs.ts';

type Denial = Parameters<typeof presentDecisionDenied>[0]['denial'];

function denied(denial: Denial, eligible: readonly string[] = []): Message {
  return presentDecisionDenied({
    record: sampleRecord(),
    account,
    denial,
    eligible,
    decidedBy: [],
    now: later(61),
  });
}

/** What is not done, and why, by the names of their golden files. */
export const SAMPLE_REFUSALS: Readonly<Record<string, () => Message>> = {
  'refusal-code-not-enrolled': () => denied({ code: 'code_not_enrolled' }),
  'refusal-code-wrong': () => denied({ code: 'code_wrong', attemptsLeft: 1 }),
  'refusal-code-locked': () => denied({ code: 'code_locked', until: later(76) }),
  'refusal-own-proposal': () => denied({ code: 'own_proposal' }, ['Ben', 'Chloe', 'Dev']),
  'refusal-not-approver': () => denied({ code: 'not_approver' }, ['Dev']),
  'refusal-already-voted': () => denied({ code: 'already_voted' }, []),
  'refusal-digest-changed': () => denied({ code: 'digest_changed' }, ['Dev']),
  'refusal-expired': () => denied({ code: 'expired' }, ['Dev']),
  'refusal-confirmation-needed': () => denied({ code: 'confirmation_needed' }, []),
  'refusal-not-pending': () =>
    presentDecisionDenied({
      record: sampleRecord({ status: 'executing' }),
      account,
      denial: { code: 'not_pending' },
      eligible: [],
      decidedBy: ['Ben', 'Chloe'],
      now: later(61),
    }),
  'refusal-stranger': () => presentStranger(['Dev'], { platform: 'slack', userId: 'U0EVE' }),
  'refusal-role': () =>
    presentRoleNeeded({
      what: 'use /halt',
      role: 'approver',
      account: 'core',
      people: ['Ben', 'Dev'],
    }),
  'refusal-gone': () => presentGone(),
  'refusal-halted': () =>
    presentRefusal({
      type: 'halted',
      attempt: 'propose for core',
      halt: { halt, byName: 'Ben' },
      whoCan: ['Ben', 'Chloe'],
      timeZone: 'America/New_York',
      now: later(30),
    }),
  'refusal-not-compared': () =>
    presentRefusal({
      type: 'not_compared',
      attempt: 'propose for core',
      account: 'core',
      broker: 'ibkr',
    }),
  'refusal-busy': () =>
    presentRefusal({
      type: 'busy',
      attempt: 'propose for core',
      account: 'core',
      proposalId: 'k3f9xa',
    }),
  'refusal-check-failed': () =>
    presentDecisionDenied({
      record: sampleRecord(),
      account,
      denial: {
        code: 'check_failed',
        checks: [
          failed(
            'limit.day_notional',
            'Limit of the day',
            '$35,061.57 asked for, $14,382.40 left',
            'An admin can raise limits.dayNotional of core in portfolios.yaml.',
          ),
        ],
      },
      eligible: [],
      decidedBy: [],
      now: later(30),
    }),
  'problem-unknown-account': () =>
    presentCommandProblem({
      problem: { type: 'unknown_account', given: 'cor', suggestion: 'core' },
      usage: '/rebalance [account] [--dry-run]',
      accounts: ['core', 'family'],
    }),
  'problem-unknown-option': () =>
    presentCommandProblem({
      problem: { type: 'unknown_option', given: '--buyonly', suggestion: '--buy-only' },
      usage: '/rebalance [account] [--buy-only]',
      accounts: ['core'],
    }),
  'problem-bad-value': () =>
    presentCommandProblem({
      problem: {
        type: 'bad_value',
        option: '--contribute',
        given: '-5',
        expected: 'a positive amount such as 2500 or $2,500.00',
      },
      usage: '/rebalance [account] [--contribute AMOUNT]',
      accounts: ['core'],
    }),
  'problem-unknown-command': () =>
    presentUnknownCommand({ given: 'rebalnce', suggestion: 'rebalance' }),
  'error-broker': () =>
    presentBrokerError(
      new BrokerError('alpaca', 'insufficient_funds', 'insufficient buying power', {
        brokerCode: '40310000',
      }),
    ),
  'error-plan': () =>
    presentPlanRefusal({ code: 'price_missing', symbols: ['GOOG', 'IBM'] }, 'core'),
  'error-store': () =>
    presentStoreError(new StoreError('disk_full', 'data/evenkeel.db could not grow')),
  'error-master-key': () =>
    presentStoreError(
      new StoreError('master_key_missing', 'No secrets are stored without EVENKEEL_MASTER_KEY.'),
    ),
  'error-unexpected': () => presentUnexpected('unexpected'),
};
