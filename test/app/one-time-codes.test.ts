import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import type { Reply } from '../../src/ports/chat.ts';
import { SAMPLE_PEOPLE, sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld, wordsOf } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

const KEY = new Uint8Array(32).fill(7);

const approvals = {
  ...sampleAccount().approvals,
  largeTrade: { notional: decimal('1000000'), votesNeeded: 1 },
};

const openWorld = (oneTimeCode: 'never' | 'large_trades' | 'always', masterKeys = [KEY]) =>
  openAppWorld({
    people: SAMPLE_PEOPLE.map((person) => ({
      ...person,
      platformIds: { ...person.platformIds, slack: [`U-${person.id}`] },
    })),
    account: { approvals: { ...approvals, oneTimeCode } },
    masterKeys,
  });

/** What an authenticator app makes of the secret that was shown. */
function appOf(reply: Reply): (world: AppWorld) => string {
  const secret = /Secret: ([A-Z2-7 ]+)/u.exec(wordsOf(reply))?.[1]?.replaceAll(' ', '');
  if (secret === undefined) throw new Error(`no secret in: ${wordsOf(reply)}`);
  return (world) =>
    new TOTP({ secret }).generate({ timestamp: world.clock.now().epochMilliseconds });
}

async function enrol(world: AppWorld, person: string): Promise<(world: AppWorld) => string> {
  const app = appOf(await world.say(person, 'enroll'));
  await world.press(person, 'confirm_codes', { code: app(world) });
  await world.clock.advance({ seconds: 30 });
  return app;
}

const approve = (world: AppWorld, code: string) =>
  world.click('ben', 'approve', { fields: { code } });

async function audited(world: AppWorld, action: string): Promise<readonly string[]> {
  const rows = await world.store.listAudit({ limit: 200 });
  return rows
    .filter((row) => row.action === action)
    .map(({ actor, subject, payload }) =>
      [actor, subject, typeof payload['code'] === 'string' ? payload['code'] : ''].join(' ').trim(),
    )
    .toReversed();
}

