import { describe, expect, test } from 'vitest';
import type { ProposalStatus } from '../../src/core/proposal.ts';
import type { Store } from '../../src/ports/store.ts';
import { later, NOW } from '../fixtures/sample-account.ts';
import { sampleProposal } from '../fixtures/sample-proposal.ts';
import { openTestStore } from '../fixtures/test-store.ts';
import { sampleDecision } from './sample-rows.ts';

async function propose(
  store: Store,
  id: string,
  account = 'core',
  createdAt = NOW,
): Promise<boolean> {
  const proposal = sampleProposal({ id, account, createdAt });
  return await store.transaction(async (unit) => await unit.insertProposal(proposal));
}

async function change(
  store: Store,
  id: string,
  from: ProposalStatus,
  to: ProposalStatus,
): Promise<boolean> {
  return await store.transaction(async (unit) => await unit.changeProposalStatus(id, from, to));
}

describe('a proposal', () => {
  test('comes back exactly as it was made', async () => {
    await using opened = await openTestStore();
    const proposal = sampleProposal({ createdAt: NOW.add({ nanoseconds: 1 }) });
    await opened.store.transaction(async (unit) => await unit.insertProposal(proposal));
    const record = await opened.store.findProposal('k3f9xa');
    expect(record).toEqual({
      proposal,
      status: 'pending',
      supersededBy: null,
      outcome: null,
      decisions: [],
      finishedAt: null,
    });
    // toEqual does not look into instants.
    expect(record?.proposal.createdAt.equals(proposal.createdAt)).toBe(true);
    expect(record?.proposal.plan.legs[0]?.notional.eq(proposal.plan.legs[0]?.notional ?? 0)).toBe(
      true,
    );
  });

  test('is not found under another id', async () => {
    await using opened = await openTestStore();
    expect(await opened.store.findProposal('zzzzzz')).toBeNull();
  });

  test('does not take an id that is taken', async () => {
    await using opened = await openTestStore();
    expect(await propose(opened.store, 'k3f9xa')).toBe(true);
    expect(await propose(opened.store, 'k3f9xa', 'other')).toBe(false);
    expect((await opened.store.findProposal('k3f9xa'))?.proposal.account).toBe('core');
  });

  test('changes its status only from the one that is expected', async () => {
    await using opened = await openTestStore();
    await propose(opened.store, 'k3f9xa');
    expect(await change(opened.store, 'k3f9xa', 'approved', 'executing')).toBe(false);
    expect(await change(opened.store, 'k3f9xa', 'pending', 'approved')).toBe(true);
    expect(await change(opened.store, 'k3f9xa', 'pending', 'rejected')).toBe(false);
    expect((await opened.store.findProposal('k3f9xa'))?.status).toBe('approved');
    expect(await change(opened.store, 'zzzzzz', 'pending', 'approved')).toBe(false);
  });

  test('remembers what took its place, why it ended and when', async () => {
    await using opened = await openTestStore();
    await propose(opened.store, 'aaaaaa');
    await opened.store.transaction(async (unit) => {
      // In either order: the reference is checked when the transaction is kept.
      await unit.changeProposalStatus('aaaaaa', 'pending', 'superseded', {
        supersededBy: 'bbbbbb',
        outcome: 'A newer proposal took its place.',
        finishedAt: later(3),
      });
      await unit.insertProposal(sampleProposal({ id: 'bbbbbb' }));
    });
    const record = await opened.store.findProposal('aaaaaa');
    expect(record).toMatchObject({
      status: 'superseded',
      supersededBy: 'bbbbbb',
      outcome: 'A newer proposal took its place.',
    });
    expect(record?.finishedAt?.equals(later(3))).toBe(true);
  });

  test('cannot be superseded by one that does not exist', async () => {
    await using opened = await openTestStore();
    await propose(opened.store, 'aaaaaa');
    const superseding = opened.store.transaction(
      async (unit) =>
        await unit.changeProposalStatus('aaaaaa', 'pending', 'superseded', {
          supersededBy: 'zzzzzz',
        }),
    );
    await expect(superseding).rejects.toMatchObject({ code: 'constraint_violated' });
    expect((await opened.store.findProposal('aaaaaa'))?.status).toBe('pending');
  });

  test('executes alone in its account', async () => {
    await using opened = await openTestStore();
    for (const id of ['aaaaaa', 'bbbbbb']) {
      await propose(opened.store, id);
      await change(opened.store, id, 'pending', 'approved');
    }
    await propose(opened.store, 'cccccc', 'other');
    await change(opened.store, 'cccccc', 'pending', 'approved');
    expect(await change(opened.store, 'aaaaaa', 'approved', 'executing')).toBe(true);
    await expect(change(opened.store, 'bbbbbb', 'approved', 'executing')).rejects.toMatchObject({
      code: 'constraint_violated',
    });
    expect(await change(opened.store, 'cccccc', 'approved', 'executing')).toBe(true);
    expect(await change(opened.store, 'aaaaaa', 'executing', 'executed')).toBe(true);
    expect(await change(opened.store, 'bbbbbb', 'approved', 'executing')).toBe(true);
  });

  test('never changes after it is made, whoever writes', async () => {
    await using opened = await openTestStore();
    await propose(opened.store, 'k3f9xa');
    const { sqlite } = opened.store.database;
    for (const column of ['document', 'digest', 'account', 'mode', 'expires_at']) {
      expect(() => sqlite.exec(`update proposals set ${column} = ${column} || ' '`)).toThrow(
        'a proposal never changes after it is made',
      );
    }
  });
});

