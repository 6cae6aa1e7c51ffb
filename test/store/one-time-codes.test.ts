import { describe, expect, it } from 'vitest';
import { NO_CODES } from '../../src/core/one-time-code.ts';
import { isSecret, reveal, secret } from '../../src/lib/secret.ts';
import { NOW, later } from '../fixtures/sample-account.ts';
import { openTestStore } from '../fixtures/test-store.ts';

const OLD = new Uint8Array(32).fill(1);
const NEW = new Uint8Array(32).fill(2);

const SECRETS = {
  current: { secret: secret('GEZDGNBVGY3TQOJQ'), since: NOW },
  offered: { secret: secret('MFRGGZDFMZTWQ2LK'), until: later(15) },
};

const isText = (text: string) => (value: unknown) => isSecret(value) && reveal(value) === text;

describe('the secrets of authenticators', () => {
  it('come back as they were, and so does what became of codes', async () => {
    await using test = await openTestStore({ masterKeys: [OLD] });
    const history = { lastStep: 58_000_000, failures: [NOW, later(1)], lockedUntil: later(16) };
    await test.store.transaction(async (unit) => {
      await unit.saveCodeSecrets('ben', { current: null, offered: SECRETS.offered });
      await unit.saveCodeHistory('ben', history);
      await unit.saveCodeSecrets('ben', SECRETS);
    });
    const found = await test.store.findCodeEnrolment('ben');
    expect(found?.history).toEqual(history);
    expect(found?.current?.since).toEqual(NOW);
    expect(found?.offered?.until).toEqual(later(15));
    expect(found?.current?.secret).toSatisfy(isText('GEZDGNBVGY3TQOJQ'));
    expect(found?.offered?.secret).toSatisfy(isText('MFRGGZDFMZTWQ2LK'));
    expect(await test.store.findCodeEnrolment('ana')).toBeNull();
  });

  it('do not count while they are only offered', async () => {
    await using test = await openTestStore({ masterKeys: [OLD] });
    await test.store.transaction((unit) =>
      unit.saveCodeSecrets('ben', { current: null, offered: SECRETS.offered }),
    );
    expect(await test.store.codesSince('ben')).toBeNull();
    expect((await test.store.findCodeEnrolment('ben'))?.history).toEqual(NO_CODES);
  });

  it('are forgotten with everything about them', async () => {
    await using test = await openTestStore({ masterKeys: [OLD] });
    await test.store.transaction((unit) => unit.saveCodeSecrets('ben', SECRETS));
    const forget = () => test.store.transaction((unit) => unit.deleteCodeEnrolment('ben'));
    expect([await forget(), await forget()]).toEqual([true, false]);
    expect(await test.store.findCodeEnrolment('ben')).toBeNull();
  });

  it('follow the master key when it is changed, and are of no use without it', async () => {
    await using test = await openTestStore({ file: true, masterKeys: [OLD] });
    await test.store.transaction((unit) => unit.saveCodeSecrets('ben', SECRETS));
    await test.reopen([NEW, OLD]);
    expect(await test.store.transaction((unit) => unit.resealSecrets())).toEqual({
      secrets: 2,
      changed: 2,
    });
    await test.reopen([NEW]);
    expect((await test.store.findCodeEnrolment('ben'))?.current?.since).toEqual(NOW);
    await test.reopen([OLD]);
    await expect(test.store.findCodeEnrolment('ben')).rejects.toMatchObject({
      code: 'master_key_mismatch',
      message: expect.stringContaining('The authenticator secret of ben'),
    });
    await test.reopen([]);
    expect(await test.store.codesSince('ben')).toEqual(NOW);
    await expect(
      test.store.transaction((unit) => unit.saveCodeSecrets('ana', SECRETS)),
    ).rejects.toMatchObject({ code: 'master_key_missing' });
  });

  it('of one person do not open as those of another', async () => {
    await using test = await openTestStore({ masterKeys: [OLD] });
    await test.store.transaction((unit) => unit.saveCodeSecrets('ben', SECRETS));
    await test.store.database.kysely
      .updateTable('one_time_codes')
      .set({ person: 'eve' })
      .where('person', '=', 'ben')
      .execute();
    await expect(test.store.findCodeEnrolment('eve')).rejects.toMatchObject({
      code: 'secret_unreadable',
    });
  });
});