describe('setting up an authenticator', () => {
  it('shows the secret to its person alone, and counts after the first code', async () => {
    await using world = await openWorld('always');
    const reply = await world.say('ben', 'enroll');
    expect(reply).toMatchObject({ type: 'message', visibility: 'private', isUnstored: true });
    expect(wordsOf(reply)).toContain('otpauth://totp/Evenkeel:Ben?issuer=Evenkeel&secret=');
    expect(await world.store.codesSince('ben')).toBeNull();
    const form = await world.press('ben', 'confirm_codes', null);
    expect(form).toMatchObject({ type: 'form', form: { fields: [{ name: 'code' }] } });
    expect(wordsOf(await world.press('ben', 'confirm_codes', { code: '000000' }))).toContain(
      '4 attempts are left',
    );
    const confirmed = await world.press('ben', 'confirm_codes', { code: appOf(reply)(world) });
    expect(wordsOf(confirmed)).toContain('is set up');
    expect(await world.store.codesSince('ben')).toEqual(world.clock.now());
    expect(await audited(world, 'codes_enrolled')).toEqual(['ben ben']);
  });

  it('is told to the other admins, who can ask and reset: the first one takes no code', async () => {
    await using world = await openWorld('always');
    await enrol(world, 'ben');
    await enrol(world, 'dev');
    const told = await world.store.listPendingDeliveries('slack', world.clock.now(), 100);
    const toDev = told.filter(({ channel }) => channel === 'direct:U-dev');
    expect(toDev.map(({ message }) => message.fallback)).toEqual([
      expect.stringContaining('Ben set up a first authenticator'),
      // Of his own he is told as everybody is.
      expect.stringContaining('An authenticator was set up for you'),
    ]);
  });

  it('draws the address as a QR code beside the text, in what is written down nowhere', async () => {
    await using world = await openWorld('always');
    const reply = await world.say('ben', 'enroll');
    if (reply.type !== 'message') throw new Error('the answer is a message');
    const code = reply.message.blocks.find((block) => block.type === 'qr_code');
    expect(code?.content).toMatch(/^otpauth:\/\/totp\/Evenkeel:Ben\?/u);
    expect(wordsOf(reply)).toContain(code?.content);
    const secret = /secret=([A-Z2-7]+)/u.exec(code?.content ?? '')?.[1] ?? 'none';
    const { sqlite } = world.store.database;
    expect(sqlite.serialize().toString('latin1')).not.toContain(secret);
  });

  it('is refused without a master key, and changes nothing', async () => {
    await using world = await openWorld('always', []);
    expect(wordsOf(await world.say('ben', 'enroll'))).toContain('EVENKEEL_MASTER_KEY');
    expect(await world.store.codesSince('ben')).toBeNull();
  });

  it('is over when the secret was shown 15 minutes ago', async () => {
    await using world = await openWorld('always');
    const app = appOf(await world.say('ben', 'enroll'));
    await world.clock.advance({ minutes: 15 });
    expect(wordsOf(await world.press('ben', 'confirm_codes', { code: app(world) }))).toContain(
      'its 15 minutes are over',
    );
  });

  it('of another one takes a code of the present one, which counts until the new one does', async () => {
    await using world = await openWorld('always');
    await world.say('ana', 'rebalance');
    const first = await enrol(world, 'ben');
    const again = await world.say('ben', 'enroll');
    expect(wordsOf(again)).toContain('You have an authenticator since');
    expect(wordsOf(await world.press('ben', 'replace_codes', { code: '000000' }))).toContain(
      'not right',
    );
    const second = appOf(await world.press('ben', 'replace_codes', { code: first(world) }));
    await world.clock.advance({ seconds: 30 });
    expect(wordsOf(await approve(world, second(world)))).toContain('not right');
    await world.press('ben', 'confirm_codes', { code: second(world) });
    await world.clock.advance({ seconds: 30 });
    expect(wordsOf(await approve(world, first(world)))).toContain('not right');
    await approve(world, second(world));
    expect((await world.newest()).status).not.toBe('pending');
  });

  it('is forgotten by another admin, and by nobody else', async () => {
    await using world = await openWorld('always');
    await enrol(world, 'ben');
    await enrol(world, 'dev');
    for (const [person, text, words] of [
      ['chloe', 'ben --reset', 'that takes the role admin'],
      ['dev', 'dev --reset', 'Nobody resets their own'],
      ['dev', 'bob --reset', 'Nobody is called bob'],
      ['dev', 'ana --reset', 'has no authenticator'],
      ['dev', '--reset', 'Say whose'],
      ['dev', '--reset Ben', 'is forgotten'],
    ] as const) {
      expect(wordsOf(await world.say(person, 'enroll', text))).toContain(words);
    }
    expect(await world.store.codesSince('ben')).toBeNull();
    expect(await world.store.codesSince('dev')).not.toBeNull();
    expect(await audited(world, 'codes_reset')).toEqual(['dev ben']);
    const told = await world.store.listPendingDeliveries('slack', world.clock.now(), 100);
    expect(told.map(({ channel, message }) => [channel, message.fallback])).toContainEqual([
      'direct:U-ben',
      expect.stringContaining('Dev reset your authenticator'),
    ]);
  });
});

