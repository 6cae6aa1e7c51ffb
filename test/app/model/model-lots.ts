import { expect } from 'vitest';
import { checkWashSales } from '../../../src/core/checks/wash-sales.ts';
import { readCheckFacts } from '../../../src/app/read-check-facts.ts';
import type { PastSale, Trade } from '../../../src/core/compliance/lot-record.ts';
import type { TaxLot } from '../../../src/core/compliance/tax-lots.ts';
import { decimal, sum, toText, ZERO } from '../../../src/core/decimal.ts';
import { exchangeDateOf } from '../../../src/core/market-calendar.ts';
import type { Fill } from '../../../src/core/order.ts';
import { lotText } from '../../core/compliance/lots-table.ts';
import { replayAll } from '../../core/compliance/replay-all.ts';
import { NAMES } from './model-world.ts';
import type { Subject } from './model-world.ts';

/** What the exchange says of the executions of an order. */
interface Executed {
  readonly execution: string;
  readonly order: string;
  readonly account: string;
}

function executedAt({ world }: Subject): readonly Executed[] {
  return world.store.database.sqlite
    .prepare<[], Executed>(
      `select execution_id as execution, client_order_id as "order", paper_fills.account as account
       from paper_fills join paper_orders using (broker_order_id)`,
    )
    .all();
}

/**
 * What was traded by hand is on record once, with its audit row, and as a fill of nobody's order; what the
 * bot has ordered is never taken for it.
 * @param atRest whether nothing is under way: then all of it is known.
 */
export async function expectOutsideFillsOnce(subject: Subject, atRest: boolean): Promise<void> {
  const { store } = subject.world;
  const executed = executedAt(subject);
  const byHand = new Set(
    executed
      .filter(({ order }) => subject.byHand.includes(order))
      .map(({ execution }) => execution),
  );
  const recorded: Fill[] = [];
  for (const account of NAMES) recorded.push(...(await store.listOutsideFills({ account })));
  const ids = recorded.map(({ executionId }) => executionId);
  expect(ids).toHaveLength(new Set(ids).size);
  expect(ids.filter((id) => !byHand.has(id))).toEqual([]);
  const ours = (await store.listFills({})).map(({ executionId }) => executionId);
  expect(ours.filter((id) => byHand.has(id))).toEqual([]);
  const rows = await store.listAudit({ actions: ['outside_fill'], limit: 1_000_000 });
  const audited = rows.map(({ payload: { executionId } }) =>
    typeof executionId === 'string' ? executionId : '',
  );
  expect(audited.toSorted()).toEqual(ids.toSorted());
  if (atRest) expect(ids.toSorted()).toEqual([...byHand].toSorted());
}

interface AccountLots {
  readonly account: string;
  readonly symbol: string;
  readonly lots: readonly TaxLot[];
  readonly sales: readonly PastSale[];
}

/** The lots of everything that was ever traded, replayed the plain way, as far as a record is made of them. */
export async function replayLots({ world: { store } }: Subject): Promise<readonly AccountLots[]> {
  const all: AccountLots[] = [];
  for (const account of NAMES) {
    const ours = await store.listFills({ account });
    const outside = await store.listOutsideFills({ account });
    const trades: readonly (Trade & Pick<Fill, 'symbol'>)[] = [
      ...ours,
      ...outside.map((fill) => ({ ...fill, outside: true })),
    ].toSorted((a, b) => Temporal.Instant.compare(a.at, b.at));
    for (const { symbol, made } of await store.listLotRecords(account)) {
      if (made === null) continue;
      const own = trades.filter((trade) => trade.symbol === symbol);
      all.push({ account, symbol, ...replayAll(symbol, own, made.held, made.method) });
    }
  }
  return all;
}

/**
 * The lots that are kept are those of all trades, whoever made them.
 * @param replayed as `replayLots` tells them.
 * @param atRest whether nothing is under way: then they add up to what the exchange says is held.
 */
export async function expectLots(
  { world: { store } }: Subject,
  replayed: readonly AccountLots[],
  atRest: boolean,
): Promise<void> {
  for (const { account, symbol, lots } of replayed) {
    const everything = new Map([[symbol, decimal('1000000000')]]);
    const kept = (await store.listLotsToSell(account, 'fifo', everything)).get(symbol) ?? [];
    expect(kept.map(lotText)).toEqual(lots.map(lotText));
    if (!atRest) continue;
    const held = store.database.sqlite
      .prepare<[string, string], string>(
        'select quantity from paper_positions where account = ? and symbol = ?',
      )
      .pluck()
      .get(account, symbol);
    expect(toText(sum(kept.map(({ quantity }) => quantity)))).toBe(held ?? '0');
  }
}

const NEAR = { days: 30 };

/**
 * The preview misses nothing that was traded in either account, by us or by hand: what was sold at a loss
 * and would be bought again, and what was bought and whose like would be sold at a loss.
 * @param known as `replayLots` tells them.
 */
export async function expectWashSales(
  { world: { context, store } }: Subject,
  known: readonly AccountLots[],
): Promise<void> {
  const today = exchangeDateOf(context.clock.now());
  const isNear = (day: Temporal.PlainDate) =>
    Temporal.PlainDate.compare(day, today.subtract(NEAR)) >= 0;
  for (const { proposal } of await store.listProposals({ statuses: ['pending'], limit: 4 })) {
    const account = context.accounts.get(proposal.account);
    if (account === undefined) continue;
    const isWash = proposal.plan.legs.some((leg) => {
      const those = known.filter(({ symbol }) => symbol === leg.symbol);
      if (leg.side === 'buy') {
        return those.some(({ sales }) =>
          sales.some((sale) => isNear(sale.soldOn) && isAtLoss(sale)),
        );
      }
      const own = those.find((each) => each.account === proposal.account)?.lots ?? [];
      const [first] = own;
      const cost = first === undefined ? null : costOf(first);
      const loses = cost !== null && cost.gt(leg.notional.div(leg.quantity));
      // In the other account: what is sold here cannot be among it.
      return (
        loses &&
        those.some(
          ({ account: name, lots }) =>
            name !== proposal.account &&
            lots.some(({ boughtOn }) => boughtOn !== null && isNear(boughtOn)),
        )
      );
    });
    if (!isWash) continue;
    const facts = await readCheckFacts(context, store, proposal, account);
    const results = checkWashSales({ ...facts, atNextOpen: false }).map(({ result }) => result);
    expect(results).toEqual(['warned']);
  }
}

function isAtLoss({ parts, proceeds, quantity }: PastSale): boolean {
  return parts.some(({ lot }) => {
    const cost = costOf(lot);
    return cost !== null && cost.gt(proceeds.div(quantity));
  });
}

function costOf({ basis }: Pick<TaxLot, 'basis'>) {
  return basis === null || basis.shares.lte(ZERO) ? null : basis.cost.div(basis.shares);
}
