import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createLogins, loginProviders } from '../../../src/brokers/oauth/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { reveal, secret, type Secret } from '../../../src/lib/secret.ts';
import { BrokerError } from '../../../src/ports/broker-error.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { AccessTokens } from '../../../src/ports/credentials.ts';
import { openStore, type DatabaseStore } from '../../../src/store/index.ts';
import { createTestClock, type TestClock } from '../../fixtures/test-clock.ts';
import { openTestStore, SILENT_LOG, type TestStore } from '../../fixtures/test-store.ts';
import { issued, startTokenServer, type TokenServer } from './token-server.ts';

const KEY = Buffer.alloc(32, 1);
const ACCESS = 'access-canary-0@';

interface World extends AsyncDisposable {
  readonly clock: TestClock;
  readonly test: TestStore;
  readonly server: TokenServer;
  readonly tokens: AccessTokens;
}

function tokensOf(
  store: DatabaseStore,
  clock: Clock,
  url: string,
  broker = 'schwab',
): AccessTokens {
  const app = {
    clientId: secret('id'),
    clientSecret: secret('canary-secret'),
    redirectUri: 'https://127.0.0.1:8182',
  };
  const providers = loginProviders(
    {
      schwab: { app, apiUrl: url },
      alpaca: {
        app,
        credentials: null,
        apiUrl: null,
        dataUrl: null,
        streamUrl: null,
        oauthUrl: url,
      },
    },
    clock,
  );
  return createLogins({ store, providers, clock, log: SILENT_LOG }).tokensOf(broker, 'ana');
}

async function open(options: { readonly start?: Temporal.Instant } = {}): Promise<World> {
  const clock = createTestClock(...(options.start === undefined ? [] : [options.start]));
  const test = await openTestStore({ file: true, masterKeys: [KEY] });
  const server = await startTokenServer();
  server.answer((_request, count) => issued(`access-canary-${count}@`));
  return {
    clock,
    test,
    server,
    tokens: tokensOf(test.store, clock, server.url),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await test[Symbol.asyncDispose]();
    },
  };
}

/** Ana logs in at Schwab: half an hour for the first token, seven days for all. */
async function connect({ test, clock }: World, broker = 'schwab', token = ACCESS): Promise<void> {
  const now = clock.now();
  const refreshes = broker === 'schwab';
  await test.store.transaction((unit) =>
    unit.saveLogin({
      broker,
      person: 'ana',
      accessToken: secret(token),
      accessTokenExpiresAt: refreshes ? now.add({ minutes: 30 }) : null,
      refreshToken: refreshes ? secret('refresh-canary-1@') : null,
      connectedAt: now,
      endsAt: refreshes ? now.add({ hours: 168 }) : null,
    }),
  );
}

async function textOf(token: Promise<Secret>): Promise<string> {
  return reveal(await token);
}

async function failureOf(token: Promise<Secret>): Promise<BrokerError> {
  const error: unknown = await token.then(
    () => new Error('a token came'),
    (failure: unknown) => failure,
  );
  if (!(error instanceof BrokerError)) throw error;
  expect(inspect(error, { depth: 9 })).not.toContain('canary');
  return error;
}

