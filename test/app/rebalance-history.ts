import { decimal, sum, ZERO } from '../../src/core/decimal.ts';
import type { Decimal } from '../../src/core/decimal.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

/** What came of rebalancing one month after the other. */
export interface RebalancedHistory {
  readonly months: number;
  readonly proposals: number;
  readonly orders: number;
  readonly fills: number;
  /** Orders that were left out because the cash no longer paid for them. */
  readonly unpaid: number;
  readonly auditRows: number;
  /** The first month in which `/targets` showed GOOG, the configuration having been changed; null: none. */
  readonly googTargetFrom: string | null;
  /** The first month after which GOOG was held; null when it never was. */
  readonly googFrom: string | null;
  /** A sentence for each promise that did not hold, with its month. */
  readonly violations: readonly string[];
}

const BAND = decimal('0.02');
const BUFFER = decimal('0.005');

const CASH = '100000';

/** Fees and the spread can take what a last share would have cost: it is left out, and the cash stays. */
const UNPAID = 'insufficient_funds';

/** What is held while GOOG does not trade yet, and from then on. */
const BEFORE_GOOG = [
  { symbol: 'AAPL', weight: decimal('0.35') },
  { symbol: 'IBM', weight: decimal('0.25') },
  { symbol: 'MSFT', weight: decimal('0.25') },
  { symbol: 'AMZN', weight: decimal('0.15') },
];
const WITH_GOOG = sampleAccount().targets;

/**
 * Replays the real prices month by month: each is proposed, approved, executed and filled, and after each
 * every promise is looked at.
 * @param from the first month, e.g. `2000-01`. @param most how many months at most.
 */
export async function rebalanceHistory(from: string, most: number): Promise<RebalancedHistory> {
  const account = sampleAccount({
    targets: BEFORE_GOOG,
    policy: {
      ...sampleAccount().policy,
      toleranceBand: { absolute: BAND, relative: null },
      minimumTrade: decimal('0'),
      cashBuffer: { type: 'share', share: BUFFER },
    },
    approvals: { ...sampleAccount().approvals, largeTrade: null },
  });
  await using world = await openAppWorld({
    paper: { cash: CASH, positions: {}, start: from, partialFills: '2', feePerOrder: '1' },
    accounts: [account],
  });
  const violations: string[] = [];
  let months = 0;
  let proposals = 0;
  let googFrom: string | null = null;
  let joined: string | null = null;
  let month = await world.broker.replayMonth();
  for (;;) {
    months += 1;
    const [goog] = await world.broker.getQuotes(['GOOG']);
    const isTarget = world.context.accounts.get('core')?.targets === WITH_GOOG;
    if (goog?.tradable === true && !isTarget) {
      // As an admin would: the new targets are in portfolios.yaml, and the bot is started again.
      await world.restart({ accounts: [{ ...account, targets: WITH_GOOG }] });
      joined = month.toString();
    }
    const shown = await shownTargets(world);
    if (shown.includes('GOOG') !== (joined !== null)) {
      violations.push(`${month.toString()}: /targets shows ${shown}`);
    }
    const before = await newestId(world);
    await world.say('ana', 'rebalance', 'core');
    const proposed = (await newestId(world)) !== before;
    if (proposed) {
      proposals += 1;
      if (joined === month.toString() && !(await buysGoog(world))) {
        violations.push(`${joined}: nothing of GOOG is bought`);
      }
      await world.click('ben', 'approve');
      await world.settle();
    }
    const found = await findViolations(world, proposed);
    violations.push(...found.map((violation) => `${month.toString()}: ${violation}`));
    const positions = await world.broker.getPositions();
    if (positions.some(({ symbol }) => symbol === 'GOOG')) googFrom ??= month.toString();
    if (months >= most) break;
    const next = (await world.broker.step(1)).month;
    if (next.equals(month)) break;
    month = next;
    // The next trading day; the exchange of the replay never closes.
    await world.clock.advance({ hours: 24 });
  }
  const orders = await world.store.listOrders({});
  return {
    months,
    proposals,
    orders: orders.length,
    unpaid: orders.filter(({ reasonCode }) => reasonCode === UNPAID).length,
    fills: (await world.store.listFills({})).length,
    auditRows: (await world.store.auditHead()).seq,
    googTargetFrom: joined,
    googFrom,
    violations,
  };
}

/** What `/targets` answers. */
async function shownTargets(world: AppWorld): Promise<string> {
  const reply = await world.say('ana', 'targets', 'core');
  return reply.type === 'message' ? reply.message.fallback : reply.type;
}

async function buysGoog(world: AppWorld): Promise<boolean> {
  const { legs } = (await world.newest()).proposal.plan;
  return legs.some(({ side, symbol }) => side === 'buy' && symbol === 'GOOG');
}

async function newestId({ store }: AppWorld): Promise<string | null> {
  const [newest] = await store.listProposals({ limit: 1 });
  return newest?.proposal.id ?? null;
}

async function findViolations(world: AppWorld, proposed: boolean): Promise<readonly string[]> {
  const { broker, store, context } = world;
  const found: string[] = [];
  const [balance, positions] = await Promise.all([
    broker.getAccountBalance(),
    broker.getPositions(),
  ]);
  if (balance.cash.lt(ZERO)) found.push(`cash is ${balance.cash.toFixed(2)}`);
  for (const { symbol, quantity } of positions) {
    if (quantity.lt(ZERO)) found.push(`${symbol} is sold short: ${quantity.toFixed()}`);
  }
  if (proposed) {
    const { proposal } = await world.newest();
    const unfilled = (await store.listOrders({ proposalId: proposal.id })).filter(
      ({ status, reasonCode }) => status !== 'filled' && reasonCode !== UNPAID,
    );
    for (const { intent, status } of unfilled) found.push(`${intent.symbol} is ${status}`);
  }

  const targets = context.accounts.get('core')?.targets ?? [];
  // The weights are shares of what is invested: all but the cash buffer.
  const invested = decimal('1').minus(BUFFER);
  const quotes = await broker.getQuotes(targets.map(({ symbol }) => symbol));
  const worthOf = new Map<string, Decimal>();
  for (const { symbol, quantity } of positions) {
    const price = quotes.find((quote) => quote.symbol === symbol)?.price ?? ZERO;
    worthOf.set(symbol, quantity.times(price));
  }
  const total = balance.cash.plus(sum(worthOf.values()));
  for (const { symbol, weight } of targets) {
    const worth = worthOf.get(symbol) ?? ZERO;
    const off = worth.div(total).minus(weight.times(invested)).abs();
    if (off.gt(BAND)) found.push(`${symbol} is ${off.toFixed(4)} off its target`);
  }

  const fills = await store.listFills({});
  const traded = fills.map(({ side, quantity, price, fees }) => {
    const notional = quantity.times(price);
    return (side === 'buy' ? notional.neg() : notional).minus(fees);
  });
  const cash = decimal(CASH).plus(sum(traded));
  if (!cash.eq(balance.cash)) {
    found.push(`the fills leave ${cash.toFixed(2)}, the broker has ${balance.cash.toFixed(2)}`);
  }
  const verified = await store.verifyAudit();
  if (!verified.ok) found.push(verified.detail);
  return found;
}
