import type { Check } from '../check.ts';
import { failed, passed, warned } from '../check.ts';
import type { CheckFacts } from './check-facts.ts';

const FRESH = 'A fresh proposal, made with /rebalance, takes account of the book as it is.';

/** What the trades do to the book: no short sale, enough cash, less drift, nothing untouchable. */
export function checkBook({ proposal, account }: CheckFacts): readonly Check[] {
  const { plan, snapshot, mode } = proposal;
  const buys = plan.legs.filter((leg) => leg.side === 'buy');
  const sells = plan.legs.filter((leg) => leg.side === 'sell');
  const held = new Map(snapshot.positions.map((position) => [position.symbol, position.quantity]));
  const oversold = sells.filter((leg) => held.get(leg.symbol)?.lt(leg.quantity) ?? true);
  const untouchable = new Set(proposal.policy.untouchable);
  const touched = plan.legs.filter((leg) => untouchable.has(leg.symbol));
  return [
    oversold.length === 0
      ? passed('short_sale', 'No short sale')
      : failed(
          'short_sale',
          'No short sale',
          `sells more than is held of ${oversold.map((leg) => leg.symbol).join(', ')}`,
          'Nobody can allow that here: Evenkeel sells only what is held.',
        ),
    plan.cashAfter.gte(plan.cashBuffer) || buys.length === 0
      ? passed('cash_buffer', 'Cash')
      : warned(
          'cash_buffer',
          'Cash',
          `leaves ${plan.cashAfter.toFixed(2)} in cash, the buffer is ${plan.cashBuffer.toFixed(2)}`,
          `An admin can change policy.cashBuffer of ${account.name} in portfolios.yaml.`,
        ),
    plan.driftAfter.lte(plan.driftBefore)
      ? passed('drift', 'Drift')
      : warned('drift', 'Drift', 'the drift is larger afterwards', FRESH),
    touched.length === 0
      ? passed('untouchable', 'Untouchable symbols')
      : failed(
          'untouchable',
          'Untouchable symbols',
          touched.map((leg) => leg.symbol).join(', '),
          `An admin can change policy.untouchable of ${account.name} in portfolios.yaml.`,
        ),
    snapshot.openOrders.length === 0
      ? passed('working_orders', 'Working orders')
      : warned(
          'working_orders',
          'Working orders',
          `${snapshot.openOrders.length} at the broker already`,
          FRESH,
        ),
    passed('mode', 'Mode', mode === 'paper' ? 'paper money' : 'real money'),
  ];
}
