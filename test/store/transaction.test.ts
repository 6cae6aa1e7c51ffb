import { describe, expect, test } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import type { StoreTransaction } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/index.ts';
import { later, NOW } from '../fixtures/sample-account.ts';
import { sampleProposal } from '../fixtures/sample-proposal.ts';
import { openTestStore, SILENT_LOG, type TestStore } from '../fixtures/test-store.ts';
import {
  sampleDecision,
  sampleEntry,
  sampleFill,
  sampleIntent,
  sampleMessage,
} from './sample-rows.ts';

/** Every write there is, once. */
async function writeEverything(unit: StoreTransaction): Promise<void> {
  await unit.insertProposal(sampleProposal());
  await unit.changeProposalStatus('k3f9xa', 'pending', 'approved');
  await unit.insertDecision(sampleDecision());
  await unit.insertOrder(sampleIntent(), 'created');
  await unit.updateOrder('k3f9xa-1-1', 'created', { status: 'submitted', updatedAt: NOW });
  await unit.insertFills([sampleFill()]);
  await unit.insertHalt({ scope: 'all', by: 'ana', reason: 'Enough.', at: NOW });
  await unit.claimInteraction('slack:1', NOW);
  await unit.saveReply('slack:1', { type: 'nothing' });
  await unit.claimJobRun({ job: 'drift', scope: 'all', dueAt: NOW, startedAt: NOW });
  await unit.finishJobRun({ job: 'drift', scope: 'all', dueAt: NOW, finishedAt: NOW, outcome: '' });
  await unit.recordAccountValue({
    account: 'core',
    date: Temporal.PlainDate.from('2026-11-20'),
    value: decimal('1'),
    cash: decimal('1'),
    drift: decimal('0'),
    book: null,
  });
  await unit.announce(
    { key: 'a', account: null, message: sampleMessage('x') },
    [{ platform: 'web', channel: 'main' }],
    NOW,
  );
  await unit.markDelivered('a', 'web', 'main', 1, {
    platform: 'web',
    channel: 'main',
    messageId: '1',
  });
  await unit.markDeliveryFailed('a', 'web', 'main', 'gone', NOW);
  await unit.writeSetting('x', 'y');
  await unit.appendAudit(sampleEntry());
  await unit.publishAuditHead();
}

function everything(opened: TestStore): unknown {
  const { sqlite } = opened.store.database;
  const tables = sqlite
    .prepare<[], string>(
      `select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'
       and name not like 'kysely_%' order by name`,
    )
    .pluck()
    .all();
  return tables.map((table) => [table, sqlite.prepare(`select * from ${table}`).all()]);
}

describe('a transaction', () => {
  test('waits for its turn: whoever asks for the connection first gets it first', async () => {
    await using opened = await openTestStore();
    const order: string[] = [];
    const names = Array.from({ length: 3000 }, (_, index) => `${index}`);
    await Promise.all(
      names.map(async (name, index) =>
        index % 2 === 0
          ? await opened.store.transaction(async (unit) => {
              await unit.readSetting(name);
              order.push(name);
            })
          : await opened.store.readSetting(name).then(() => order.push(name)),
      ),
    );
    expect(order).toEqual(names);
  });

  test('that throws leaves nothing of what it wrote, and passes its error on', async () => {
    await using opened = await openTestStore();
    const before = everything(opened);
    const mine = new Error('the use case changed its mind');
    const failing = opened.store.transaction(async (unit) => {
      await writeEverything(unit);
      expect(everything(opened)).not.toEqual(before);
      throw mine;
    });
    await expect(failing).rejects.toBe(mine);
    expect(everything(opened)).toEqual(before);
    expect(await opened.store.auditHead()).toMatchObject({ seq: 0 });
  });

  test('that throws does not disturb the numbers of the audit log', async () => {
    await using opened = await openTestStore();
    await opened.store.transaction(async (unit) => await unit.appendAudit(sampleEntry()));
    await opened.store
      .transaction(async (unit) => {
        await unit.appendAudit(sampleEntry({ subject: 'lost' }));
        throw new Error('no');
      })
      .catch(() => {});
    const row = await opened.store.transaction(
      async (unit) => await unit.appendAudit(sampleEntry({ subject: 'kept' })),
    );
    expect(row.seq).toBe(2);
    expect((await opened.store.listAudit({ limit: 9 })).map(({ subject }) => subject)).toEqual([
      'kept',
      '/rebalance core',
    ]);
  });

  test('is durable when it resolves: another connection sees all of it', async () => {
    await using opened = await openTestStore({ file: true });
    await opened.store.transaction(writeEverything);
    const other = await openStore({ path: opened.path, auditKey: null, log: SILENT_LOG });
    expect((await other.findProposal('k3f9xa'))?.status).toBe('approved');
    expect(await other.auditHead()).toMatchObject({ seq: 1 });
    await other.close();
  });

  test('sees what it wrote itself', async () => {
    await using opened = await openTestStore();
    await opened.store.transaction(async (unit) => {
      await writeEverything(unit);
      expect((await unit.findProposal('k3f9xa'))?.decisions).toHaveLength(1);
      expect(await unit.listFills({ proposalId: 'k3f9xa' })).toHaveLength(1);
      expect(await unit.auditHead()).toMatchObject({ seq: 1 });
    });
  });

  test('answers with what the work answers', async () => {
    await using opened = await openTestStore();
    expect(await opened.store.transaction(async () => 42)).toBe(42);
  });

  test('goes on after a row was refused, without that row', async () => {
    await using opened = await openTestStore();
    await opened.store.transaction(async (unit) => {
      await unit.insertProposal(sampleProposal());
      await unit.insertOrder(sampleIntent(), 'created');
      await expect(unit.insertOrder(sampleIntent(), 'created')).rejects.toMatchObject({
        code: 'constraint_violated',
      });
      await unit.appendAudit(sampleEntry());
    });
    expect(await opened.store.listOrders({})).toHaveLength(1);
    expect(await opened.store.auditHead()).toMatchObject({ seq: 1 });
  });

  test('runs alone: those that come meanwhile wait in turn', async () => {
    await using opened = await openTestStore();
    const order: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const started = Promise.withResolvers<undefined>();
    const first = opened.store.transaction(async (unit) => {
      await unit.writeSetting('turn', 'first');
      started.resolve(undefined);
      await gate.promise;
      order.push('first ends');
    });
    await started.promise;
    const second = opened.store.transaction(async (unit) => {
      order.push(`second reads ${await unit.readSetting('turn')}`);
    });
    const read = opened.store.readSetting('turn').then((value) => order.push(`read ${value}`));
    gate.resolve(undefined);
    await Promise.all([first, second, read]);
    expect(order).toEqual(['first ends', 'second reads first', 'read first']);
  });

  test('lets exactly one of many win a compare-and-swap', async () => {
    await using opened = await openTestStore();
    await opened.store.transaction(async (unit) => await unit.insertProposal(sampleProposal()));
    const attempts = Array.from({ length: 20 }, async (_, number) =>
      opened.store.transaction(async (unit) => {
        const won = await unit.changeProposalStatus('k3f9xa', 'pending', 'approved');
        if (won) await unit.appendAudit(sampleEntry({ subject: `winner ${number}` }));
        return won;
      }),
    );
    const results = await Promise.all(attempts);
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await opened.store.auditHead()).toMatchObject({ seq: 1 });
  });

  test('lets exactly one of two connections win a compare-and-swap', async () => {
    await using opened = await openTestStore({ file: true });
    await opened.store.transaction(async (unit) => await unit.insertProposal(sampleProposal()));
    const other = await openStore({ path: opened.path, auditKey: null, log: SILENT_LOG });
    const results = await Promise.all(
      Array.from({ length: 20 }, async (_, number) =>
        (number % 2 === 0 ? opened.store : other).transaction(async (unit) => {
          const record = await unit.findProposal('k3f9xa');
          await unit.appendAudit(sampleEntry({ subject: record?.status ?? 'none' }));
          return await unit.changeProposalStatus('k3f9xa', 'pending', 'executing');
        }),
      ),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    const rows = await other.listAudit({ limit: 100 });
    expect(rows.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 20 }, (_, index) => 20 - index),
    );
    expect(rows.filter(({ subject }) => subject === 'pending')).toHaveLength(1);
    await other.close();
  });
});

