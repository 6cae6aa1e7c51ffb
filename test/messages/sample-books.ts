import { findBookDifferences } from '../../src/core/agreed-book.ts';
import { ZERO, decimal } from '../../src/core/decimal.ts';
import type { Fill } from '../../src/core/order.ts';
import {
  presentBookAgreed,
  presentBookDifferences,
  presentBookMoved,
} from '../../src/messages/book-differences.ts';
import { presentFillCorrected } from '../../src/messages/fill-corrected.ts';
import type { Message } from '../../src/messages/message.ts';
import {
  presentDifference,
  presentForeignOrder,
  presentReconciliation,
} from '../../src/messages/reconciliation.ts';
import { later } from '../fixtures/sample-account.ts';
import { sampleRecord } from '../fixtures/sample-proposal.ts';
import { fit, legs } from './sample-inputs.ts';

/** Every message there is, by the name of its golden files. */
const BOOK = {
  differences: findBookDifferences({
    expected: {
      cash: decimal('1000'),
      positions: [
        { symbol: 'AAPL', quantity: decimal('42') },
        { symbol: 'IBM', quantity: decimal('61') },
      ],
    },
    told: {
      cash: decimal('2250'),
      positions: [
        { symbol: 'AAPL', quantity: decimal('84') },
        { symbol: 'IBM', quantity: decimal('51') },
      ],
    },
    tolerance: { cash: decimal('50'), position: ZERO },
    number: 3,
    outside: [
      {
        symbol: 'IBM',
        side: 'sell',
        quantity: decimal('10'),
        price: decimal('125'),
        fees: ZERO,
        before: null,
      },
    ],
  }),
  agreed: { at: later(-90), by: null },
  digest: '0'.repeat(64),
  approvers: ['Ben', 'Chloe'],
};

const FILL: Fill = {
  executionId: 'e-1',
  clientOrderId: 'ek-k3f9xa-1-1-0123456789abcdef',
  brokerOrderId: 'b-1',
  account: 'core',
  symbol: 'AAPL',
  side: 'sell',
  quantity: decimal('42'),
  price: decimal('223.08'),
  fees: ZERO,
  at: later(3),
};

const CORRECTED = {
  account: 'core',
  broker: 'alpaca',
  proposalId: 'k3f9xa',
  before: FILL,
  timeZone: 'America/New_York',
  now: later(20),
};

const BOOK_INCIDENT = {
  account: 'core',
  broker: 'alpaca',
  ...BOOK,
  timeZone: 'America/New_York',
  now: later(20),
};

/** What the brokers' orders, fills, positions and cash are against the record, by the names of their golden files. */
export const SAMPLE_BOOKS: Readonly<Record<string, () => Message>> = {
  reconciliation: () =>
    presentReconciliation({
      account: 'core',
      broker: 'alpaca',
      proposals: [
        {
          record: sampleRecord(),
          legs: legs.map((leg, index) => ({
            leg,
            ordered: index === 0 ? leg.quantity : null,
            status: index === 0 ? 'filled' : null,
            filledAtBroker: index === 0 ? leg.quantity : null,
            recorded: index === 0 ? decimal('20') : ZERO,
            difference:
              index === 0
                ? { key: 'filled', words: 'SELL AAPL 100: 100 filled at the broker, 20 recorded' }
                : null,
          })),
        },
      ],
      differences: ['SELL AAPL 100: 100 filled at the broker, 20 recorded'],
      foreign: [fit('1001234', 7)],
      book: { type: 'compared', cashOff: decimal('1250'), ...BOOK },
      tellsTime: true,
      timeZone: 'America/New_York',
      now: later(20),
    }),
  'reconciliation-quiet': () =>
    presentReconciliation({
      account: 'core',
      broker: 'schwab',
      proposals: [],
      differences: [],
      foreign: [],
      book: {
        type: 'compared',
        ...BOOK,
        differences: [],
        cashOff: decimal('-3.42'),
        agreed: { at: later(-1500), by: 'Ben' },
      },
      tellsTime: false,
      timeZone: 'America/New_York',
      now: later(20),
    }),
  'foreign-order': () =>
    presentForeignOrder({
      account: 'core',
      broker: 'alpaca',
      order: fit('1001234', 7),
      timeZone: 'America/New_York',
      now: later(20),
    }),
  'reconciliation-first': () =>
    presentReconciliation({
      account: 'core',
      broker: 'alpaca',
      proposals: [],
      differences: [],
      foreign: [],
      book: { type: 'none' },
      tellsTime: true,
      timeZone: 'America/New_York',
      now: later(20),
    }),
  'reconciliation-not-comparable': () =>
    presentReconciliation({
      account: 'core',
      broker: 'alpaca',
      proposals: [],
      differences: [],
      foreign: [],
      book: { type: 'not_comparable', why: 'unanswered' },
      tellsTime: true,
      timeZone: 'America/New_York',
      now: later(20),
    }),
  'book-differs': () => presentBookDifferences({ ...BOOK_INCIDENT, end: null }),
  'book-differs-agreed': () =>
    presentBookDifferences({ ...BOOK_INCIDENT, end: { type: 'agreed', by: 'Chloe' } }),
  'book-differs-gone': () => presentBookDifferences({ ...BOOK_INCIDENT, end: { type: 'gone' } }),
  'book-differs-replaced': () =>
    presentBookDifferences({ ...BOOK_INCIDENT, end: { type: 'replaced' } }),
  'book-agreed': () => presentBookAgreed({ account: 'core' }),
  'book-moved': () => presentBookMoved({ account: 'core', to: 'other' }),
  'book-moved-agreed': () => presentBookMoved({ account: 'core', to: 'agreed' }),
  'book-moved-under-way': () => presentBookMoved({ account: 'core', to: 'not_comparable' }),
  'fill-corrected': () =>
    presentFillCorrected({ ...CORRECTED, after: { ...FILL, price: decimal('223.01') } }),
  'fill-taken-back': () =>
    presentFillCorrected({ ...CORRECTED, after: { ...FILL, quantity: ZERO } }),
  'reconciliation-difference': () =>
    presentDifference({
      account: 'core',
      words: 'SELL AAPL 100: 100 filled at the broker, 20 recorded',
    }),
};
