import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { decimal, toText, ZERO } from '../../core/decimal.ts';
import { exchangeDateOf, nextSession } from '../../core/market-calendar.ts';
import type { OrderIntent } from '../../core/order.ts';
import type { MarketClock, Snapshot } from '../../core/portfolio.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrillFault } from '../../ports/drill.ts';
import type { Log } from '../../ports/log.ts';
import { ORDINARY, type DecideBehaviour, type OrderBehaviour } from './behaviour.ts';
import { openPaperBroker, type PaperBroker } from './broker.ts';
import { paperSettingsSchema } from './settings.ts';
import type { PaperDatabase } from './tables.ts';

/**
 * Opens a paper account that holds what a snapshot holds, at the snapshot's prices, where a chosen fault
 * happens. Short positions are left out: the paper broker has none.
 * @throws PaperSetupError when nothing in the snapshot has a price.
 */
export async function openDrillBroker(options: {
  readonly account: string;
  readonly snapshot: Snapshot;
  readonly fault: DrillFault;
  readonly database: Kysely<PaperDatabase>;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<PaperBroker> {
  const { account, snapshot, fault, database, clock, log } = options;
  const behaviour = behaviourOf(fault);
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-drill-'));
  try {
    const prices = join(folder, 'prices.csv');
    await writeFile(prices, pricesOf(snapshot, clock.now()));
    const held = snapshot.positions.filter(({ quantity }) => quantity.gt(ZERO));
    const { cash } = snapshot.balance;
    const broker = await openPaperBroker({
      account,
      settings: paperSettingsSchema.parse({
        cash: toText(cash.gt(ZERO) ? cash : ZERO),
        positions: Object.fromEntries(
          held.map(({ symbol, quantity }) => [symbol, toText(quantity)]),
        ),
        prices,
        fillInterval: '500 ms',
        fractional: snapshot.quotes.some(({ fractionable }) => fractionable),
      }),
      database,
      clock,
      log,
      behaviour,
    });
    switch (fault) {
      case 'closed-market':
        return closed(broker, clock);
      case 'lost-answer':
        return silent(broker, behaviour.struck);
      case 'rejection':
      case 'partial-fill':
        return broker;
    }
  } finally {
    // The prices are in memory now.
    await rm(folder, { recursive: true, force: true });
  }
}

function pricesOf(snapshot: Snapshot, now: Temporal.Instant): string {
  const date = exchangeDateOf(now).toString();
  const lines = snapshot.quotes
    .filter(({ price }) => price !== null)
    .map(({ symbol, price }) => `${date},${symbol},${toText(price ?? ZERO)}\n`);
  return `date,symbol,close\n${lines.join('')}`;
}

/** Decides that the fault happens to the first order that is sent, however often that is sent. */
function behaviourOf(
  fault: DrillFault,
): DecideBehaviour & { readonly struck: () => string | null } {
  let struck: string | null = null;
  const decide: DecideBehaviour = (intent) => {
    struck ??= intent.clientOrderId;
    return struck === intent.clientOrderId ? strike(fault, intent) : ORDINARY;
  };
  return Object.assign(decide, { struck: () => struck });
}

function strike(fault: DrillFault, { quantity }: OrderIntent): OrderBehaviour {
  switch (fault) {
    case 'rejection':
      return { type: 'reject', reason: 'Rejected for the drill.' };
    case 'partial-fill':
      return { type: 'fill_partly', quantity: quantity.times(decimal('0.5')).round(0, 0) };
    case 'lost-answer':
      return { type: 'lose_answer', reached: true };
    case 'closed-market':
      return ORDINARY;
  }
}

/** The same account, which says nothing of an order by itself until it has been asked for it. */
function silent(broker: PaperBroker, struck: () => string | null): PaperBroker {
  let asked = false;
  return {
    ...broker,
    async findOrder(intent) {
      const found = await broker.findOrder(intent);
      if (intent.clientOrderId === struck()) asked = true;
      return found;
    },
    subscribe: (listener) =>
      broker.subscribe((update) => {
        const about =
          update.type === 'reconnected'
            ? null
            : (update.type === 'order' ? update.order : update.fill).clientOrderId;
        if (asked || about === null || about !== struck()) listener(update);
      }),
  };
}

/** The same account on a day on which the market does not open before the next session. */
function closed(broker: PaperBroker, clock: Clock): PaperBroker {
  const closedNow = (): MarketClock => {
    const next = nextSession(clock.now());
    return { open: false, nextOpen: next.open, nextClose: next.close };
  };
  return {
    ...broker,
    getMarketClock: async () => closedNow(),
    executeTrade: async () => ({
      type: 'rejected',
      code: 'market_closed',
      brokerCode: 'market_closed',
      reason: 'The market is closed for the drill.',
    }),
  };
}
