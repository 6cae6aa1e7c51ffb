import { describe, expect, test } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import type { Reply } from '../../src/ports/chat.ts';
import type { AccountValue, Store } from '../../src/ports/store.ts';
import { later, NOW } from '../fixtures/sample-account.ts';
import { openTestStore } from '../fixtures/test-store.ts';
import { sampleMessage } from './sample-rows.ts';

describe('a halt', () => {
  const halt = { scope: 'core', by: 'ana', reason: 'Bad prices.', at: NOW };

  test('holds once a scope until it is lifted', async () => {
    await using opened = await openTestStore();
    const results = await opened.store.transaction(async (unit) => [
      await unit.insertHalt(halt),
      await unit.insertHalt({ ...halt, by: 'ben', reason: 'Also me.' }),
      await unit.insertHalt({ ...halt, scope: 'all', at: later(-1) }),
    ]);
    expect(results).toEqual([true, false, true]);
    expect(await opened.store.listHalts()).toEqual([
      { ...halt, scope: 'all', at: later(-1) },
      halt,
    ]);
    expect(await opened.store.transaction(async (unit) => await unit.deleteHalt('core'))).toBe(
      true,
    );
    expect(await opened.store.transaction(async (unit) => await unit.deleteHalt('core'))).toBe(
      false,
    );
    expect((await opened.store.listHalts()).map(({ scope }) => scope)).toEqual(['all']);
  });
});

describe('an interaction', () => {
  const replies: readonly Reply[] = [
    { type: 'nothing' },
    { type: 'message', message: sampleMessage('Hello "you" & <them>'), visibility: 'private' },
    {
      type: 'form',
      form: {
        title: 'Reject',
        action: 'reject',
        proposalId: 'k3f9xa',
        digest: 'd'.repeat(64),
        intro: null,
        fields: [
          {
            type: 'text',
            name: 'reason',
            label: 'Reason',
            multiline: true,
            required: true,
            maximumLength: 500,
          },
          {
            type: 'choices',
            name: 'legs',
            label: 'Legs',
            hint: 'What to trade',
            options: [{ value: '1', label: 'Sell AAPL', ticked: true }],
            required: false,
          },
        ],
        submitLabel: 'Reject it',
      },
    },
  ];

  test('is claimed once', async () => {
    await using opened = await openTestStore();
    const claim = async (): Promise<boolean> =>
      await opened.store.transaction(async (unit) => await unit.claimInteraction('slack:1', NOW));
    expect(await opened.store.findReply('slack:1')).toBeNull();
    expect([await claim(), await claim()]).toEqual([true, false]);
    expect(await opened.store.findReply('slack:1')).toEqual({ reply: null });
  });

  test.each(replies)('gives the reply of type $type again', async (reply) => {
    await using opened = await openTestStore();
    await opened.store.transaction(async (unit) => {
      await unit.claimInteraction('slack:1', NOW);
      await unit.saveReply('slack:1', reply);
    });
    expect(await opened.store.findReply('slack:1')).toEqual({ reply });
  });

  test('cannot be answered before it is claimed', async () => {
    await using opened = await openTestStore();
    await expect(
      opened.store.transaction(
        async (unit) => await unit.saveReply('slack:1', { type: 'nothing' }),
      ),
    ).rejects.toMatchObject({ code: 'invalid_value' });
  });
});

describe('a job run', () => {
  const run = { job: 'summary', scope: 'core', dueAt: NOW, startedAt: later(0, 3) };
  const claim = async (store: Store, changes: Partial<typeof run> = {}): Promise<boolean> =>
    await store.transaction(async (unit) => await unit.claimJobRun({ ...run, ...changes }));

  test('is claimed once a job, scope and due time', async () => {
    await using opened = await openTestStore();
    expect(await claim(opened.store)).toBe(true);
    expect(await claim(opened.store, { startedAt: later(9) })).toBe(false);
    expect(await claim(opened.store, { scope: 'all' })).toBe(true);
    expect(await claim(opened.store, { job: 'drift' })).toBe(true);
    expect(await claim(opened.store, { dueAt: later(0, 1) })).toBe(true);
  });

  test('is found running, and then finished', async () => {
    await using opened = await openTestStore();
    expect(await opened.store.findJobRun('summary', 'core', NOW)).toBeNull();
    await claim(opened.store);
    expect(await opened.store.findJobRun('summary', 'core', NOW)).toEqual({
      ...run,
      finishedAt: null,
      outcome: null,
    });
    await opened.store.transaction(
      async (unit) => await unit.finishJobRun({ ...run, finishedAt: later(1), outcome: 'posted' }),
    );
    expect(await opened.store.findJobRun('summary', 'core', NOW)).toEqual({
      ...run,
      finishedAt: later(1),
      outcome: 'posted',
    });
  });

  test('cannot be finished when it was never claimed', async () => {
    await using opened = await openTestStore();
    await expect(
      opened.store.transaction(
        async (unit) =>
          await unit.finishJobRun({ ...run, finishedAt: later(1), outcome: 'posted' }),
      ),
    ).rejects.toMatchObject({ code: 'invalid_value' });
  });

  test('of a job is the last by its due time, not by when it was made up', async () => {
    await using opened = await openTestStore();
    expect(await opened.store.lastJobRun('summary', 'core')).toBeNull();
    for (const minutes of [10, 30, 20]) await claim(opened.store, { dueAt: later(minutes) });
    await claim(opened.store, { dueAt: later(40), scope: 'other' });
    const last = await opened.store.lastJobRun('summary', 'core');
    expect(last?.dueAt.equals(later(30))).toBe(true);
  });
});

describe("an account's value", () => {
  const value = (date: string, amount: string, account = 'core'): AccountValue => ({
    account,
    date: Temporal.PlainDate.from(date),
    value: decimal(amount),
    cash: decimal('12.34'),
    drift: decimal('0.0123456789012345678901234567'),
    book:
      account === 'core'
        ? {
            readAt: NOW,
            cash: decimal('12.35'),
            positions: [{ symbol: 'AAPL', quantity: decimal('1.5') }],
          }
        : null,
  });

  test('is kept once a day, the newest one', async () => {
    await using opened = await openTestStore();
    await opened.store.transaction(async (unit) => {
      await unit.recordAccountValue(value('2026-11-20', '100000.01'));
      await unit.recordAccountValue(value('2026-11-18', '99000'));
      await unit.recordAccountValue(value('2026-11-19', '99500'));
      await unit.recordAccountValue(value('2026-11-19', '99501'));
      await unit.recordAccountValue(value('2026-11-19', '1', 'other'));
    });
    const values = await opened.store.listAccountValues(
      'core',
      Temporal.PlainDate.from('2026-11-19'),
    );
    expect(values).toEqual([value('2026-11-19', '99501'), value('2026-11-20', '100000.01')]);
    expect(values[0]?.date.equals('2026-11-19')).toBe(true);
  });
});

describe('a setting', () => {
  test('is what was written last', async () => {
    await using opened = await openTestStore();
    expect(await opened.store.readSetting('config.digest')).toBeNull();
    await opened.store.transaction(async (unit) => {
      await unit.writeSetting('config.digest', 'one');
      await unit.writeSetting('config.digest', 'two');
      expect(await unit.readSetting('config.digest')).toBe('two');
    });
    expect(await opened.store.readSetting('config.digest')).toBe('two');
  });
});
