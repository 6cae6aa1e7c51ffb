import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { reveal, secret } from '../../src/lib/secret.ts';
import type { StoredLogin } from '../../src/ports/login-store.ts';
import { StoreError } from '../../src/ports/store-error.ts';
import type { DatabaseStore } from '../../src/store/index.ts';
import { openTestStore } from '../fixtures/test-store.ts';

const ROTATE = fileURLToPath(new URL('./rotate-until-killed.ts', import.meta.url));
const KEY = Buffer.alloc(32, 1);
const OTHER_KEY = Buffer.alloc(32, 2);
const NOW = Temporal.Instant.from('2026-11-20T15:00:00Z');
const LATER = NOW.add({ minutes: 30 });
const END = NOW.add({ hours: 168 });

/** The same numbers from 0 to 1 each time. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

async function connect(store: DatabaseStore, person = 'ana', token = 'one'): Promise<void> {
  await store.transaction((unit) =>
    unit.saveLogin({
      broker: 'schwab',
      person,
      accessToken: secret(`access-canary-${token}`),
      accessTokenExpiresAt: LATER,
      refreshToken: secret(`refresh-canary-${token}`),
      connectedAt: NOW,
      endsAt: END,
    }),
  );
}

async function loginOf(store: DatabaseStore, person = 'ana'): Promise<StoredLogin> {
  const login = await store.findLogin('schwab', person);
  if (login === null) throw new Error(`${person} is not connected`);
  return login;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (error instanceof StoreError ? error.code : String(error)),
  );
}

const fresh = (token: string) => ({
  accessToken: secret(token),
  accessTokenExpiresAt: LATER.add({ minutes: 30 }),
  refreshToken: secret('refresh-canary-one'),
});

describe('a stored login', () => {
  it('is read back, and is listed without its tokens and without a key', async () => {
    await using test = await openTestStore({ file: true, masterKeys: [KEY] });
    await connect(test.store);
    const login = await loginOf(test.store);
    expect(reveal(login.accessToken)).toBe('access-canary-one');
    expect(login.refreshToken === null ? null : reveal(login.refreshToken)).toBe(
      'refresh-canary-one',
    );
    expect(login.endsAt?.equals(END)).toBe(true);
    const keyless = await test.reopen([]);
    const [facts] = await keyless.listLogins();
    expect(facts).toMatchObject({ broker: 'schwab', person: 'ana', endedAt: null });
    expect(await codeOf(keyless.findLogin('schwab', 'ana'))).toBe('master_key_missing');
    const other = await test.reopen([OTHER_KEY]);
    expect(await codeOf(other.findLogin('schwab', 'ana'))).toBe('master_key_mismatch');
  });

  it('is not kept without a key', async () => {
    await using test = await openTestStore();
    expect(await codeOf(connect(test.store))).toBe('master_key_missing');
    expect(await test.store.listLogins()).toEqual([]);
  });

  it.each([
    [
      'the tokens of two people',
      `update logins set access_token =
      (select access_token from logins as other where other.person <> logins.person)`,
    ],
    ['the two tokens of one person', 'update logins set access_token = refresh_token'],
    [
      'the names of two people',
      `update logins set person = person || '-x';
      update logins set person = case person when 'ana-x' then 'ben' else 'ana' end`,
    ],
  ])('is found out when somebody swaps %s', async (_what, statement) => {
    await using test = await openTestStore({ masterKeys: [KEY] });
    await connect(test.store, 'ana', 'one');
    await connect(test.store, 'ben', 'two');
    test.store.database.sqlite.exec(statement);
    expect(await codeOf(test.store.findLogin('schwab', 'ana'))).toBe('secret_unreadable');
  });

  it('is erased from the file when it is deleted', async () => {
    await using test = await openTestStore({ file: true, masterKeys: [KEY] });
    await connect(test.store);
    const { sqlite } = test.store.database;
    const sealed = sqlite.prepare('select access_token from logins').pluck().get();
    const bytes = (): string => readFileSync(test.path, 'latin1');
    sqlite.pragma('wal_checkpoint(truncate)');
    expect(bytes()).toContain(sealed);
    expect(await test.store.transaction((unit) => unit.deleteLogin('schwab', 'ana'))).toBe(true);
    expect(await test.store.transaction((unit) => unit.deleteLogin('schwab', 'ana'))).toBe(false);
    sqlite.pragma('wal_checkpoint(truncate)');
    expect(bytes()).not.toContain(sealed);
  });
});

describe('refreshing a login', () => {
  it('is claimed by one process at a time, until the claim runs out', async () => {
    await using test = await openTestStore({ masterKeys: [KEY] });
    await connect(test.store);
    const login = await loginOf(test.store);
    const claim = async (at: Temporal.Instant) =>
      await test.store.transaction((unit) =>
        unit.claimLoginRefresh(login, at, at.add({ seconds: 40 })),
      );
    expect(await claim(NOW)).toBe('claimed');
    expect(await claim(NOW.add({ seconds: 39 }))).toBe('busy');
    expect(await claim(NOW.add({ seconds: 40 }))).toBe('claimed');
    await test.store.transaction((unit) => unit.releaseLoginRefresh(login));
    expect(await claim(NOW.add({ seconds: 41 }))).toBe('claimed');
    await test.store.transaction((unit) => unit.saveRefreshedTokens(login, fresh('two')));
    expect(await claim(NOW.add({ seconds: 42 }))).toBe('changed');
  });

  it('keeps the new tokens and the end of the login', async () => {
    await using test = await openTestStore({ masterKeys: [KEY] });
    await connect(test.store);
    const login = await loginOf(test.store);
    await test.store.transaction((unit) => unit.saveRefreshedTokens(login, fresh('two')));
    const after = await loginOf(test.store);
    expect(reveal(after.accessToken)).toBe('two');
    expect(after.endsAt?.equals(END)).toBe(true);
    expect(after.revision).not.toBe(login.revision);
  });

  it.each([
    ['was connected anew', async (store: DatabaseStore) => await connect(store, 'ana', 'three')],
    [
      'was disconnected',
      async (store: DatabaseStore) =>
        void (await store.transaction((unit) => unit.deleteLogin('schwab', 'ana'))),
    ],
  ])('changes nothing when the login %s meanwhile', async (_what, meanwhile) => {
    await using test = await openTestStore({ masterKeys: [KEY] });
    await connect(test.store);
    const login = await loginOf(test.store);
    await meanwhile(test.store);
    const results = await test.store.transaction(async (unit) => [
      await unit.saveRefreshedTokens(login, fresh('two')),
      await unit.endLogin(login, NOW),
    ]);
    expect(results).toEqual([false, false]);
    const after = await test.store.findLogin('schwab', 'ana');
    expect(after === null ? null : reveal(after.accessToken)).not.toBe('two');
    expect(after?.endedAt ?? null).toBeNull();
  });

  it('remembers that the broker ended the login, until it is connected anew', async () => {
    await using test = await openTestStore({ masterKeys: [KEY] });
    await connect(test.store);
    const login = await loginOf(test.store);
    await test.store.transaction((unit) => unit.endLogin(login, LATER));
    expect((await loginOf(test.store)).endedAt?.equals(LATER)).toBe(true);
    await connect(test.store, 'ana', 'two');
    expect((await loginOf(test.store)).endedAt).toBeNull();
  });
});

describe('a connection attempt', () => {
  const attempt = {
    stateHash: 'a'.repeat(64),
    broker: 'schwab',
    person: 'ana',
    codeVerifier: secret('canary-verifier'),
    expiresAt: NOW.add({ minutes: 10 }),
  };

  it('is taken once, and its verifier is encrypted', async () => {
    await using test = await openTestStore({ masterKeys: [KEY] });
    await test.store.transaction((unit) => unit.saveConnectionAttempt(attempt));
    const row = test.store.database.sqlite.prepare('select * from connection_attempts').get();
    expect(JSON.stringify(row)).not.toContain('canary');
    const take = async () =>
      await test.store.transaction((unit) => unit.takeConnectionAttempt(attempt.stateHash));
    const taken = await take();
    expect(taken?.person).toBe('ana');
    expect(taken === null ? null : reveal(taken.codeVerifier)).toBe('canary-verifier');
    expect(await take()).toBeNull();
  });

  it('is forgotten when it has expired', async () => {
    await using test = await openTestStore({ masterKeys: [KEY] });
    await test.store.transaction((unit) => unit.saveConnectionAttempt(attempt));
    const left = async (at: Temporal.Instant) => {
      await test.store.transaction((unit) => unit.deleteExpiredConnectionAttempts(at));
      return test.store.database.sqlite
        .prepare('select count(*) from connection_attempts')
        .pluck()
        .get();
    };
    expect(await left(attempt.expiresAt.subtract({ nanoseconds: 1 }))).toBe(1);
    expect(await left(attempt.expiresAt)).toBe(0);
  });
});

describe('the rotation of keys', () => {
  it('encrypts everything under the first key, once', async () => {
    await using test = await openTestStore({ file: true, masterKeys: [OTHER_KEY] });
    await connect(test.store, 'ana', 'one');
    await connect(test.store, 'ben', 'two');
    const both = await test.reopen([KEY, OTHER_KEY]);
    const rotate = async () => await both.transaction((unit) => unit.resealSecrets());
    expect(await rotate()).toEqual({ secrets: 4, changed: 4 });
    expect(await rotate()).toEqual({ secrets: 4, changed: 0 });
    const rotated = await test.reopen([KEY]);
    expect(reveal((await loginOf(rotated, 'ben')).accessToken)).toBe('access-canary-two');
  });

  it('changes nothing when one of the secrets cannot be read', async () => {
    await using test = await openTestStore({ file: true, masterKeys: [OTHER_KEY] });
    await connect(test.store, 'ana', 'one');
    await connect(test.store, 'ben', 'two');
    test.store.database.sqlite.exec(
      "update logins set refresh_token = access_token where person = 'ben'",
    );
    const rows = (store: DatabaseStore) =>
      store.database.sqlite.prepare('select * from logins').all();
    const before = rows(test.store);
    const both = await test.reopen([KEY, OTHER_KEY]);
    expect(await codeOf(both.transaction((unit) => unit.resealSecrets()))).toBe(
      'secret_unreadable',
    );
    expect(rows(both)).toEqual(before);
  });

  it('is whole or not at all, wherever it is killed', async () => {
    await using test = await openTestStore({ file: true, masterKeys: [KEY] });
    const people = Array.from({ length: 60 }, (_, index) => `person-${index}`);
    for (const person of people) await connect(test.store, person, person);
    const random = numbersFrom(7);
    for (let run = 0; run < 6; run += 1) {
      const child = spawn(process.execPath, [ROTATE, test.path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'exit');
      await once(child.stdout, 'data');
      // Somewhere in a rotation: each takes a few milliseconds.
      setTimeout(() => child.kill('SIGKILL'), random() * 40);
      await ended;
      const store = await test.reopen([KEY, OTHER_KEY]);
      const sealed = z
        .array(z.string())
        .parse(
          store.database.sqlite
            .prepare('select access_token from logins union all select refresh_token from logins')
            .pluck()
            .all(),
        );
      expect(new Set(sealed.map((text) => text.split('.')[1])).size).toBe(1);
      for (const person of people) {
        expect(reveal((await loginOf(store, person)).accessToken)).toBe(`access-canary-${person}`);
      }
    }
  });
});
