import { ZERO, decimal } from '../../src/core/decimal.ts';
import { collaredPrice } from '../../src/core/order-prices.ts';
import type { Leg } from '../../src/core/plan-types.ts';
import type { ProposalInput } from '../../src/messages/proposal.ts';
import type { BrokerOrder } from '../../src/ports/broker.ts';
import type { Halt } from '../../src/ports/store.ts';
import { later, sampleAccount } from '../fixtures/sample-account.ts';
import { sampleExecution } from '../fixtures/sample-execution.ts';
import {
  SAMPLE_CHECKS,
  sampleApproval,
  samplePlan,
  sampleProposal,
  sampleRecord,
} from '../fixtures/sample-proposal.ts';

export const account = sampleAccount();

export const plan = samplePlan();

export const { legs } = plan;

export const buyIbm = legNumbered(1);

function legNumbered(index: number): Leg {
  const leg = legs[index];
  if (leg === undefined) throw new Error('the sample has two legs');
  return leg;
}

export const limitPrices = new Map(
  legs.map((leg) => [leg.number, collaredPrice(leg.side, leg.referencePrice, account.orders)]),
);

export function proposalInput(changes: Partial<ProposalInput> = {}): ProposalInput {
  return {
    record: sampleRecord(),
    account,
    proposerName: 'Ana',
    approval: sampleApproval(changes.record === undefined ? {} : { record: changes.record }),
    votes: [],
    checks: SAMPLE_CHECKS,
    now: later(2),
    approvingTakesForm: true,
    limitPrices,
    priceNote: 'Prices are of 1 Mar 2010.',
    ...changes,
  };
}

export function decidedBy(person: 'ben' | 'chloe', minutes: number) {
  return {
    proposalId: 'k3f9xa',
    person,
    name: person === 'ben' ? 'Ben' : 'Chloe',
    platform: person === 'ben' ? 'slack' : 'discord',
    verdict: 'approve' as const,
    reason: null,
    digest: sampleProposal().digest,
    at: later(minutes),
  };
}

export const votes = [
  { name: 'Ben', at: later(10) },
  { name: 'Chloe', at: later(12) },
];

export const short = sampleExecution(legs, [
  { status: 'filled', fills: [['79', '223.01']] },
  { status: 'filled', fills: [['104', '125.60']] },
  { status: 'canceled', fills: [['8', '128.90']], reason: 'not filled within 5 minutes' },
  { status: 'rejected', reasonCode: '40310000', reason: 'insufficient buying power' },
]);

export const weights = plan.weights.map((row) => ({
  symbol: row.symbol,
  targetWeight: row.targetWeight,
  weight: row.weightBefore,
}));

export const halt: Halt = {
  scope: 'core',
  by: 'ben',
  reason: 'a wrong price in the feed',
  at: later(20),
};

export const fit = (brokerOrderId: string, seconds: number): BrokerOrder => ({
  brokerOrderId,
  clientOrderId: null,
  symbol: 'IBM',
  side: 'buy',
  quantity: decimal('104'),
  filledQuantity: ZERO,
  averageFillPrice: null,
  status: 'accepted',
  reason: null,
  submittedAt: later(3, seconds),
  updatedAt: later(3, seconds),
});
