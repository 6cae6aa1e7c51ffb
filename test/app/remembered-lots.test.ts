import { expect, test } from 'vitest';
import { warmLots } from '../../src/app/warm-lots.ts';
import type { TaxLotMethod } from '../../src/core/guardrail-settings.ts';
import { lotText } from '../core/compliance/lots-table.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

/** As after a change of portfolios.yaml. */
function reconfigure(world: AppWorld, taxLots: TaxLotMethod): void {
  const account = world.context.accounts.get('core');
  if (account === undefined) throw new Error('core is there');
  const changed = { ...account, compliance: { ...account.compliance, taxLots } };
  Object.assign(world.context, { accounts: new Map([['core', changed]]) });
}

async function methods(world: AppWorld): Promise<readonly unknown[]> {
  const records = await world.store.listLotRecords('core');
  return records.map(({ symbol, made }) => [symbol, made?.method ?? null]);
}

test('what is about to be sold is remembered before it is, so that its cost stays known', async () => {
  await using world = await openAppWorld();
  await world.say('ana', 'rebalance', 'core');
  const { proposal } = await world.newest();
  const sells = proposal.plan.legs.filter((leg) => leg.side === 'sell');
  expect(sells.map((leg) => leg.symbol)).toEqual(['AAPL']);
  expect(await methods(world)).toEqual([['AAPL', 'fifo']]);
  await world.click('ben', 'approve');
  await world.settle();
  const since = Temporal.PlainDate.from('2026-01-01');
  const [sale] = await world.store.listLotSalesSince('core', since, ['AAPL']);
  const held = proposal.snapshot.positions.find(({ symbol }) => symbol === 'AAPL');
  expect(held?.costBasis).not.toBeNull();
  expect(sale?.parts.map(({ lot }) => lot.basis?.cost)).toEqual([held?.costBasis]);
});

test('lots are made after a start for what has none, and anew for another method', async () => {
  await using world = await openAppWorld();
  await world.say('ana', 'rebalance', 'core');
  await world.click('ben', 'approve');
  await world.settle();
  const bought = (await world.store.listFills({ account: 'core' }))
    .filter((fill) => fill.side === 'buy')
    .map((fill) => fill.symbol);
  const [symbol] = bought;
  if (symbol === undefined) throw new Error('something was bought');
  expect(await methods(world)).toContainEqual([symbol, null]);
  await warmLots(world.context).ended;
  expect(await methods(world)).toContainEqual([symbol, 'fifo']);
  const since = Temporal.PlainDate.from('2026-01-01');
  const before = await world.store.listLotsSince('core', since, [symbol]);
  expect(before.length).toBeGreaterThan(0);
  reconfigure(world, 'hifo');
  await warmLots(world.context).ended;
  expect((await methods(world)).map((row) => (Array.isArray(row) ? row[1] : row))).not.toContain(
    'fifo',
  );
  const after = await world.store.listLotsSince('core', since, [symbol]);
  expect(after.map(lotText)).toEqual(before.map(lotText));
});

test('after a start the newest proposal is checked for nobody, whatever older ones are like', async () => {
  await using world = await openAppWorld();
  await world.say('ana', 'rebalance', 'core');
  const { proposal: newest } = await world.newest();
  world.store.database.sqlite
    .prepare(
      `insert into proposals (id, account, mode, broker, digest, status, created_at, expires_at, finished_at, document)
       select 'p00001', account, mode, broker, digest, 'executed', $at, $at, $at, '{}' from proposals`,
    )
    .run({ at: '2026-01-01T00:00:00.000000000Z' });
  const checked: unknown[] = [];
  const { store } = world;
  const noting: typeof store = {
    ...store,
    listProposals: async (query) => {
      if (query.except !== undefined) checked.push(query.except);
      return await store.listProposals(query);
    },
  };
  await warmLots({ ...world.context, store: noting }).ended;
  expect(new Set(checked)).toEqual(new Set([newest.id]));
});