describe('approving with a one-time code', () => {
  it('asks for it in the form, and counts the vote with a right one only', async () => {
    await using world = await openWorld('always');
    const app = await enrol(world, 'ben');
    await world.say('ana', 'rebalance');
    expect(await world.click('ben', 'approve')).toMatchObject({
      type: 'form',
      form: { fields: [{ name: 'code' }] },
    });
    for (const [code, words] of [
      ['', 'takes a one-time code'],
      ['12345', 'takes a one-time code'],
      ['000000', '4 attempts are left'],
    ] as const) {
      expect(wordsOf(await approve(world, code))).toContain(words);
    }
    expect((await world.newest()).decisions).toEqual([]);
    await approve(world, app(world));
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
  });

  it('is not asked for a small trade where only large ones take it', async () => {
    await using world = await openWorld('large_trades');
    await world.say('ana', 'rebalance');
    await world.click('ben', 'approve');
    expect((await world.newest()).status).toBe('approved');
  });

  it('says at once to whoever has no authenticator how to set one up', async () => {
    await using world = await openWorld('always');
    await world.say('ana', 'rebalance');
    expect(wordsOf(await world.click('ben', 'approve'))).toContain('/enroll sets one up');
    await world.say('ben', 'enroll');
    expect(wordsOf(await approve(world, '123456'))).toContain('/enroll sets one up');
  });

  it('takes each code once, through a restart, for whatever it is used', async () => {
    await using world = await openWorld('always');
    const app = appOf(await world.say('ben', 'enroll'));
    const code = app(world);
    await world.press('ben', 'confirm_codes', { code });
    await world.say('ana', 'rebalance');
    await world.restart();
    expect(wordsOf(await approve(world, code))).toContain('That code has been used');
    expect((await world.newest()).status).toBe('pending');
  });

  it('locks codes after five wrong ones, through a restart, and records that', async () => {
    await using world = await openWorld('always');
    const app = await enrol(world, 'ben');
    await world.say('ana', 'rebalance');
    const replies: string[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1)
      replies.push(wordsOf(await approve(world, '000000')));
    expect(replies.at(-1)).toContain('yours are locked until');
    await world.restart();
    expect(wordsOf(await approve(world, app(world)))).toContain('locked until');
    expect(await audited(world, 'codes_locked')).toEqual(['ben ben']);
    await world.clock.advance({ minutes: 15 });
    await approve(world, app(world));
    expect((await world.newest()).status).not.toBe('pending');
  });
});

describe('a code or a secret', () => {
  it('is nowhere in the database or the log, whatever was typed where', async () => {
    await using world = await openWorld('always');
    const logged: string[] = [];
    const log = (...parts: unknown[]) => void logged.push(inspect(parts, { depth: 9 }));
    Object.assign(world.context, { log: { debug: log, info: log, warn: log, error: log } });
    const shown = await world.say('ben', 'enroll');
    const app = appOf(shown);
    const secret = /secret=([A-Z2-7]+)/u.exec(wordsOf(shown))?.[1] ?? 'none';
    const codes = [app(world), '918273', '645546'];
    await world.press('ben', 'confirm_codes', { code: '918273' });
    await world.press('ben', 'confirm_codes', { code: app(world) });
    await world.say('ben', 'enroll', '645546');
    await world.say('ben', 'enroll', '645 546');
    await world.say('ben', 'enroll', '--reset=645546');
    await world.clock.advance({ seconds: 30 });
    await world.say('ana', 'rebalance');
    codes.push(app(world));
    await approve(world, '918273');
    await approve(world, app(world));
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
    const rows = JSON.stringify(await everyRow(world)) + logged.join('\n');
    for (const text of [secret, ...codes, '645 546']) expect(rows).not.toContain(text);
    const { path } = world.store.database;
    const bytes =
      readFileSync(path).toString('latin1') + readFileSync(`${path}-wal`).toString('latin1');
    expect(bytes).not.toContain(secret);
  });
});

/** Every text that the database holds, but figures of plans and prices. */
async function everyRow(world: AppWorld): Promise<unknown> {
  const tables = [
    'audit_log',
    'interactions',
    'decisions',
    'settings',
    'announcements',
    'one_time_codes',
  ] as const;
  const { kysely } = world.store.database;
  return await Promise.all(tables.map((table) => kysely.selectFrom(table).selectAll().execute()));
}
