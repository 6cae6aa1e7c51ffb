import type { Database } from 'better-sqlite3';
import { expect, test } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import type { StoreReads } from '../../src/ports/store.ts';
import { later, NOW } from '../fixtures/sample-account.ts';
import { openTestStore } from '../fixtures/test-store.ts';

const DAY = Temporal.PlainDate.from('2026-10-20');

type Read = readonly [
  name: string,
  ask: (reads: StoreReads) => Promise<unknown>,
  /** Lines of the plan that are fine although they scan or sort. */
  allowed?: RegExp,
];

/** Every read of the port in each of its forms. */
const READS: readonly Read[] = [
  ['findProposal', async (reads) => await reads.findProposal('k3f9xa')],
  ['listProposals', async (reads) => await reads.listProposals({ limit: 10 })],
  ['listProposals of an account', async (reads) => await reads.listProposals({ account: 'core' })],
  [
    'listProposals of a status',
    async (reads) => await reads.listProposals({ statuses: ['pending', 'executing'] }),
    /TEMP B-TREE/, // two runs of the index to merge
  ],
  [
    'listProposals of an account and status',
    async (reads) => await reads.listProposals({ account: 'core', statuses: ['pending'] }),
    /TEMP B-TREE/,
  ],
  ['findOrder', async (reads) => await reads.findOrder('x')],
  ['findOrderByBrokerId', async (reads) => await reads.findOrderByBrokerId('core', '1')],
  ['listOrders', async (reads) => await reads.listOrders({ limit: 10 })],
  ['listOrders of a proposal', async (reads) => await reads.listOrders({ proposalId: 'k3f9xa' })],
  ['listOrders of an account', async (reads) => await reads.listOrders({ account: 'core' })],
  [
    'listOrders of ids',
    async (reads) => await reads.listOrders({ clientOrderIds: ['x', 'y'] }),
    /TEMP B-TREE|SCAN json_each/,
  ],
  [
    'listOutsideExecutions',
    async (reads) => await reads.listOutsideExecutions('core', ['e1', 'e2']),
    /TEMP B-TREE|SCAN wanted/,
  ],
  [
    'listOrders of statuses',
    async (reads) => await reads.listOrders({ statuses: ['unknown', 'submitted'] }),
    /TEMP B-TREE/,
  ],
  ['listFills', async (reads) => await reads.listFills({ since: NOW, until: later(1) })],
  [
    'listFills of an account',
    async (reads) => await reads.listFills({ account: 'core', since: NOW, until: later(1) }),
  ],
  [
    'listFills of symbols',
    async (reads) => await reads.listFills({ account: 'core', symbols: ['AAPL'], since: NOW }),
    /TEMP B-TREE|json_each/,
  ],
  [
    'listFills of a proposal',
    async (reads) => await reads.listFills({ proposalId: 'k3f9xa' }),
    /TEMP B-TREE/,
  ],
  [
    'listFills of an order',
    async (reads) => await reads.listFills({ clientOrderId: 'x' }),
    /TEMP B-TREE/,
  ],
  ['readFillMark', async (reads) => await reads.readFillMark(), /^SCAN CONSTANT ROW$/],
  [
    'listTrades',
    async (reads) => await reads.listTrades('core', ['AAPL']),
    /TEMP B-TREE|json_each/,
  ],
  ['listLotRecords', async (reads) => await reads.listLotRecords('core')],
  [
    'listSymbolsWithoutLots',
    async (reads) => await reads.listSymbolsWithoutLots('core', 'fifo', ['AAPL']),
  ],
  [
    'listLotsToSell by age',
    async (reads) => await reads.listLotsToSell('core', 'fifo', new Map([['AAPL', decimal('1')]])),
    /SCAN wanted|SCAN \(subquery/, // the symbols asked for, and the lots that were found
  ],
  [
    'listLotsToSell by cost',
    async (reads) => await reads.listLotsToSell('core', 'hifo', new Map([['AAPL', decimal('1')]])),
    /SCAN wanted|SCAN \(subquery/,
  ],
  ['listLotsSince', async (reads) => await reads.listLotsSince('core', DAY, ['AAPL']), /json_each/],
  [
    'listLotSalesSince',
    async (reads) => await reads.listLotSalesSince('core', DAY, ['AAPL']),
    /json_each/,
  ],
  [
    'listUncompared',
    async (reads) => await reads.listUncompared(),
    /^SCAN account_changes USING COVERING INDEX account_changes_to_compare$/, // of those only
  ],
  [
    'listOrders of an account that are open or changed',
    async (reads) => await reads.listOrders({ account: 'core', openOrUpdatedSince: NOW }),
  ],
  ['findAgreedBook', async (reads) => await reads.findAgreedBook('core')],
  [
    'listBookChanges',
    async (reads) => await reads.listBookChanges('core', { fills: 5, corrections: 5, outside: 5 }),
    /TEMP B-TREE|SCAN changed/, // of what is new since
  ],
  [
    'listOutsideFills',
    async (reads) => await reads.listOutsideFills({ account: 'core', since: NOW, until: later(1) }),
    /TEMP B-TREE/,
  ],
  [
    'listOutsideChanges',
    async (reads) => await reads.listOutsideChanges('core', { number: 5, at: NOW }),
    /TEMP B-TREE|SCAN changed/, // of what is new since
  ],
  ['findLease', async (reads) => await reads.findLease('bot')],
  ['listProposalUsage', async (reads) => await reads.listProposalUsage(NOW)],
  ['listApprovers', async (reads) => await reads.listApprovers(['k3f9xa'])],
  ['lastTraded', async (reads) => await reads.lastTraded('core')],
  // A handful of rows at most.
  ['listHalts', async (reads) => await reads.listHalts(), /SCAN halts|TEMP B-TREE/],
  ['auditHead', async (reads) => await reads.auditHead(), /^SCAN audit_log$/],
  ['listAudit', async (reads) => await reads.listAudit({ limit: 10 }), /^SCAN audit_log$/],
  ['listAudit before', async (reads) => await reads.listAudit({ limit: 10, beforeSeq: 100 })],
  [
    'listAudit of an account',
    async (reads) => await reads.listAudit({ limit: 10, account: 'core', beforeSeq: 100 }),
  ],
  ['listAudit of a subject', async (reads) => await reads.listAudit({ limit: 10, subject: 'x' })],
  [
    'listAudit of subjects',
    async (reads) => await reads.listAudit({ limit: 10, subjects: ['x', 'y'] }),
    /TEMP B-TREE|json_each/,
  ],
  [
    'listAudit of an actor and an account',
    async (reads) => await reads.listAudit({ limit: 10, account: 'core', actor: 'ben' }),
  ],
  // Read back from the newest row until there are enough.
  [
    'listAudit of an actor',
    async (reads) => await reads.listAudit({ limit: 10, actor: 'ben' }),
    /^SCAN audit_log$/,
  ],
  [
    'listAudit of an action',
    async (reads) => await reads.listAudit({ limit: 10, actions: ['halt'] }),
  ],
  [
    'listAccountValues',
    async (reads) => await reads.listAccountValues('core', Temporal.PlainDate.from('2026-11-20')),
  ],
  ['findJobRun', async (reads) => await reads.findJobRun('summary', 'core', NOW)],
  ['lastJobRun', async (reads) => await reads.lastJobRun('summary', 'core')],
  [
    'listPendingDeliveries',
    async (reads) => await reads.listPendingDeliveries('slack', NOW, 10),
    /TEMP B-TREE/, // of what is pending only
  ],
  ['listCopies', async (reads) => await reads.listCopies('a', 'slack')],
  ['nextDeliveryAt', async (reads) => await reads.nextDeliveryAt('slack')],
  ['findAnnouncement', async (reads) => await reads.findAnnouncement('a')],
  ['findReply', async (reads) => await reads.findReply('x')],
  ['readSetting', async (reads) => await reads.readSetting('x')],
];

function watch(sqlite: Database): string[] {
  const statements: string[] = [];
  const prepare = sqlite.prepare.bind(sqlite);
  sqlite.prepare = (source: string) => {
    statements.push(source);
    return prepare(source);
  };
  return statements;
}

async function planOf(ask: Read[1]): Promise<readonly string[]> {
  await using opened = await openTestStore();
  const { sqlite } = opened.store.database;
  const statements = watch(sqlite);
  await ask(opened.store);
  return [...statements].flatMap((statement) =>
    sqlite
      .prepare<unknown[], { detail: string }>(`explain query plan ${statement}`)
      .all(...Array.from(statement.matchAll(/\?/g), () => null))
      .map(({ detail }) => detail),
  );
}

test.each(READS.map(([name, ask, allowed]) => ({ name, ask, allowed })))(
  '$name goes through an index',
  async ({ ask, allowed }) => {
    const plan = await planOf(ask);
    expect(plan.length).toBeGreaterThan(0);
    const slow = plan.filter(
      (line) => /^SCAN (?!\w+ USING)|TEMP B-TREE/.test(line) && allowed?.test(line) !== true,
    );
    expect(slow).toEqual([]);
  },
);

test('every index is there for a read', async () => {
  await using opened = await openTestStore();
  const indexes = opened.store.database.sqlite
    .prepare<[], string>(
      `select name from sqlite_schema where type = 'index' and sql not like '% unique %'
       and tbl_name not like 'paper_%' and tbl_name not like 'web_%'`,
    )
    .pluck()
    .all();
  const plans: string[] = [];
  for (const [, ask] of READS) plans.push(...(await planOf(ask)));
  expect(indexes.filter((index) => !plans.some((line) => line.split(' ').includes(index)))).toEqual(
    [],
  );
});