describe('a transaction that is misused', () => {
  test('asking the store itself from inside is refused instead of waiting for ever', async () => {
    await using opened = await openTestStore();
    const nested = opened.store.transaction(async () => await opened.store.auditHead());
    await expect(nested).rejects.toMatchObject({ code: 'misused_transaction' });
    const twice = opened.store.transaction(
      async () => await opened.store.transaction(async () => 'never'),
    );
    await expect(twice).rejects.toMatchObject({ code: 'misused_transaction' });
    const closing = opened.store.transaction(async () => await opened.store.close());
    await expect(closing).rejects.toMatchObject({ code: 'misused_transaction' });
    expect(await opened.store.auditHead()).toMatchObject({ seq: 0 });
  });

  test('work that it started may ask the store once it has ended', async () => {
    await using opened = await openTestStore();
    const ended = Promise.withResolvers<undefined>();
    const asked = Promise.withResolvers<number>();
    await opened.store.transaction(async () => {
      asked.resolve(ended.promise.then(async () => (await opened.store.auditHead()).seq));
    });
    ended.resolve(undefined);
    expect(await asked.promise).toBe(0);
  });

  test('writing after it has ended is refused', async () => {
    await using opened = await openTestStore();
    const unit = await opened.store.transaction(async (open) => open);
    await expect(unit.appendAudit(sampleEntry())).rejects.toMatchObject({
      code: 'misused_transaction',
    });
    await expect(unit.writeSetting('x', 'y')).rejects.toMatchObject({
      code: 'misused_transaction',
    });
    await expect(unit.listHalts()).rejects.toMatchObject({ code: 'misused_transaction' });
    // Nor may it slip into the transaction of somebody else.
    await opened.store.transaction(async () => {
      await expect(unit.appendAudit(sampleEntry())).rejects.toMatchObject({
        code: 'misused_transaction',
      });
    });
    expect(await opened.store.auditHead()).toMatchObject({ seq: 0 });
  });
});

describe('a closed store', () => {
  test('finishes what runs, and refuses what comes later', async () => {
    await using opened = await openTestStore({ file: true });
    const { store } = opened;
    const gate = Promise.withResolvers<undefined>();
    const started = Promise.withResolvers<undefined>();
    const running = store.transaction(async (unit) => {
      started.resolve(undefined);
      await gate.promise;
      await unit.appendAudit(sampleEntry({ at: later(1) }));
    });
    await started.promise;
    const closing = store.close();
    gate.resolve(undefined);
    await Promise.all([running, closing]);
    await expect(store.auditHead()).rejects.toMatchObject({ code: 'database_closed' });
    await expect(store.transaction(async () => 1)).rejects.toMatchObject({
      code: 'database_closed',
    });
    await store.close();
    const again = await openStore({ path: opened.path, auditKey: null, log: SILENT_LOG });
    expect(await again.auditHead()).toMatchObject({ seq: 1 });
    await again.close();
  });
});
