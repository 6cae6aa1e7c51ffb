import type { DefectName } from './defects.ts';
import { examine } from './examine.ts';
import { approve, check, haltsIn, MOST_MILLISECONDS, until } from './handles.ts';
import type { BelowResult } from './handles.ts';
import { createPeople } from './people.ts';
import { readRecords } from './records.ts';
import { openWorkplace } from './workplace.ts';
import type { Workplace } from './workplace.ts';

/**
 * A backup is taken while the sale works; then it fills, and everything else is bought. Somebody restores
 * the backup: on its record nothing was bought yet, at a broker that would buy it all again.
 */
export async function restoredBackup(defect: DefectName | null = null): Promise<BelowResult> {
  await using place = await openWorkplace('schwab', {
    fillAfterMilliseconds: 'told',
    // Enough to pay for all of it twice.
    spareCash: 40_000,
    defect,
  });
  const people = createPeople(place, async () => await place.market.faults?.fillNext());
  const deadline = performance.now() + MOST_MILLISECONDS;
  const first = place.start();
  if ((await first.up) === null) throw new Error(first.said());
  await place.say(first, 'ana', '/rebalance core');
  await approve(place, first);
  await until('an order on record', () =>
    readRecords(place).orders.some(({ status }) => status === 'accepted'),
  );
  await command(place, 'backup', '--to', 'backup.db');
  await people.workWith(first, deadline);
  first.signal('SIGKILL');
  await first.ended;
  const before = (await place.market.books(place.folder)).orders;
  await command(place, 'restore', 'backup.db');
  const known = new Set(readRecords(place).orders.map((order) => order.broker_order_id));

  const second = place.start();
  try {
    await people.workWith(second, deadline);
    const told = () =>
      readRecords(place).audit.filter(({ action }) => action === 'foreign_order').length;
    const unknown = before.filter(({ brokerOrderId }) => !known.has(brokerOrderId)).length;
    const lastAt = performance.now() + 75_000;
    await until('a report', () => told() >= unknown || performance.now() > lastAt);
    const after = (await place.market.books(place.folder)).orders.length;
    return {
      said: haltsIn(place),
      findings: [
        ...check(
          [unknown === 0, { kind: 'untrue', what: 'the backup was not of a moment before' }],
          [
            after > before.length,
            { kind: 'duplicate', what: `${after - before.length} orders sent again` },
          ],
          [told() < unknown, { kind: 'loss', what: `${unknown - told()} orders were not told` }],
        ),
        // What was sent after the backup is not on record, and is nobody's: that is told, and no finding.
        ...(await examine(place)).filter(({ kind }) => kind === 'duplicate'),
      ],
    };
  } finally {
    second.signal('SIGKILL');
    await second.ended;
  }
}

async function command(place: Workplace, ...args: readonly string[]): Promise<void> {
  const run = place.command(...args);
  const { code } = await run.ended;
  if (code !== 0) throw new Error(run.said());
}
