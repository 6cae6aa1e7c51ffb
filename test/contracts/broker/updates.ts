import { describe, expect } from 'vitest';
import type { Check } from './check.ts';
import { recordUpdates } from './harness.ts';
import { EPOCH, accept, buy, fillsIn, sharesIn, statusesIn } from './requests.ts';

export function describeUpdates(check: Check): void {
  describe('updates', () => {
    check(
      'tell the life of an order in its order',
      { controls: ['fillNext'], others: ['streaming'] },
      async ({ broker, controls }) => {
        const log = recordUpdates(broker);
        await accept(broker, buy('MSFT', '10'));
        await controls.fillNext();
        await log.until((updates) => fillsIn(updates).length === 1);
        await controls.fillNext();
        await log.until((updates) => statusesIn(updates).includes('filled'));
        log.end();

        // A broker may repeat a state; it may not go back or leave one out.
        expect([...new Set(statusesIn(log.updates))]).toEqual([
          'accepted',
          'partially_filled',
          'filled',
        ]);
        const fills = fillsIn(log.updates);
        expect(sharesIn(fills)).toBe('10');
        expect(fills).toEqual(await broker.listFills(EPOCH));
        const filledQuantities = log.updates
          .filter((update) => update.type === 'order')
          .map((update) => Number(update.order.filledQuantity.toFixed()));
        expect(filledQuantities).toEqual(filledQuantities.toSorted((a, b) => a - b));
      },
    );

    check(
      'come when the broker has done what they tell',
      { controls: ['fillNext'], others: ['streaming'] },
      async ({ broker, controls }) => {
        const seen: Promise<boolean>[] = [];
        broker.subscribe((update) => {
          if (update.type !== 'fill') return;
          const { executionId } = update.fill;
          seen.push(
            broker
              .listFills(EPOCH)
              .then((fills) => fills.some((fill) => fill.executionId === executionId)),
          );
        });
        const log = recordUpdates(broker);
        await accept(broker, buy('MSFT', '10'));
        await controls.fillNext();
        await log.until((updates) => fillsIn(updates).length === 1);
        expect(await Promise.all(seen)).toEqual([true]);
      },
    );

    check(
      'go to every listener until it ends its subscription',
      { controls: ['fillNext'], others: ['streaming'] },
      async ({ broker, controls }) => {
        const ended = recordUpdates(broker);
        const kept = recordUpdates(broker);
        await accept(broker, buy('MSFT', '10'));
        await ended.until((updates) => updates.length > 0);
        await kept.until((updates) => updates.length > 0);
        ended.end();
        const heard = ended.updates.length;
        await controls.fillNext();
        await kept.until((updates) => fillsIn(updates).length === 1);
        expect(ended.updates).toHaveLength(heard);
        ended.end();
      },
    );

    check(
      'say when some may have been lost',
      { controls: ['loseConnection'], others: ['streaming'] },
      async ({ broker, controls }) => {
        const log = recordUpdates(broker);
        await controls.loseConnection();
        await log.until((updates) => updates.some((update) => update.type === 'reconnected'));
        log.end();
      },
    );
  });
}