describe('the current token', () => {
  it.each([
    ['at once', 'PT0S', ACCESS],
    ['while more than two minutes are left of it', 'PT27M59S', ACCESS],
    ['and a fresh one from then on', 'PT28M', 'access-canary-1@'],
    ['and a fresh one long after', 'PT167H', 'access-canary-1@'],
  ])('is the stored one %s', async (_when, after, expected) => {
    await using world = await open();
    await connect(world);
    await world.clock.advance(after);
    expect(await textOf(world.tokens.current())).toBe(expected);
  });

  it('is refreshed once for a hundred callers', async () => {
    await using world = await open();
    await connect(world);
    await world.clock.advance('PT29M');
    const tokens = await Promise.all(
      Array.from({ length: 100 }, () => textOf(world.tokens.current())),
    );
    expect(new Set(tokens)).toEqual(new Set(['access-canary-1@']));
    expect(world.server.requests).toHaveLength(1);
    expect(world.server.requests[0]?.parameters).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-canary-1@',
    });
  });

  it('is in the store before anybody has it', async () => {
    await using world = await open();
    await connect(world);
    await world.clock.advance('PT29M');
    await world.tokens.current();
    const another = tokensOf(await world.test.reopen(), world.clock, world.server.url);
    expect(await textOf(another.current())).toBe('access-canary-1@');
    expect(world.server.requests).toHaveLength(1);
  });

  it('is not given out when it could not be stored', async () => {
    await using world = await open();
    await connect(world);
    await world.clock.advance('PT29M');
    world.server.answer(() => {
      world.test.store.database.sqlite.exec(
        "create trigger full before update of access_token on logins begin select raise(abort, 'disk'); end",
      );
      return issued('access-canary-1@');
    });
    await expect(world.tokens.current()).rejects.toThrow(/disk/u);
  });

  it('keeps the refresh token when the answer brings none, and takes another that it brings', async () => {
    await using world = await open();
    await connect(world);
    world.server.answer((_request, count) =>
      issued(`access-${count}`, { refresh_token: count === 1 ? undefined : 'refresh-canary-2' }),
    );
    for (const expected of ['refresh-canary-1@', 'refresh-canary-1@', 'refresh-canary-2']) {
      await world.clock.advance('PT29M');
      await world.tokens.current();
      expect(world.server.requests.at(-1)?.parameters['refresh_token']).toBe(expected);
    }
  });

  it('is refreshed once by two processes on one database', async () => {
    await using world = await open({ start: systemClock.now().subtract({ minutes: 29 }) });
    await connect(world);
    const other = await openStore({
      path: world.test.path,
      auditKey: null,
      masterKeys: [KEY],
      log: SILENT_LOG,
    });
    try {
      const othersWait = Promise.withResolvers<void>();
      const clock: Clock = {
        now: () => systemClock.now(),
        schedule(at, work) {
          othersWait.resolve();
          return systemClock.schedule(at, work);
        },
      };
      world.server.answer(async (_request, count) => {
        await othersWait.promise;
        return issued(`access-canary-${count}@`);
      });
      // Their first tokens have expired, so that nobody can do with what is there.
      await world.test.store.transaction(async (unit) => {
        const login = await unit.findLogin('schwab', 'ana');
        if (login === null) throw new Error('not connected');
        const accessTokenExpiresAt = systemClock.now();
        await unit.saveRefreshedTokens(login, { ...login, accessTokenExpiresAt });
      });
      const processes = [world.test.store, other].map((store) =>
        tokensOf(store, clock, world.server.url),
      );
      const tokens = await Promise.all(processes.map((process) => textOf(process.current())));
      expect(tokens).toEqual(['access-canary-1@', 'access-canary-1@']);
      expect(world.server.requests).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  it('is refreshed though another process died while it was at it', async () => {
    await using world = await open();
    await connect(world);
    await world.clock.advance('PT31M');
    const login = await world.test.store.findLogin('schwab', 'ana');
    if (login === null) throw new Error('not connected');
    const now = world.clock.now();
    await world.test.store.transaction((unit) =>
      unit.claimLoginRefresh(login, now, now.add({ seconds: 40 })),
    );
    const token = textOf(world.tokens.current());
    await world.clock.advance('PT39S');
    expect(world.server.requests).toHaveLength(0);
    await world.clock.advance('PT2S');
    expect(await token).toBe('access-canary-1@');
  });
});

describe('a refresh without an answer', () => {
  it('is asked for once more, with the same refresh token', async () => {
    await using world = await open();
    await connect(world);
    await world.clock.advance('PT31M');
    world.server.answer((_request, count) => (count === 1 ? 'lost' : issued('access-canary-2@')));
    expect(await textOf(world.tokens.current())).toBe('access-canary-2@');
    expect(world.server.requests.map(({ parameters }) => parameters['refresh_token'])).toEqual([
      'refresh-canary-1@',
      'refresh-canary-1@',
    ]);
  });

  it.each([
    ['PT28M30S', 'gives out the old token while it is good for a minute', ACCESS],
    ['PT29M', 'fails when less than a minute is left', 'unavailable'],
  ])('after %s %s', async (after, _what, expected) => {
    await using world = await open();
    await connect(world);
    await world.clock.advance(after);
    world.server.answer(() => ({ status: 503, body: 'busy' }));
    const result =
      expected === ACCESS
        ? await textOf(world.tokens.current())
        : (await failureOf(world.tokens.current())).code;
    expect(result).toBe(expected);
    // Nothing is held against the next attempt.
    world.server.answer(() => issued('access-canary-9@'));
    expect(await textOf(world.tokens.current())).toBe('access-canary-9@');
  });
});

describe('a token that the broker refused', () => {
  it('is replaced', async () => {
    await using world = await open();
    await connect(world);
    const token = await world.tokens.current();
    world.tokens.refused(token);
    expect(await textOf(world.tokens.current())).toBe('access-canary-1@');
    // Another caller hears of the same refusal later: the newer token stays.
    world.tokens.refused(token);
    expect(await textOf(world.tokens.current())).toBe('access-canary-1@');
    expect(world.server.requests).toHaveLength(1);
  });

  it('ends a login that cannot be refreshed, until it is connected anew', async () => {
    await using world = await open();
    await connect(world, 'alpaca');
    const tokens = tokensOf(world.test.store, world.clock, world.server.url, 'alpaca');
    await world.clock.advance('PT9600H');
    const token = await tokens.current();
    expect(reveal(token)).toBe(ACCESS);
    tokens.refused(token);
    const failure = await failureOf(tokens.current());
    expect(failure).toMatchObject({ code: 'authentication', broker: 'alpaca' });
    expect(failure.message).toContain('/connect alpaca');
    expect(world.server.requests).toEqual([]);
    await connect(world, 'alpaca', 'another');
    expect(await textOf(tokens.current())).toBe('another');
  });
});

describe('no login', () => {
  it('is there before anybody connects', async () => {
    await using world = await open();
    const failure = await failureOf(world.tokens.current());
    expect(failure.code).toBe('authentication');
    expect(failure.message).toBe('ana has no login here: /connect schwab makes one.');
    expect(await world.tokens.endsAt()).toBeNull();
  });

  it('is left after seven days, however often it was refreshed', async () => {
    await using world = await open();
    await connect(world);
    const end = world.clock.now().add({ hours: 168 });
    for (let day = 0; day < 6; day += 1) {
      await world.clock.advance('PT24H');
      await world.tokens.current();
    }
    expect((await world.tokens.endsAt())?.equals(end)).toBe(true);
    const asked = world.server.requests.length;
    await world.clock.advance('PT24H');
    const failure = await failureOf(world.tokens.current());
    expect(failure.message).toBe('the login of ana has ended: /connect schwab makes a new one.');
    expect(world.server.requests).toHaveLength(asked);
  });

  it('is left when the broker says so earlier, and it is not asked again', async () => {
    await using world = await open();
    await connect(world);
    await world.clock.advance('PT31M');
    world.server.answer(() => ({ status: 400, body: { error: 'unsupported_token_type' } }));
    for (const _ of [1, 2]) {
      expect((await failureOf(world.tokens.current())).message).toContain('has ended');
    }
    expect(world.server.requests).toHaveLength(1);
    expect((await world.tokens.endsAt())?.equals(world.clock.now())).toBe(true);
    await connect(world);
    expect(await textOf(world.tokens.current())).toBe(ACCESS);
  });

  it('is lost when it is the app that is not accepted', async () => {
    await using world = await open();
    await connect(world);
    await world.clock.advance('PT31M');
    world.server.answer(() => ({ status: 401, body: { error: 'invalid_client' } }));
    const failure = await failureOf(world.tokens.current());
    expect(failure.message).toContain('SCHWAB_CLIENT_SECRET');
    world.server.answer(() => issued('access-canary-2@'));
    expect(await textOf(world.tokens.current())).toBe('access-canary-2@');
  });

  it('can be read under another key', async () => {
    await using world = await open();
    await connect(world);
    const store = await world.test.reopen([Buffer.alloc(32, 2)]);
    const failure = await failureOf(tokensOf(store, world.clock, world.server.url).current());
    expect(failure.code).toBe('authentication');
    expect(failure.message).toContain('EVENKEEL_MASTER_KEY');
  });
});

describe('a login that changes while it is refreshed', () => {
  it('is the one that was connected anew', async () => {
    await using world = await open();
    await connect(world);
    await world.clock.advance('PT31M');
    world.server.answer(async () => {
      await connect(world, 'schwab', 'connected-anew');
      return issued('access-canary-1@');
    });
    expect(await textOf(world.tokens.current())).toBe('connected-anew');
  });

  it('is gone when it was disconnected', async () => {
    await using world = await open();
    await connect(world);
    await world.clock.advance('PT31M');
    world.server.answer(async () => {
      await world.test.store.transaction((unit) => unit.deleteLogin('schwab', 'ana'));
      return issued('access-canary-1@');
    });
    expect((await failureOf(world.tokens.current())).message).toContain('has no login');
    expect(await world.test.store.listLogins()).toEqual([]);
  });
});
