import { outcomeDigest } from '../../src/app/outcome-questions.ts';
import type { Message } from '../../src/messages/message.ts';
import {
  presentOutcomeRefusal,
  presentOutcomeSettled,
  presentOutcomeUnknown,
} from '../../src/messages/outcome-unknown.ts';
import { later } from '../fixtures/sample-account.ts';
import { sampleOrder } from '../fixtures/sample-execution.ts';
import { buyIbm, fit } from './sample-inputs.ts';

const unanswered = sampleOrder(buyIbm, { status: 'unknown' }).order;

/** Orders of which the answer was lost, by the names of their golden files. */
export const SAMPLE_OUTCOMES: Readonly<Record<string, () => Message>> = {
  'outcome-unknown': () =>
    presentOutcomeUnknown({
      order: unanswered,
      broker: 'schwab',
      looks: 3,
      answered: true,
      brokerWords: null,
      nextLookAt: later(5, 20),
      candidates: [fit('1001234', 7), fit('1001239', 9)],
      digestOf: (brokerOrderId) => outcomeDigest(unanswered.intent.clientOrderId, brokerOrderId),
      timeZone: 'America/New_York',
      now: later(5),
    }),
  'outcome-unknown-nothing-fits': () =>
    presentOutcomeUnknown({
      order: unanswered,
      broker: 'paper',
      looks: 1,
      answered: true,
      brokerWords: null,
      nextLookAt: later(5, 5),
      candidates: [],
      digestOf: (brokerOrderId) => outcomeDigest(unanswered.intent.clientOrderId, brokerOrderId),
      timeZone: 'America/New_York',
      now: later(5),
    }),
  'outcome-unknown-not-asked': () =>
    presentOutcomeUnknown({
      order: unanswered,
      broker: 'schwab',
      looks: 4,
      answered: false,
      brokerWords: null,
      nextLookAt: later(5, 20),
      candidates: [],
      digestOf: (brokerOrderId) => outcomeDigest(unanswered.intent.clientOrderId, brokerOrderId),
      timeZone: 'America/New_York',
      now: later(5),
    }),
  'outcome-unknown-broker-cannot-tell': () =>
    presentOutcomeUnknown({
      order: unanswered,
      broker: 'ibkr',
      looks: 3,
      answered: true,
      brokerWords:
        'TWS took the order and said nothing of it. Look whether TWS shows a dialog about it.',
      nextLookAt: later(5, 5),
      candidates: [],
      digestOf: (brokerOrderId) => outcomeDigest(unanswered.intent.clientOrderId, brokerOrderId),
      timeZone: 'America/New_York',
      now: later(5),
    }),
  'outcome-settled-it-is': () =>
    presentOutcomeSettled({
      order: { ...unanswered, status: 'accepted', brokerOrderId: '1001234' },
      broker: 'schwab',
      answer: { name: 'Ben', at: later(7), brokerOrderId: '1001234' },
      timeZone: 'America/New_York',
    }),
  'outcome-settled-not-there': () =>
    presentOutcomeSettled({
      order: { ...unanswered, status: 'canceled' },
      broker: 'schwab',
      answer: { name: 'Ben', at: later(7), brokerOrderId: null },
      timeZone: 'America/New_York',
    }),
  'outcome-settled-found': () =>
    presentOutcomeSettled({
      order: { ...unanswered, status: 'partially_filled', brokerOrderId: '1001234' },
      broker: 'schwab',
      answer: null,
      timeZone: 'America/New_York',
    }),
  'outcome-refusal-already-settled': () =>
    presentOutcomeRefusal({
      type: 'already_settled',
      order: { ...unanswered, status: 'canceled' },
      broker: 'schwab',
    }),
  'outcome-refusal-taken': () =>
    presentOutcomeRefusal({
      type: 'taken',
      order: unanswered,
      brokerOrderId: '1001234',
      broker: 'schwab',
    }),
  'outcome-refusal-outdated': () => presentOutcomeRefusal({ type: 'outdated', broker: 'schwab' }),
};
