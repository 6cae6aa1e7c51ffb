import { decimal } from '../../src/core/decimal.ts';
import type { Fill, OrderIntent } from '../../src/core/order.ts';
import type { Decision } from '../../src/core/proposal.ts';
import type { Message } from '../../src/messages/message.ts';
import type { AuditEntry } from '../../src/ports/store.ts';
import { NOW } from '../fixtures/sample-account.ts';
import { sampleProposal } from '../fixtures/sample-proposal.ts';

export function sampleIntent(changes: Partial<OrderIntent> = {}): OrderIntent {
  return {
    clientOrderId: 'k3f9xa-1-1',
    proposalId: 'k3f9xa',
    leg: 1,
    attempt: 1,
    account: 'core',
    side: 'sell',
    symbol: 'AAPL',
    quantity: decimal('79'),
    orderType: 'market',
    limitPrice: null,
    timeInForce: 'day',
    extendedHours: false,
    createdAt: NOW,
    ...changes,
  };
}

export function sampleFill(changes: Partial<Fill> = {}): Fill {
  return {
    executionId: 'execution-1',
    clientOrderId: 'k3f9xa-1-1',
    brokerOrderId: 'broker-1',
    account: 'core',
    symbol: 'AAPL',
    side: 'sell',
    quantity: decimal('79'),
    price: decimal('235.01'),
    fees: decimal('0.35'),
    at: NOW,
    ...changes,
  };
}

export function sampleDecision(changes: Partial<Decision> = {}): Decision {
  return {
    proposalId: 'k3f9xa',
    person: 'ben',
    platform: 'slack',
    verdict: 'approve',
    reason: null,
    digest: sampleProposal().digest,
    at: NOW,
    ...changes,
  };
}

export function sampleEntry(changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at: NOW,
    actor: 'ana',
    platform: 'web',
    action: 'command',
    account: 'core',
    subject: '/rebalance core',
    payload: { text: 'core' },
    ...changes,
  };
}

export function sampleMessage(text: string): Message {
  return { fallback: text, blocks: [{ type: 'text', text }] };
}