describe('the list of proposals', () => {
  test('is newest first, also for those of the same instant, and can be narrowed', async () => {
    await using opened = await openTestStore();
    await propose(opened.store, 'aaaaaa', 'core', later(1));
    await propose(opened.store, 'bbbbbb', 'core', NOW);
    await propose(opened.store, 'cccccc', 'core', later(1));
    await propose(opened.store, 'dddddd', 'other', later(2));
    await change(opened.store, 'bbbbbb', 'pending', 'rejected');
    const ids = async (filter: Parameters<Store['listProposals']>[0]): Promise<string> =>
      (await opened.store.listProposals(filter)).map((record) => record.proposal.id[0]).join('');
    expect(await ids({})).toBe('dcab');
    expect(await ids({ account: 'core' })).toBe('cab');
    expect(await ids({ account: 'core', limit: 2 })).toBe('ca');
    expect(await ids({ statuses: ['rejected', 'expired'] })).toBe('b');
    expect(await ids({ account: 'core', statuses: ['pending'], limit: 1 })).toBe('c');
    expect(await ids({ statuses: [] })).toBe('');
    expect(await ids({ account: 'nobody' })).toBe('');
  });

  test('has the decisions of each', async () => {
    await using opened = await openTestStore();
    await propose(opened.store, 'aaaaaa');
    await propose(opened.store, 'bbbbbb');
    await opened.store.transaction(async (unit) => {
      await unit.insertDecision(sampleDecision({ proposalId: 'aaaaaa', person: 'ben' }));
      await unit.insertDecision(sampleDecision({ proposalId: 'bbbbbb', person: 'eva' }));
      await unit.insertDecision(sampleDecision({ proposalId: 'aaaaaa', person: 'eva' }));
    });
    const records = await opened.store.listProposals({});
    expect(
      records.map((record) => [
        record.proposal.id,
        record.decisions.map((decision) => decision.person),
      ]),
    ).toEqual([
      ['bbbbbb', ['eva']],
      ['aaaaaa', ['ben', 'eva']],
    ]);
  });
});

describe('a decision', () => {
  test('comes back as it was made', async () => {
    await using opened = await openTestStore();
    await propose(opened.store, 'k3f9xa');
    const decision = sampleDecision({ verdict: 'reject', reason: 'Too much "tech"; wait.' });
    await opened.store.transaction(async (unit) => await unit.insertDecision(decision));
    expect((await opened.store.findProposal('k3f9xa'))?.decisions).toEqual([decision]);
  });

  test('counts once a person, whatever platform they use', async () => {
    await using opened = await openTestStore();
    await propose(opened.store, 'k3f9xa');
    const vote = async (platform: string): Promise<boolean> =>
      await opened.store.transaction(
        async (unit) => await unit.insertDecision(sampleDecision({ platform })),
      );
    expect(await vote('slack')).toBe(true);
    expect(await vote('discord')).toBe(false);
    expect((await opened.store.findProposal('k3f9xa'))?.decisions).toHaveLength(1);
  });

  test('cannot be made on a proposal that does not exist', async () => {
    await using opened = await openTestStore();
    const voting = opened.store.transaction(
      async (unit) => await unit.insertDecision(sampleDecision()),
    );
    await expect(voting).rejects.toMatchObject({ code: 'constraint_violated' });
  });

  test('never changes and is never deleted, whoever writes', async () => {
    await using opened = await openTestStore();
    await propose(opened.store, 'k3f9xa');
    await opened.store.transaction(async (unit) => await unit.insertDecision(sampleDecision()));
    const { sqlite } = opened.store.database;
    expect(() => sqlite.exec(`update decisions set verdict = 'reject'`)).toThrow('never changes');
    expect(() => sqlite.exec('delete from decisions')).toThrow('never deleted');
  });
});

describe('a stored proposal that was damaged', () => {
  const damages: readonly (readonly [name: string, document: string])[] = [
    ['is not JSON', '{"id":"k3f9xa"'],
    ['lacks what a proposal has', '{"id":"k3f9xa"}'],
    ['is empty', ''],
    ['is of another shape', '[]'],
  ];
  test.each(damages)('%s: an error that says so, and the store goes on', async (_, document) => {
    await using opened = await openTestStore();
    await propose(opened.store, 'k3f9xa');
    await propose(opened.store, 'aaaaaa', 'other');
    const { sqlite } = opened.store.database;
    sqlite.exec('drop trigger proposals_keep_document');
    sqlite.prepare(`update proposals set document = ? where id = 'k3f9xa'`).run(document);
    await expect(opened.store.findProposal('k3f9xa')).rejects.toMatchObject({
      name: 'StoreError',
      code: 'database_corrupt',
      message: expect.stringContaining('proposal k3f9xa'),
    });
    expect(await opened.store.findProposal('aaaaaa')).not.toBeNull();
  });

  test('is not taken for another proposal', async () => {
    await using opened = await openTestStore();
    await propose(opened.store, 'k3f9xa');
    await propose(opened.store, 'aaaaaa', 'other');
    const { sqlite } = opened.store.database;
    sqlite.exec('drop trigger proposals_keep_document');
    sqlite.exec(
      `update proposals set document = (select document from proposals where id = 'aaaaaa')
       where id = 'k3f9xa'`,
    );
    await expect(opened.store.findProposal('k3f9xa')).rejects.toMatchObject({
      code: 'database_corrupt',
    });
  });
});
