import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { paperSettingsSchema } from '../../src/brokers/paper/settings.ts';
import type { Config } from '../../src/config/config.ts';
import { DEMO_FILE, loadConfig } from '../../src/config/load.ts';
import { decimal, sum, ZERO } from '../../src/core/decimal.ts';
import type { Decimal } from '../../src/core/decimal.ts';
import { problemsOf, withLines, withPeople } from './helpers.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-config-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const put = (name: string, content: string | Uint8Array): void => {
  writeFileSync(join(folder, name), content);
};

const load = (env: Readonly<Record<string, string>> = {}): ReturnType<typeof loadConfig> =>
  loadConfig({ env, cwd: folder, brokerSchemas: { paper: paperSettingsSchema } });

function loaded(env: Readonly<Record<string, string>> = {}): Config {
  const result = load(env);
  if (result.type === 'invalid') throw new Error(problemsOf(result).join('\n'));
  return result.config;
}

const SCHWAB_APP = {
  SCHWAB_CLIENT_ID: 'i',
  SCHWAB_CLIENT_SECRET: 's',
  SCHWAB_REDIRECT_URI: 'https://127.0.0.1:8182',
};

const live = (text: string): string =>
  text.replace('broker: paper', 'broker: alpaca\n    mode: live');

const digestOf = (text: string, environment: Readonly<Record<string, string>> = {}): string => {
  put('portfolios.yaml', text);
  return loaded(environment).digest;
};

describe('which file is read', () => {
  it('portfolios.yaml where the program starts', () => {
    put('portfolios.yaml', withLines());
    expect(loaded()).toMatchObject({
      sourceFile: join(folder, 'portfolios.yaml'),
      demo: false,
      warnings: [],
    });
  });

  it('the one that EVENKEEL_CONFIG names, also when that stands in .env', () => {
    mkdirSync(join(folder, 'etc'));
    put('etc/book.yaml', withLines());
    expect(loaded({ EVENKEEL_CONFIG: 'etc/book.yaml' }).sourceFile).toBe(
      join(folder, 'etc/book.yaml'),
    );
    put('.env', 'EVENKEEL_CONFIG=./etc/book.yaml');
    expect(loaded().sourceFile).toBe(join(folder, 'etc/book.yaml'));
  });

  it('the built-in demo when there is none', () => {
    expect(loaded()).toMatchObject({ sourceFile: DEMO_FILE, demo: true, warnings: [] });
  });

  it('none when EVENKEEL_CONFIG names what does not exist', () => {
    expect(problemsOf(load({ EVENKEEL_CONFIG: 'book.yaml' }))).toEqual([
      'environment: EVENKEEL_CONFIG: expected a file; book.yaml does not exist',
    ]);
    put('.env', '\nEVENKEEL_CONFIG=/no/such/book.yaml');
    expect(problemsOf(load())).toEqual([
      '.env:2: EVENKEEL_CONFIG: expected a file; /no/such/book.yaml does not exist',
    ]);
  });

  it('none that is a folder or not text', () => {
    mkdirSync(join(folder, 'portfolios.yaml'));
    expect(problemsOf(load())).toEqual(['portfolios.yaml: expected a file; this is a folder']);
    put('latin1.yaml', Uint8Array.of(0x61, 0x3a, 0x20, 0xe9));
    expect(problemsOf(load({ EVENKEEL_CONFIG: 'latin1.yaml' }))).toEqual([
      'latin1.yaml: expected text in UTF-8',
    ]);
    mkdirSync(join(folder, '.env'));
    expect(problemsOf(load())).toEqual(['.env: expected a file; this is a folder']);
  });
});

describe('what is wrong', () => {
  it('is told for both files at once, with lines', () => {
    put('.env', '# ports\nPORT=none\nSLACK_APP_TOKEN=xapp-canary\n');
    put('portfolios.yaml', withLines('mode: maybe'));
    expect(problemsOf(load({ LOG_LEVEL: 'loud' }))).toEqual([
      '.env:2: PORT: expected a whole number from 0 to 65535',
      'environment: LOG_LEVEL: expected debug, info, warn, error or silent',
      'portfolios.yaml:6: accounts.core.mode: expected paper or live; found maybe',
    ]);
  });

  it('has a place: file, line, column and path', () => {
    put('portfolios.yaml', withLines('mode: maybe'));
    const result = load();
    expect(result.type === 'invalid' ? result.problems : result).toEqual([
      {
        file: 'portfolios.yaml',
        line: 6,
        column: 11,
        path: 'accounts.core.mode',
        message: 'expected paper or live; found maybe',
      },
    ]);
  });

  it("includes the paper broker's own settings", () => {
    put(
      'portfolios.yaml',
      withLines('paper: { cash: -5, positions: { AAPL: many }, market: open }'),
    );
    expect(problemsOf(load())).toEqual([
      'portfolios.yaml:6: accounts.core.paper.cash: expected an amount that is not negative',
      'portfolios.yaml:6: accounts.core.paper.positions.AAPL: expected a number of shares such as 120 or 0.5; found many',
      'portfolios.yaml:6: accounts.core.paper.market: unknown key; did you mean marketHours?',
    ]);
  });
});

