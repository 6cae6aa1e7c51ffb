import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRedirects, loginProviders } from '../../src/brokers/oauth/index.ts';
import { reveal, secret } from '../../src/lib/secret.ts';
import type { Message } from '../../src/messages/message.ts';
import type { Reply } from '../../src/ports/chat.ts';
import { issued, startTokenServer, type TokenServer } from '../brokers/oauth/token-server.ts';
import { freePort } from '../fixtures/free-port.ts';
import { SILENT_LOG } from '../fixtures/test-store.ts';
import { createTestClock } from '../fixtures/test-clock.ts';
import { openAppWorld, type AppWorld } from './app-world.ts';

const KEY = Buffer.alloc(32, 1);

interface World extends AsyncDisposable {
  readonly app: AppWorld;
  readonly server: TokenServer;
  readonly redirectUri: string;
}

/** The bot with an app at Schwab and one at Alpaca; the account core is reached through Ana's login. */
async function open(options: { masterKeys?: readonly Uint8Array[] } = {}): Promise<World> {
  const server = await startTokenServer();
  server.answer((_request, count) => issued(`access-canary-${count}@`));
  const redirectUri = `https://127.0.0.1:${await freePort()}/back`;
  const app = { clientId: secret('id'), clientSecret: secret('canary-secret'), redirectUri };
  const clock = createTestClock();
  const redirects = createRedirects({ clock, log: SILENT_LOG });
  const world = await openAppWorld({
    account: { broker: 'schwab', brokerSettings: { connection: 'ana' } },
    masterKeys: options.masterKeys ?? [KEY],
    redirects,
    loginProviders: loginProviders(
      {
        schwab: { app, apiUrl: server.url },
        alpaca: {
          app: null,
          credentials: null,
          apiUrl: null,
          dataUrl: null,
          streamUrl: null,
          oauthUrl: null,
        },
      },
      clock,
    ),
  });
  return {
    app: world,
    server,
    redirectUri,
    async [Symbol.asyncDispose]() {
      await redirects.close();
      await world[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function messageOf(reply: Reply): Message {
  if (reply.type !== 'message') throw new Error(`expected a message, not ${reply.type}`);
  expect(reply.visibility).toBe('private');
  return reply.message;
}

function linkOf(reply: Reply): URL {
  const link = messageOf(reply).blocks.find((block) => block.type === 'link');
  if (link === undefined || link.url === null)
    throw new Error(`there is no link: ${messageOf(reply).fallback}`);
  return new URL(link.url);
}

/** What Schwab sends the browser to after the page behind the link. */
function redirectFrom(link: URL, query: Readonly<Record<string, string>> = { code: 'C0.canary@' }) {
  const address = new URL(link.searchParams.get('redirect_uri') ?? '');
  address.searchParams.set('state', link.searchParams.get('state') ?? '');
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  return address.href;
}

const codeSchema = z.string().default('');

let keys = 0;

async function clickAs(
  world: World,
  person: string,
  action: string,
  about: object,
): Promise<Reply> {
  keys += 1;
  return await world.app.handle({
    type: 'click',
    idempotencyKey: `connection-${keys}`,
    user: { platform: 'web', userId: person, roleIds: [] },
    channel: 'workspace',
    action,
    proposalId: 'schwab',
    digest: '',
    fields: null,
    ...about,
  });
}

const paste = async (world: World, person: string, redirected: string): Promise<string> =>
  messageOf(await clickAs(world, person, 'complete_connection', { fields: { redirected } }))
    .fallback;

/** A browser that trusts the certificate that the bot made for itself. */
async function browse(address: string): Promise<{ status: number | undefined; page: string }> {
  return await new Promise((resolve, reject) => {
    request(address, { rejectUnauthorized: false, agent: false }, (response) => {
      void text(response).then((page) => resolve({ status: response.statusCode, page }));
    })
      .on('error', reject)
      .end();
  });
}

const loginsOf = async (world: World) => await world.app.store.listLogins();

async function auditOf(world: World): Promise<readonly string[]> {
  const rows = await world.app.store.listAudit({ limit: 50 });
  return rows
    .filter(({ action }) => action !== 'command')
    .map(({ action, actor, platform, subject, payload }) =>
      [action, actor, platform, subject, codeSchema.parse(payload['code'])].join(' ').trim(),
    )
    .toReversed();
}

describe('/connect schwab', () => {
  it('is answered with a link for this person alone, which is written down nowhere', async () => {
    await using world = await open();
    const reply = await world.app.say('ana', 'connect', 'schwab', 'once');
    const link = linkOf(reply);
    expect(link.href).toContain(`${world.server.url}/v1/oauth/authorize?`);
    expect(link.searchParams.get('redirect_uri')).toBe(world.redirectUri);
    const state = link.searchParams.get('state') ?? '';
    expect(state).toHaveLength(43);
    const { sqlite } = world.app.store.database;
    expect(sqlite.serialize().includes(state)).toBe(false);
    expect(await world.app.say('ana', 'connect', 'schwab', 'once')).toEqual({ type: 'nothing' });
  });

  it('connects when the browser comes back', async () => {
    await using world = await open();
    const link = linkOf(await world.app.say('ana', 'connect', 'Schwab'));
    expect(await browse(new URL('/elsewhere', world.redirectUri).href)).toMatchObject({
      status: 404,
    });
    const { status, page } = await browse(redirectFrom(link));
    expect(status).toBe(200);
    expect(page).toContain('The Schwab login of Ana is connected until 27 Nov 10:00 ET.');
    const login = await world.app.store.findLogin('schwab', 'ana');
    expect(login === null ? null : reveal(login.accessToken)).toBe('access-canary-1@');
    expect(await auditOf(world)).toEqual(['connection evenkeel browser schwab']);
    const [row] = await world.app.store.listAudit({ actions: ['connection'], limit: 1 });
    expect(row?.payload).toMatchObject({ person: 'ana', accounts: ['core'] });
    const pending = await world.app.store.listPendingDeliveries('web', world.app.clock.now(), 9);
    expect(pending.map(({ message }) => message.fallback).join()).toContain('Ana is connected');
    // Nobody listens any more.
    await expect(browse(redirectFrom(link))).rejects.toThrow(/ECONNREFUSED/u);
  });

  it('connects when the address is pasted, in whatever wrapping', async () => {
    await using world = await open();
    const link = linkOf(await world.app.say('ana', 'connect', 'schwab'));
    const form = await clickAs(world, 'ana', 'complete_connection', {});
    expect(form).toMatchObject({ type: 'form', form: { action: 'complete_connection' } });
    const address = redirectFrom(link);
    const wrapped = ` <${address.slice(0, 40)}\n${address.slice(40)}> `;
    expect(await paste(world, 'ana', wrapped)).toContain('is connected');
    expect(world.server.requests[0]?.parameters['code']).toBe('C0.canary@');
    expect(world.app.store.database.sqlite.serialize().includes('canary')).toBe(false);
    expect(await auditOf(world)).toEqual(['connection ana web schwab']);
  });

  it('takes the place of the login there was', async () => {
    await using world = await open();
    for (const count of [1, 2]) {
      const link = linkOf(await world.app.say('ana', 'connect', 'schwab'));
      await paste(world, 'ana', redirectFrom(link));
      const login = await world.app.store.findLogin('schwab', 'ana');
      expect(login === null ? null : reveal(login.accessToken)).toBe(`access-canary-${count}@`);
    }
    expect(await loginsOf(world)).toHaveLength(1);
  });

  it.each([
    ['alpaca', 'ALPACA_CLIENT_ID, ALPACA_CLIENT_SECRET and ALPACA_REDIRECT_URI'],
    ['tdameritrade', 'TD Ameritrade became part of Charles Schwab'],
    ['ibkr', 'TWS or IB Gateway'],
    ['paper', 'there is nothing to connect'],
    ['shwab', 'Did you mean schwab?'],
    ['https://127.0.0.1/?code=canary&state=canary', 'There is no login at'],
  ])('says of %s what is the matter', async (broker, words) => {
    await using world = await open();
    expect(messageOf(await world.app.say('ana', 'connect', broker)).fallback).toContain(words);
    expect(world.app.store.database.sqlite.serialize().includes('canary')).toBe(false);
  });

  it('is refused without a master key', async () => {
    await using world = await open({ masterKeys: [] });
    const { fallback } = messageOf(await world.app.say('ana', 'connect', 'schwab'));
    expect(fallback).toContain('No secrets are stored without EVENKEEL_MASTER_KEY.');
    expect(fallback).toContain('evenkeel keys generate');
  });
});

describe('an address that does not connect', () => {
  const NOTHING = /^Nothing was connected: /u;

  it.each([
    ['nonsense', 'hello', 'that is not an address'],
    ['nothing', ' ', 'that is not an address'],
    ['a script', 'javascript:alert(1)?state=x', 'that is not an address'],
    ['an address without a state', 'https://127.0.0.1/?code=x', 'that is not an address'],
    ['a state of nobody', 'https://127.0.0.1/?code=x&state=y', 'belongs to no link'],
  ])('is %s', async (_what, address, words) => {
    await using world = await open();
    const said = await paste(world, 'ana', address);
    expect(said).toMatch(NOTHING);
    expect(said).toContain(words);
    expect(world.server.requests).toEqual([]);
  });

  it('is one that was used before', async () => {
    await using world = await open();
    const address = redirectFrom(linkOf(await world.app.say('ana', 'connect', 'schwab')));
    await paste(world, 'ana', address);
    expect(await paste(world, 'ana', address)).toContain('was used before');
    expect(world.server.requests).toHaveLength(1);
    expect(await loginsOf(world)).toHaveLength(1);
    expect((await auditOf(world)).at(-1)).toBe('denial ana web connection state_unknown');
  });

  it('is one older than ten minutes', async () => {
    await using world = await open();
    const address = redirectFrom(linkOf(await world.app.say('ana', 'connect', 'schwab')));
    await world.app.clock.advance('PT10M');
    expect(await paste(world, 'ana', address)).toContain('older than ten minutes');
    expect(world.server.requests).toEqual([]);
    expect((await auditOf(world)).at(-1)).toBe('denial ana web schwab state_expired');
  });

  it("is somebody else's, who must begin again", async () => {
    await using world = await open();
    const address = redirectFrom(linkOf(await world.app.say('ana', 'connect', 'schwab')));
    expect(await paste(world, 'ben', address)).toContain('a link of somebody else');
    expect(await paste(world, 'ana', address)).toContain('was used before');
    expect(await loginsOf(world)).toEqual([]);
    expect(world.server.requests).toEqual([]);
  });

  it.each([
    [{ error: 'access_denied' }, 'access was declined at Schwab'],
    [{ error: 'unauthorized_client' }, 'does not accept the registered app'],
  ])('says %j', async (query, words) => {
    await using world = await open();
    const link = linkOf(await world.app.say('ana', 'connect', 'schwab'));
    const { page } = await browse(redirectFrom(link, query));
    expect(page).toContain(words);
    expect(await loginsOf(world)).toEqual([]);
  });

  it.each([
    [{ status: 400, body: { error: 'invalid_grant' } }, 'did not take the code (invalid_grant)'],
    [{ status: 401, body: { error: 'invalid_client' } }, 'does not accept the registered app'],
    [{ status: 503, body: '' }, 'gave no token (it answered with HTTP 503)'],
    ['lost' as const, 'gave no token (the connection failed'],
  ])('is answered by the broker with %j', async (answer, words) => {
    await using world = await open();
    world.server.answer(() => answer);
    const link = linkOf(await world.app.say('ana', 'connect', 'schwab'));
    const said = await paste(world, 'ana', redirectFrom(link));
    expect(said).toMatch(NOTHING);
    expect(said).toContain(words);
    expect(await loginsOf(world)).toEqual([]);
  });
});

describe('/disconnect schwab', () => {
  async function connected(): Promise<World> {
    const world = await open();
    const link = linkOf(await world.app.say('ana', 'connect', 'schwab'));
    await paste(world, 'ana', redirectFrom(link));
    return world;
  }

  function buttonOf(reply: Reply) {
    const [button] = messageOf(reply).blocks.flatMap((block) =>
      block.type === 'buttons' ? block.buttons : [],
    );
    if (button === undefined) throw new Error(`no button: ${messageOf(reply).fallback}`);
    return button;
  }

  it('asks first, and then erases', async () => {
    await using world = await connected();
    const reply = await world.app.say('ana', 'disconnect', 'schwab');
    expect(messageOf(reply).fallback).toContain('core cannot be read or traded');
    expect(await loginsOf(world)).toHaveLength(1);
    const button = buttonOf(reply);
    expect(button.confirm?.title).toBe('Disconnect Schwab?');
    const done = messageOf(await clickAs(world, 'ana', button.action, button));
    expect(done.fallback).toContain('is erased here');
    expect(await loginsOf(world)).toEqual([]);
    expect((await auditOf(world)).at(-1)).toBe('disconnection ana web schwab');
    expect(messageOf(await clickAs(world, 'ana', button.action, button)).fallback).toContain(
      'nothing was erased',
    );
  });

  it('lets an admin erase the login of another, and nobody else', async () => {
    await using world = await connected();
    expect(messageOf(await world.app.say('ben', 'disconnect', 'schwab ana')).fallback).toBe(
      'That is the login of Ana. Only Ana and admins can disconnect it: Dev.',
    );
    const button = buttonOf(await world.app.say('dev', 'disconnect', 'schwab ana'));
    expect(messageOf(await clickAs(world, 'ben', button.action, button)).fallback).toContain(
      'That is the login of Ana.',
    );
    expect(await loginsOf(world)).toHaveLength(1);
    await clickAs(world, 'dev', button.action, button);
    expect(await loginsOf(world)).toEqual([]);
    expect(await auditOf(world)).toEqual([
      'connection ana web schwab',
      'denial ben web schwab login_of_another_person',
      'denial ben web schwab login_of_another_person',
      'disconnection dev web schwab',
    ]);
  });

  it('has nothing to erase for who never connected', async () => {
    await using world = await connected();
    expect(messageOf(await world.app.say('ben', 'disconnect', 'schwab')).fallback).toContain(
      'There is no Schwab login of Ben here',
    );
  });
});

describe('two people at once', () => {
  it('share the port, and each connects their own login', async () => {
    await using world = await open();
    const [ana, ben] = await Promise.all(
      ['ana', 'ben'].map(async (person) =>
        linkOf(await world.app.say(person, 'connect', 'schwab')),
      ),
    );
    if (ana === undefined || ben === undefined) throw new Error('two links were asked for');
    await browse(redirectFrom(ben));
    await browse(redirectFrom(ana));
    expect((await loginsOf(world)).map(({ person }) => person)).toEqual(['ana', 'ben']);
  });

  it('are told to paste when the port is taken', async () => {
    await using world = await open();
    const redirects = createRedirects({ clock: world.app.clock, log: SILENT_LOG });
    const until = world.app.clock.now().add({ minutes: 1 });
    await redirects.listen(world.redirectUri, 'k', until, () => Promise.resolve(''));
    const reply = await world.app.say('ana', 'connect', 'schwab');
    expect(messageOf(reply).fallback).toContain('paste it here');
    await redirects.close();
    expect(await paste(world, 'ana', redirectFrom(linkOf(reply)))).toContain('is connected');
  });
});
