import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { DefectName } from './defects.ts';
import { examine } from './examine.ts';
import { approve, check, loss, MOST_MILLISECONDS, sentence, until } from './handles.ts';
import type { BelowResult } from './handles.ts';
import { createPeople } from './people.ts';
import { readRecords } from './records.ts';
import { openWorkplace } from './workplace.ts';

/**
 * Somebody puts a copy of the database in its place while the bot works, and starts another bot: the first
 * has a file that nobody else sees, so that no lease in it keeps the two apart.
 */
export async function replacedDatabase(defect: DefectName | null = null): Promise<BelowResult> {
  await using place = await openWorkplace('schwab', {
    fillAfterMilliseconds: 'told',
    // Enough to pay for all of it twice.
    spareCash: 40_000,
    defect,
  });
  const first = place.start();
  if ((await first.up) === null) throw new Error(first.said());
  await place.say(first, 'ana', '/rebalance core');
  await approve(place, first);
  await until('an order on record', () =>
    readRecords(place).orders.some(({ status }) => status === 'accepted'),
  );
  const copy = join(place.folder, 'copy.db');
  const database = new Database(place.databasePath, { readonly: true, timeout: 5000 });
  await database.backup(copy);
  database.close();
  renameSync(copy, place.databasePath);
  for (const suffix of ['-wal', '-shm']) rmSync(`${place.databasePath}${suffix}`, { force: true });

  const second = place.start();
  try {
    if ((await second.up) === null) throw new Error(second.said());
    const people = createPeople(place, async () => await place.market.faults?.fillNext());
    const done = await people.workWith(second, performance.now() + MOST_MILLISECONDS);
    const code = await Promise.race([
      first.ended.then((ended) => ended.code),
      new Promise<string>((resolve) => {
        setTimeout(resolve, 10_000, 'it goes on').unref();
      }),
    ]);
    await second.stop();
    return {
      said: sentence(first, /replaced/u),
      findings: [
        ...check(
          [!done, loss(`the second ended by itself: ${second.said().slice(-300)}`)],
          [code !== 75, loss(`the first did not end with 75: ${String(code)}`)],
        ),
        ...(await examine(place)),
      ],
    };
  } finally {
    for (const bot of [first, second]) bot.signal('SIGKILL');
    await Promise.all([first.ended, second.ended]);
  }
}