describe('what is probably not meant', () => {
  it.each([
    [
      'live trading that no account does',
      withLines(),
      { TRADING_MODE: 'live' },
      ['TRADING_MODE is live, and no account has mode: live.'],
    ],
    [
      'a record that could be rewritten',
      live(withLines()),
      { TRADING_MODE: 'live' },
      [
        'Accounts trade real money without AUDIT_KEY: who can write to the database could rewrite the record.',
      ],
    ],
    ['a keyed record', live(withLines()), { TRADING_MODE: 'live', AUDIT_KEY: 'k' }, []],
    [
      'channels without their platform',
      withLines('channels: [{ slack: C0123ABCD }, { slack: C0123ABCE }, { discord: 1 }]'),
      { DISCORD_TOKEN: 't', DISCORD_GUILD_ID: '1' },
      ['Account core has a slack channel, and slack is not configured in .env.'],
    ],
    [
      'the login of nobody',
      withLines('schwab: { connection: anna }').replace('broker: paper', 'broker: schwab'),
      {},
      ['Account core uses the login of anna, who is not among the people: nobody can connect it.'],
    ],
    [
      'a login that cannot be kept',
      withLines('schwab: { connection: ana }').replace('broker: paper', 'broker: schwab'),
      SCHWAB_APP,
      ['Account core uses the login of ana, which is only kept with EVENKEEL_MASTER_KEY in .env.'],
    ],
    [
      'a login that is kept',
      withLines('schwab: { connection: ana }').replace('broker: paper', 'broker: schwab'),
      { ...SCHWAB_APP, EVENKEEL_MASTER_KEY: Buffer.alloc(32, 1).toString('base64') },
      [],
    ],
    [
      'a login at a broker where no app is registered',
      withLines('alpaca: { connection: ana }').replace('broker: paper', 'broker: alpaca'),
      { ...SCHWAB_APP, EVENKEEL_MASTER_KEY: Buffer.alloc(32, 1).toString('base64') },
      [
        'Account core uses the login of ana, and nobody can log in there yet: register an app and put ALPACA_CLIENT_ID, ALPACA_CLIENT_SECRET and ALPACA_REDIRECT_URI into .env.',
      ],
    ],
  ])('%s', (_what, text, environment, warnings) => {
    put('portfolios.yaml', text);
    expect(loaded(environment).warnings).toEqual(warnings);
  });

  it('tokens without accounts', () => {
    expect(loaded({ DISCORD_TOKEN: 't', DISCORD_GUILD_ID: '1' }).warnings).toEqual([
      'There is no portfolios.yaml: the demo accounts are used, and they only talk on the local page.',
    ]);
  });

  it('names in .env that nothing uses', () => {
    put('.env', 'TRADING_MOD=live\nKEY_OF_CORE=k');
    put(
      'portfolios.yaml',
      withLines('alpaca: { apiKey: "${KEY_OF_CORE}" }').replace('broker: paper', 'broker: alpaca'),
    );
    expect(loaded().warnings).toEqual([
      '.env: TRADING_MOD is not used. Did you mean TRADING_MODE?',
    ]);
  });
});

describe('the configuration', () => {
  it('cannot be changed', () => {
    const config = loaded();
    const thaw = (value: unknown, path: string): string[] => {
      if (typeof value !== 'object' || value === null) return [];
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== Array.prototype) return [];
      const inside = Object.entries(value).flatMap(([key, inner]) => thaw(inner, `${path}.${key}`));
      return Object.isFrozen(value) ? inside : [path, ...inside];
    };
    expect(thaw(config, 'config')).toEqual([]);
  });

  it('leaves the environment of the process alone', () => {
    put('.env', 'EVENKEEL_TEST_CANARY=1\nPORT=4000');
    expect(loaded().port).toBe(4000);
    expect(process.env['EVENKEEL_TEST_CANARY']).toBeUndefined();
  });

  it('prints without its secrets', () => {
    const MASTER_KEY = Buffer.alloc(32, 'canary').toString('base64');
    const canaries = {
      SLACK_BOT_TOKEN: 'xoxb-canary',
      SLACK_APP_TOKEN: 'xapp-canary',
      DISCORD_TOKEN: 'canary',
      DISCORD_GUILD_ID: '1',
      ALPACA_API_KEY: 'canary',
      ALPACA_SECRET: 'canary',
      SCHWAB_CLIENT_ID: 'canary',
      SCHWAB_CLIENT_SECRET: 'canary',
      SCHWAB_REDIRECT_URI: 'https://127.0.0.1:1',
      AUDIT_KEY: 'canary',
      EVENKEEL_MASTER_KEY: MASTER_KEY,
      KEY_OF_CORE: 'canary',
    };
    put(
      'portfolios.yaml',
      withLines('alpaca: { apiKey: "${KEY_OF_CORE}" }').replace('broker: paper', 'broker: alpaca'),
    );
    const config = loaded(canaries);
    expect(config.slack?.transport.type).toBe('socket');
    expect(JSON.stringify(config)).not.toContain(MASTER_KEY);
    expect(JSON.stringify(config)).not.toContain('canary');
    expect(inspect(config, { depth: 20, showHidden: true })).not.toContain('canary');
  });
});

