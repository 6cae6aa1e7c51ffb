import { describe, expect, it } from 'vitest';
import { summarize } from '../../src/app/summarize.ts';
import { accountNamed } from '../../src/app/context.ts';
import { remindOfEndingLogins } from '../../src/app/login-runway.ts';
import { secret } from '../../src/lib/secret.ts';
import { directChannel } from '../../src/ports/chat.ts';
import { SAMPLE_PEOPLE } from '../fixtures/sample-account.ts';
import { openAppWorld, type AppWorld } from './app-world.ts';

const PEOPLE = SAMPLE_PEOPLE.map((person) => ({
  ...person,
  platformIds: { ...person.platformIds, slack: [`U-${person.id}`] },
}));

/** The account core is reached through Ana's login at Schwab, which was made just now. */
async function open(): Promise<AppWorld> {
  const world = await openAppWorld({
    people: PEOPLE,
    masterKeys: [Buffer.alloc(32, 1)],
    account: {
      broker: 'schwab',
      brokerSettings: { connection: 'ana' },
      channels: [{ platform: 'slack', channel: 'C-core' }],
    },
  });
  await connect(world);
  return world;
}

async function connect({ store, clock }: AppWorld, person = 'ana'): Promise<void> {
  const now = clock.now();
  await store.transaction((unit) =>
    unit.saveLogin({
      broker: 'schwab',
      person,
      accessToken: secret('a'),
      accessTokenExpiresAt: now.add({ minutes: 30 }),
      refreshToken: secret('r'),
      connectedAt: now,
      endsAt: now.add({ hours: 168 }),
    }),
  );
}

/** Runs the job each minute of so many hours. @returns after how many minutes it reminded. */
async function reminders(world: AppWorld, hours: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let minute = 1; minute <= hours * 60; minute += 1) {
    await world.clock.advance('PT1M');
    if ((await remindOfEndingLogins(world.context)) > 0) found.push(minute);
  }
  return found;
}

async function outbox({ store, clock }: AppWorld, platform = 'slack') {
  const pending = await store.listPendingDeliveries(platform, clock.now(), 500);
  return pending
    .filter(({ announcementKey }) => announcementKey.startsWith('login:'))
    .map(({ channel, message }) => ({ channel, words: message.fallback }));
}

describe('a login that ends', () => {
  it('is reminded of 48, 24 and 2 hours before, and when it has ended, once each', async () => {
    await using world = await open();
    await world.clock.advance('PT119H');
    expect(await reminders(world, 50)).toEqual([48, 24, 2, 0].map((hours) => (49 - hours) * 60));
  });

  it('is reminded of directly and in the channels of its accounts, with how to renew it', async () => {
    await using world = await open();
    await world.clock.advance('PT120H');
    await remindOfEndingLogins(world.context);
    const words =
      'The Schwab login of Ana ends in 2 days, 27 Nov 10:00 ET. core cannot be read or traded after that. Only Ana can renew it, which takes a minute: /connect schwab.';
    expect(await outbox(world)).toEqual([
      { channel: 'C-core', words },
      { channel: directChannel('U-ana'), words },
    ]);
    expect(await outbox(world, 'web')).toEqual([{ channel: 'workspace', words }]);
  });

  it('is reminded of once, though the bot starts anew', async () => {
    await using world = await open();
    await world.clock.advance('PT145H');
    expect(await remindOfEndingLogins(world.context)).toBe(1);
    await world.restart();
    expect(await remindOfEndingLogins(world.context)).toBe(0);
    expect((await outbox(world)).map(({ words }) => words).join()).toContain('in 23 h');
  });

  it('is not reminded of again when the clock is set back', async () => {
    await using world = await open();
    await world.clock.advance('PT145H');
    await remindOfEndingLogins(world.context);
    await world.clock.set(world.clock.now().subtract({ hours: 20 }));
    expect(await remindOfEndingLogins(world.context)).toBe(0);
  });

  it('is reminded of anew after it was connected anew', async () => {
    await using world = await open();
    await world.clock.advance('PT167H');
    expect(await remindOfEndingLogins(world.context)).toBe(1);
    await connect(world);
    expect(await remindOfEndingLogins(world.context)).toBe(0);
    await world.clock.advance('PT120H');
    expect(await remindOfEndingLogins(world.context)).toBe(1);
  });

  it('is told of when the broker ended it before its time', async () => {
    await using world = await open();
    await world.clock.advance('PT24H');
    const login = await world.store.findLogin('schwab', 'ana');
    if (login === null) throw new Error('not connected');
    await world.store.transaction((unit) => unit.endLogin(login, world.clock.now()));
    expect(await remindOfEndingLogins(world.context)).toBe(1);
    expect((await outbox(world))[0]?.words).toContain('The Schwab login of Ana ended 10:00 ET.');
  });

  it('can be renewed by its button, by nobody else', async () => {
    await using world = await open();
    await world.clock.advance('PT120H');
    await remindOfEndingLogins(world.context);
    const [delivery] = await world.store.listPendingDeliveries('web', world.clock.now(), 1);
    const [button] = (delivery?.message.blocks ?? []).flatMap((block) =>
      block.type === 'buttons' ? block.buttons : [],
    );
    if (button === undefined) throw new Error('there is no button');
    const click = async (person: string) => {
      const reply = await world.handle({
        type: 'click',
        idempotencyKey: `renew-${person}`,
        user: { platform: 'web', userId: person, roleIds: [] },
        channel: 'workspace',
        fields: null,
        ...button,
      });
      return reply.type === 'message' ? reply.message.fallback : reply.type;
    };
    expect(await click('dev')).toBe('That is the login of Ana. Only Ana can connect it.');
    // There is no app here: the answer shows that the click reached the connecting.
    expect(await click('ana')).toContain('Nobody can log in at Schwab yet');
  });
});

describe('what is left of a login', () => {
  it('stands in the daily summary and among the checks of a proposal', async () => {
    await using world = await open();
    await world.clock.advance('PT72H');
    const account = accountNamed(world.context, 'core');
    await summarize(world.context, account, Temporal.PlainDate.from('2026-11-23'));
    const summary = await world.store.findAnnouncement('summary:core:2026-11-23');
    expect(summary?.message.fallback).toContain('Schwab login: 4 days left.');
    await world.say('ana', 'rebalance');
    const { proposal } = await world.newest();
    const posted = await world.store.findAnnouncement(`proposal:${proposal.id}`);
    expect(JSON.stringify(posted?.message)).toContain('login good for 4 days');
  });
});
