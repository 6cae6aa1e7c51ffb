/**
 * A process that trades on the database file it is given until somebody kills it. It prints the
 * clientOrderId of every order whose acceptance it has been told.
 */
import {
  openPaperBroker,
  paperSettingsSchema,
  type PaperDatabase,
} from '../../../src/brokers/paper/index.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { SILENT_LOG } from '../../fixtures/test-store.ts';
import { PLAIN, order } from './open-paper.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';

const [path = '', round = ''] = process.argv.slice(2);

const clock: Clock = {
  now: () => Temporal.Now.instant(),
  schedule: (at, work) => {
    const delay = Temporal.Now.instant().until(at).total('milliseconds');
    const timer = setTimeout(work, Math.max(0, delay));
    return () => {
      clearTimeout(timer);
    };
  },
};

const { kysely } = await openDatabase({ path });
const broker = await openPaperBroker({
  account: 'core',
  settings: paperSettingsSchema.parse({
    ...PLAIN,
    cash: '1000000',
    positions: { AAPL: '30' },
    partialFills: '3',
    fillInterval: '5 ms',
  }),
  database: kysely.withTables<PaperDatabase>(),
  clock,
  log: SILENT_LOG,
});

for (let number = 1; ; number += 1) {
  const clientOrderId = `round-${round}-${number}`;
  const result = await broker.executeTrade(order('buy', 'MSFT', '9', { clientOrderId }), MAY_SEND);
  if (result.type === 'accepted') process.stdout.write(`${clientOrderId}\n`);
}