describe('the digest', () => {
  it('is the same for the same meaning', () => {
    expect(digestOf(withLines())).toMatch(/^[0-9a-f]{64}$/);
    expect(
      digestOf(withLines().replace('AAPL: 60', 'AAPL: "60.0 %"').concat('\n# a comment\n')),
    ).toBe(digestOf(withLines()));
  });

  it.each([
    ['secrets', { AUDIT_KEY: 'one' }, { AUDIT_KEY: 'two' }],
    ['the master key', {}, { EVENKEEL_MASTER_KEY: Buffer.alloc(32, 1).toString('base64') }],
    [
      'a registered app',
      {},
      {
        SCHWAB_CLIENT_ID: 'i',
        SCHWAB_CLIENT_SECRET: 's',
        SCHWAB_REDIRECT_URI: 'https://127.0.0.1:1',
      },
    ],
    ['ports and paths', {}, { PORT: '4000', DATABASE_URL: 'x.db', LOG_LEVEL: 'debug' }],
  ])('does not depend on %s', (_what, one, other) => {
    expect(digestOf(withLines(), one)).toBe(digestOf(withLines(), other));
  });

  it.each([
    ['a target', withLines().replace('AAPL: 60, IBM: 40', 'AAPL: 60.01, IBM: 39.99')],
    ['a policy', withLines('policy: { minimumTrade: 101 }')],
    ['a vote', withLines('approvals: { votes: 2 }')],
    ['a setting of the broker', withLines('paper: { cash: 1 }')],
    ['a role', withLines().replace('role: proposer', 'role: viewer')],
    ['an id', withLines().replace('web: ana', 'web: anna')],
  ])('depends on %s', (_what, text) => {
    expect(digestOf(text)).not.toBe(digestOf(withLines()));
  });

  it('depends on live trading and on which platforms are connected', () => {
    const digests = [
      {},
      { TRADING_MODE: 'live' },
      { DISCORD_TOKEN: 't', DISCORD_GUILD_ID: '1' },
      { AUDIT_KEY: 'k' },
    ].map((environment) => digestOf(withLines(), environment));
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe('the built-in demo', () => {
  it('has two paper accounts and someone for each role', () => {
    expect(loaded().accounts.map(({ name, broker, mode }) => [name, broker, mode])).toEqual([
      ['core', 'paper', 'paper'],
      ['family', 'paper', 'paper'],
    ]);
    expect(loaded().people.map(({ id, role, platformIds }) => [id, role, platformIds])).toEqual([
      ['ana', 'proposer', { web: ['ana'] }],
      ['ben', 'approver', { web: ['ben'] }],
      ['chloe', 'approver', { web: ['chloe'] }],
      ['dev', 'admin', { web: ['dev'] }],
      ['vera', 'viewer', { web: ['vera'] }],
    ]);
  });

  it("asks for one vote, two from $50,000 on, and never the proposer's own", () => {
    for (const account of loaded().accounts) {
      expect(JSON.parse(JSON.stringify(account.approvals))).toMatchObject({
        votesNeeded: 1,
        allowOwnProposals: false,
        largeTrade: { notional: '50000', votesNeeded: 2 },
      });
      expect(account.schedule).toEqual({
        dailySummary: { cron: '5 16 * * 1-5', timeZone: 'America/New_York' },
        driftScan: { cron: '0 10 * * 1-5', timeZone: 'America/New_York' },
      });
    }
  });

  /** The closes that the replay begins with. */
  const closes = new Map(
    readFileSync(new URL('../../src/brokers/paper/monthly-closes.csv', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('2006-01-01,'))
      .map((line) => line.split(','))
      .map(([, symbol = '', close = '']) => [symbol, decimal(close)]),
  );

  it('begins with a book that has drifted by 6 to 8%', () => {
    const [core] = loaded().accounts;
    const { cash = ZERO, positions = {} } = paperSettingsSchema.parse(core?.brokerSettings);
    const values = new Map<string, Decimal>(
      Object.entries(positions).map(([symbol, quantity]) => [
        symbol,
        quantity.times(closes.get(symbol) ?? ZERO),
      ]),
    );
    const total = sum(values.values()).plus(cash);
    const deviations = (core?.targets ?? []).map(({ symbol, weight }) =>
      (values.get(symbol) ?? ZERO).div(total).minus(weight).abs(),
    );
    const drift = sum([...deviations, cash.div(total)]).div(decimal('2'));
    expect(drift.round(3).toFixed()).toBe('0.077');
  });
});

it('a person needs an id to decide', () => {
  put('portfolios.yaml', withPeople('{}', 'ana: { role: approver }'));
  expect(problemsOf(load())).toEqual([
    'portfolios.yaml:5: accounts.core.approvals.votes: a proposal needs 1 vote, and nobody can approve this account',
  ]);
});
