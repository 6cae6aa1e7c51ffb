import type { AccountSettings } from '../core/account.ts';
import type { Order, OrderStatus } from '../core/order.ts';
import type { Side, SkippedLeg, SkipReason } from '../core/plan-types.ts';
import type { ProposalStatus } from '../core/proposal.ts';
import { formatQuantity } from './format.ts';
import type { Tone } from './message.ts';
import { plain } from './plain.ts';

const SIDES: Readonly<Record<Side, string>> = { buy: 'BUY', sell: 'SELL' };

export function sideWord(side: Side): string {
  return SIDES[side];
}

export function sideTone(side: Side): Tone {
  return side === 'buy' ? 'good' : 'caution';
}

const BROKERS: Readonly<Record<string, string>> = {
  paper: 'the paper broker',
  alpaca: 'Alpaca',
  ibkr: 'Interactive Brokers',
  schwab: 'Schwab',
};

/** A broker as people call it. */
export function brokerName(broker: string): string {
  return BROKERS[broker] ?? plain(broker, 40);
}

const PLATFORMS: Readonly<Record<string, string>> = {
  slack: 'Slack',
  discord: 'Discord',
  web: 'The local page',
};

/** A chat platform as people call it. */
export function platformName(platform: string): string {
  return PLATFORMS[platform] ?? plain(platform, 40);
}

/** Where the orders would go: `paper`, `Alpaca paper`, `Alpaca LIVE`. */
export function venue(account: Pick<AccountSettings, 'broker' | 'mode'>): string {
  if (account.broker === 'paper') return account.mode === 'live' ? 'LIVE' : 'paper';
  return `${brokerName(account.broker)} ${account.mode === 'live' ? 'LIVE' : 'paper'}`;
}

const ORDER_STATUSES: Readonly<Record<OrderStatus, string>> = {
  created: 'about to be sent',
  denied: 'denied by us',
  submitted: 'sent',
  unknown: 'no answer yet',
  accepted: 'working',
  partially_filled: 'partially filled',
  filled: 'filled',
  canceled: 'canceled',
  rejected: 'rejected',
  expired: 'expired',
};

export function orderStatusWord(status: OrderStatus): string {
  return ORDER_STATUSES[status];
}

const ORDER_TONES: Readonly<Record<OrderStatus, Tone>> = {
  created: 'neutral',
  denied: 'bad',
  submitted: 'neutral',
  unknown: 'caution',
  accepted: 'neutral',
  partially_filled: 'caution',
  filled: 'good',
  canceled: 'caution',
  rejected: 'bad',
  expired: 'caution',
};

export function orderStatusTone(status: OrderStatus): Tone {
  return ORDER_TONES[status];
}

const PROPOSAL_STATUSES: Readonly<Record<ProposalStatus, string>> = {
  pending: 'pending',
  approved: 'approved',
  rejected: 'rejected',
  expired: 'expired',
  superseded: 'superseded',
  executing: 'executing',
  executed: 'executed',
  partially_executed: 'partially executed',
  failed: 'failed',
};

export function proposalStatusWord(status: ProposalStatus): string {
  return PROPOSAL_STATUSES[status];
}

const PROPOSAL_TONES: Readonly<Record<ProposalStatus, Tone>> = {
  pending: 'neutral',
  approved: 'good',
  rejected: 'bad',
  expired: 'caution',
  superseded: 'caution',
  executing: 'neutral',
  executed: 'good',
  partially_executed: 'caution',
  failed: 'bad',
};

export function proposalStatusTone(status: ProposalStatus): Tone {
  return PROPOSAL_TONES[status];
}

const SKIP_REASONS: Readonly<Record<SkipReason, string>> = {
  inside_band: 'inside its band',
  below_minimum_trade: 'below the minimum trade',
  not_tradable: 'not tradable at the broker',
  cooldown: 'traded recently, in its cooldown',
  untouchable: 'not to be touched',
  restricted: 'on the restricted list',
  buy_only: 'buying only, it would be sold',
  sell_only: 'selling only, it would be bought',
  working_order: 'an order of it is working',
  insufficient_cash: 'not enough cash',
  below_one_lot: 'less than one lot',
  no_improvement: 'trading it would not lower the drift',
  adjusted_away: 'dropped by the adjustment',
};

export function skipReasonWords(reason: SkippedLeg['reason']): string {
  return SKIP_REASONS[reason];
}

/** `SELL AAPL 42`. */
export function orderWords(order: {
  readonly side: Side;
  readonly symbol: string;
  readonly quantity: Order['filledQuantity'];
}): string {
  return `${sideWord(order.side)} ${plain(order.symbol, 24)} ${formatQuantity(order.quantity)}`;
}
