import type { Check } from '../check.ts';
import { failed, passed, warned } from '../check.ts';
import { previewWashSales } from '../compliance/wash-sales.ts';
import type { WashSale } from '../compliance/wash-sales.ts';
import { ZERO } from '../decimal.ts';
import { formatCount, formatDay, formatQuantity } from '../format.ts';
import { exchangeDateOf } from '../market-calendar.ts';
import type { CheckFacts } from './check-facts.ts';
import type { OrderDenial } from './order-checks.ts';

const RULE = 'wash_sale';
const NAME = 'Wash sales';

/** So many are told one by one. */
const MOST_TOLD = 3;

/** Whether a loss would be disallowed because the same security is bought within 30 days (IRC 1091). */
export function checkWashSales(facts: CheckFacts): readonly Check[] {
  const { proposal, account } = facts;
  const { washSales, taxable, taxLots: method } = account.compliance;
  if (washSales === 'ignore') return [];
  const { washSales: found, losses } = previewWashSales({
    proposal,
    account: account.name,
    taxable,
    method,
    facts: facts.compliance,
    on: tradeDay(facts),
  });
  if (found.length === 0) {
    const words = losses.map(
      ({ symbol, freeFrom }) =>
        `${symbol} is sold at a loss: may be bought again from ${formatDay(freeFrom)}`,
    );
    return [passed(RULE, NAME, some(words))];
  }
  const detail = some(alikeTogether(found).map(washSaleWords));
  const remedy = remedyFor(facts, found);
  return [
    washSales === 'block' ? failed(RULE, NAME, detail, remedy) : warned(RULE, NAME, detail, remedy),
  ];
}

/**
 * The legs that would make a wash sale, with why they are not sent, where that is to be blocked.
 * @param facts `proposal`: with the legs that are about to leave; `on`: today on the exchange.
 */
export function findWashSaleDenials({
  proposal,
  account,
  compliance,
  on,
}: Pick<CheckFacts, 'proposal' | 'account' | 'compliance'> & {
  readonly on: Temporal.PlainDate;
}): ReadonlyMap<number, OrderDenial> {
  const { washSales, taxable, taxLots: method } = account.compliance;
  if (washSales !== 'block') return new Map();
  const { washSales: found } = previewWashSales({
    proposal,
    account: account.name,
    taxable,
    method,
    facts: compliance,
    on,
  });
  return new Map(
    proposal.plan.legs.flatMap(({ number, side, symbol }) => {
      const sale = found.find((each) => each.symbol === symbol && each.side === side);
      if (sale === undefined) return [];
      return [[number, { code: RULE, reason: `a wash sale: ${washSaleWords(sale)}` }] as const];
    }),
  );
}

/** An order is bought in several lots of one day: to a reader that is one purchase. */
function alikeTogether(found: readonly WashSale[]): readonly WashSale[] {
  const alike = Map.groupBy(found, (sale) => washSaleWords({ ...sale, quantity: ZERO }));
  return [...alike.values()].flatMap(([first, ...rest]) =>
    first === undefined
      ? []
      : [
          {
            ...first,
            quantity: rest.reduce((sum, sale) => sum.plus(sale.quantity), first.quantity),
          },
        ],
  );
}

function tradeDay({ atNextOpen, market, now }: CheckFacts): Temporal.PlainDate {
  return exchangeDateOf(atNextOpen ? (market?.nextOpen ?? now) : now);
}

function washSaleWords(sale: WashSale): string {
  const { other, symbol, side } = sale;
  const place = `in ${other.account}${other.outside ? ' outside Evenkeel' : ''}`;
  const loss = sale.lossKnown ? 'at a loss' : 'at a cost that is not known';
  const gone = sale.sheltered ? ', and the loss would be gone for good' : '';
  const quantity = formatQuantity(sale.quantity);
  const again = `${side === 'sell' ? 'may be sold' : 'may be bought again'} from ${formatDay(sale.freeFrom)}`;
  if (side === 'sell') {
    const bought =
      other.on === null
        ? `to be bought ${place} (#${other.proposalId ?? ''})`
        : `bought ${place} on ${formatDay(other.on)}`;
    return `sells ${quantity} ${symbol} ${loss}, ${bought}${gone}; ${again}`;
  }
  const sold =
    other.on === null
      ? `to be sold ${loss} ${place} (#${other.proposalId ?? ''})`
      : `sold ${loss} ${place} on ${formatDay(other.on)}`;
  return `buys ${quantity} ${symbol}, ${sold}${gone}; ${again}`;
}

function remedyFor({ account }: CheckFacts, found: readonly WashSale[]): string {
  const { substitutes, washSales } = account.compliance;
  const named = new Map(substitutes.map(({ symbol, substitute }) => [symbol, substitute]));
  const swaps = [...new Set(found.filter(({ side }) => side === 'buy').map(({ symbol }) => symbol))]
    .flatMap((symbol) => {
      const substitute = named.get(symbol);
      return substitute === undefined ? [] : [`${substitute} in place of ${symbol}`];
    })
    .slice(0, MOST_TOLD);
  const swap = swaps.length === 0 ? '' : `Buy ${swaps.join(', ')}. `;
  const admin =
    washSales === 'block'
      ? `, or an admin can change compliance.washSales of ${account.name} in portfolios.yaml`
      : '';
  return `${swap}Wait for the day, or leave it out with Adjust${admin}.`;
}

function some(words: readonly string[]): string {
  const more = words.length - MOST_TOLD;
  const told = words.slice(0, MOST_TOLD).join('; ');
  return more > 0 ? `${told}; and ${formatCount(more, 'more', 'more')}` : told;
}
