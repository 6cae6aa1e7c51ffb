import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { environmentSchema } from '../../src/config/environment-schema.ts';
import { readEnvironment, unknownNameWarnings } from '../../src/config/environment.ts';
import { pathText } from '../../src/config/issues.ts';
import { readVariables } from '../../src/config/variables.ts';
import { isSecret, reveal } from '../../src/lib/secret.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings, or the problems as `NAME: sentence`. */
function settingsOf(environment: Environment, file = ''): unknown {
  const result = readEnvironment(readVariables(environment, file), '/srv/evenkeel');
  return result.type === 'read'
    ? result.settings
    : result.problems.map((problem) => `${pathText(problem.path)}: ${problem.message}`);
}

/** Secrets as `revealed:...`, to compare. */
function revealed(value: unknown): unknown {
  if (isSecret(value)) return `revealed:${reveal(value)}`;
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}

const KEY_A = Buffer.alloc(32, 1).toString('base64');
const KEY_B = Buffer.alloc(32, 2).toString('base64');
const KEYS =
  'expected 32 bytes in base64, such as "evenkeel keys generate" prints; several with commas between';

describe('.env.example', () => {
  const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');

  it('names every variable that the program knows, and no other', () => {
    const named = [...text.matchAll(/^#?(\w+)=/gm)].map(([, name]) => name ?? '');
    expect(named.toSorted()).toEqual(Object.keys(environmentSchema.shape).toSorted());
  });

  it('explains each in a comment above it, or above the ones it belongs with', () => {
    const unexplained = text
      .split('\n')
      .map((line, index, lines) => [lines[index - 1] ?? '', line] as const)
      .filter(([before, line]) => /^#?\w+=/.test(line) && !/^(# |#?\w+=)/.test(before));
    expect(unexplained).toEqual([]);
  });

  it('copied as it is sets nothing', () => {
    expect(settingsOf({}, text)).toEqual(settingsOf({}));
  });
});

describe('without any variable', () => {
  it('paper is traded, on loopback, with nothing connected', () => {
    expect(settingsOf({})).toEqual({
      databasePath: '/srv/evenkeel/data/evenkeel.db',
      databaseIsDefault: true,
      port: 3000,
      health: null,
      logLevel: 'info',
      tradingMode: 'paper',
      auditKey: null,
      failpoint: null,
      masterKeys: [],
      slack: null,
      discord: null,
      alpaca: {
        app: null,
        credentials: null,
        apiUrl: null,
        dataUrl: null,
        streamUrl: null,
        oauthUrl: null,
      },
      ibkr: { host: '127.0.0.1', port: null, clientId: 1 },
      schwab: { app: null, apiUrl: null },
    });
  });
});

describe('a failpoint', () => {
  it('is a known step and how often it is reached', () => {
    expect(settingsOf({ EVENKEEL_FAILPOINT: 'fill_recorded:2' })).toMatchObject({
      failpoint: { name: 'fill_recorded', hit: 2, action: 'kill' },
    });
  });

  it.each(['fill_recorded', 'fill_recorded:0', 'no_such_step:1'])('%s is refused', (text) => {
    expect(settingsOf({ EVENKEEL_FAILPOINT: text })).toEqual([
      expect.stringMatching(/^EVENKEEL_FAILPOINT: expected /u),
    ]);
  });
});

describe('the database', () => {
  it.each([
    ['x.db', '/srv/evenkeel/x.db'],
    ['./data/x.db', '/srv/evenkeel/data/x.db'],
    ['/var/lib/x.db', '/var/lib/x.db'],
    ['sqlite:x.db', '/srv/evenkeel/x.db'],
    ['sqlite:/var/lib/x.db', '/var/lib/x.db'],
    ['SQLITE:x.db', '/srv/evenkeel/x.db'],
    ['with space:colon.db', '/srv/evenkeel/with space:colon.db'],
  ])('%s is %s', (url, path) => {
    expect(settingsOf({ DATABASE_URL: url })).toMatchObject({
      databasePath: path,
      databaseIsDefault: false,
    });
  });

  it.each([
    ['postgres://user:canary@host/db', 'expected a path or sqlite:PATH; found postgres:'],
    ['file:x.db', 'expected a path or sqlite:PATH; found file:'],
    ['sqlite:', "expected the path of the database's file"],
    ['data/', "expected the path of the database's file"],
    ['sqlite:///var/lib/x.db', 'expected sqlite:PATH without slashes before the path'],
    [':memory:', 'expected a file; a database in memory would forget what was traded'],
    ['sqlite::memory:', 'expected a file; a database in memory would forget what was traded'],
  ])('%s is refused', (url, message) => {
    expect(settingsOf({ DATABASE_URL: url })).toEqual([`DATABASE_URL: ${message}`]);
  });
});

describe('a single variable', () => {
  it.each([
    [{ PORT: '0' }, { port: 0 }],
    [{ PORT: '8080' }, { port: 8080 }],
    [{ TRADING_MODE: 'live' }, { tradingMode: 'live' }],
    [{ LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
    [{ AUDIT_KEY: 'k' }, { auditKey: 'revealed:k' }],
    [{ EVENKEEL_MASTER_KEY: KEY_A }, { masterKeys: [`revealed:${KEY_A}`] }],
    [
      { EVENKEEL_MASTER_KEY: ` ${KEY_A} , ${KEY_B}` },
      { masterKeys: [`revealed:${KEY_A}`, `revealed:${KEY_B}`] },
    ],
    [
      { IBKR_HOST: 'gateway', IBKR_PORT: '4002', IBKR_CLIENT_ID: '0' },
      { ibkr: { host: 'gateway', port: 4002, clientId: 0 } },
    ],
    [
      { ALPACA_API_URL: 'http://127.0.0.1:8080/' },
      { alpaca: { credentials: null, apiUrl: 'http://127.0.0.1:8080/' } },
    ],
    [
      { ALPACA_STREAM_URL: 'ws://localhost:8080/stream' },
      { alpaca: { streamUrl: 'ws://localhost:8080/stream' } },
    ],
    // Set and empty is not set.
    [
      { PORT: '', TRADING_MODE: ' ', AUDIT_KEY: '' },
      { port: 3000, tradingMode: 'paper', auditKey: null },
    ],
  ])('%j', (environment, settings) => {
    expect(revealed(settingsOf(environment))).toMatchObject(settings);
  });

  const API =
    'expected an address such as https://example.com (http:// only for 127.0.0.1 and localhost)';

  it.each([
    [{ PORT: 'http' }, 'PORT: expected a whole number from 0 to 65535'],
    [{ PORT: '-1' }, 'PORT: expected a whole number from 0 to 65535'],
    [{ PORT: '65536' }, 'PORT: expected a whole number from 0 to 65535; found 65536'],
    [{ TRADING_MODE: 'Live' }, 'TRADING_MODE: expected paper or live; did you mean live?'],
    [{ TRADING_MODE: 'true' }, 'TRADING_MODE: expected paper or live'],
    [{ LOG_LEVEL: 'verbose' }, 'LOG_LEVEL: expected debug, info, warn, error or silent'],
    [
      { SLACK_BOT_TOKEN: 'xapp-canary', SLACK_APP_TOKEN: 'xapp-1' },
      'SLACK_BOT_TOKEN: expected the bot token, which begins with xoxb-',
    ],
    [
      { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xoxb-canary' },
      'SLACK_APP_TOKEN: expected the app-level token, which begins with xapp-',
    ],
    [{ SLACK_API_URL: 'http://example.com/api' }, `SLACK_API_URL: ${API}`],
    [{ DISCORD_API_URL: 'https://user:canary@example.com' }, `DISCORD_API_URL: ${API}`],
    [{ ALPACA_API_URL: 'canary' }, `ALPACA_API_URL: ${API}`],
    [
      { ALPACA_STREAM_URL: 'https://example.com' },
      'ALPACA_STREAM_URL: expected an address such as wss://example.com (ws:// only for 127.0.0.1 and localhost)',
    ],
    [
      { DISCORD_TOKEN: 't', DISCORD_GUILD_ID: 'my server' },
      "DISCORD_GUILD_ID: expected the server's numeric id",
    ],
    [{ EVENKEEL_MASTER_KEY: 'canary' }, `EVENKEEL_MASTER_KEY: ${KEYS}`],
    [{ EVENKEEL_MASTER_KEY: `${KEY_A},` }, `EVENKEEL_MASTER_KEY: ${KEYS}`],
    [
      { EVENKEEL_MASTER_KEY: Buffer.alloc(31, 1).toString('base64') },
      `EVENKEEL_MASTER_KEY: ${KEYS}`,
    ],
    [{ ALPACA_REDIRECT_URI: 'http://example.com/' }, `ALPACA_REDIRECT_URI: ${API}`],
    [{ IBKR_HOST: 'http://x/' }, 'IBKR_HOST: expected a host name or address'],
    [{ IBKR_PORT: '0' }, 'IBKR_PORT: expected a whole number from 1 to 65535; found 0'],
    [
      { SCHWAB_REDIRECT_URI: 'http://127.0.0.1:8182' },
      'SCHWAB_REDIRECT_URI: expected the https address that is registered with the app, such as https://127.0.0.1:8182',
    ],
  ])('%j is refused', (environment, problem) => {
    const problems = settingsOf(environment);
    expect(problems).toEqual([problem]);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });
});

describe('platforms and brokers', () => {
  it.each([
    [
      { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' },
      {
        slack: {
          botToken: 'revealed:xoxb-1',
          transport: { type: 'socket', appToken: 'revealed:xapp-1' },
          apiUrl: null,
        },
      },
    ],
    [
      {
        SLACK_BOT_TOKEN: 'xoxb-1',
        SLACK_SIGNING_SECRET: 's',
        SLACK_PORT: '3001',
        SLACK_API_URL: 'https://slack.test/api/',
      },
      {
        slack: {
          transport: { type: 'http', signingSecret: 'revealed:s', port: 3001 },
          apiUrl: 'https://slack.test/api/',
        },
      },
    ],
    // An app token decides for Socket Mode, whatever else is there.
    [
      {
        SLACK_BOT_TOKEN: 'xoxb-1',
        SLACK_APP_TOKEN: 'xapp-1',
        SLACK_SIGNING_SECRET: 's',
        SLACK_PORT: '3001',
      },
      { slack: { transport: { type: 'socket' } } },
    ],
    [
      { DISCORD_TOKEN: 't', DISCORD_GUILD_ID: '112233445566778899' },
      { discord: { token: 'revealed:t', guildId: '112233445566778899', apiUrl: null } },
    ],
    [
      { ALPACA_API_KEY: 'k', ALPACA_SECRET: 's' },
      { alpaca: { credentials: { apiKey: 'revealed:k', secret: 'revealed:s' } } },
    ],
    [
      {
        ALPACA_CLIENT_ID: 'i',
        ALPACA_CLIENT_SECRET: 's',
        ALPACA_REDIRECT_URI: 'http://127.0.0.1:8183/',
        ALPACA_OAUTH_URL: 'http://127.0.0.1:9000',
      },
      {
        alpaca: {
          app: {
            clientId: 'revealed:i',
            clientSecret: 'revealed:s',
            redirectUri: 'http://127.0.0.1:8183/',
          },
          oauthUrl: 'http://127.0.0.1:9000',
        },
      },
    ],
    [
      {
        SCHWAB_CLIENT_ID: 'i',
        SCHWAB_CLIENT_SECRET: 's',
        SCHWAB_REDIRECT_URI: 'https://127.0.0.1:8182',
      },
      {
        schwab: {
          app: {
            clientId: 'revealed:i',
            clientSecret: 'revealed:s',
            redirectUri: 'https://127.0.0.1:8182',
          },
        },
      },
    ],
  ])('%j are configured', (environment, settings) => {
    expect(revealed(settingsOf(environment))).toMatchObject(settings);
  });

  it.each([
    [
      { SLACK_APP_TOKEN: 'xapp-1' },
      'SLACK_BOT_TOKEN: expected SLACK_BOT_TOKEN to be set, because SLACK_APP_TOKEN is',
    ],
    [
      { SLACK_SIGNING_SECRET: 's' },
      'SLACK_BOT_TOKEN: expected SLACK_BOT_TOKEN to be set, because SLACK_SIGNING_SECRET is',
    ],
    [
      { SLACK_BOT_TOKEN: 'xoxb-1' },
      'SLACK_APP_TOKEN: expected SLACK_APP_TOKEN to be set, because SLACK_BOT_TOKEN is (Socket Mode; or SLACK_SIGNING_SECRET and SLACK_PORT for HTTP)',
    ],
    [
      { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's' },
      'SLACK_PORT: expected SLACK_PORT to be set, because SLACK_SIGNING_SECRET is, without SLACK_APP_TOKEN',
    ],
    [
      { DISCORD_TOKEN: 't' },
      'DISCORD_GUILD_ID: expected DISCORD_GUILD_ID to be set, because DISCORD_TOKEN is',
    ],
    [
      { DISCORD_GUILD_ID: '1' },
      'DISCORD_TOKEN: expected DISCORD_TOKEN to be set, because DISCORD_GUILD_ID is',
    ],
    [
      { ALPACA_API_KEY: 'k' },
      'ALPACA_SECRET: expected ALPACA_SECRET to be set, because ALPACA_API_KEY is',
    ],
    [
      { ALPACA_SECRET: 's' },
      'ALPACA_API_KEY: expected ALPACA_API_KEY to be set, because ALPACA_SECRET is',
    ],
    [
      { ALPACA_CLIENT_ID: 'i', ALPACA_CLIENT_SECRET: 's' },
      'ALPACA_REDIRECT_URI: expected ALPACA_REDIRECT_URI to be set, because ALPACA_CLIENT_ID is',
    ],
    [
      { SCHWAB_CLIENT_ID: 'i' },
      'SCHWAB_CLIENT_SECRET: expected SCHWAB_CLIENT_SECRET to be set, because SCHWAB_CLIENT_ID is',
    ],
    [
      { SCHWAB_CLIENT_SECRET: 's' },
      'SCHWAB_CLIENT_ID: expected SCHWAB_CLIENT_ID to be set, because SCHWAB_CLIENT_SECRET is',
    ],
    [
      { SCHWAB_CLIENT_ID: 'i', SCHWAB_CLIENT_SECRET: 's' },
      'SCHWAB_REDIRECT_URI: expected SCHWAB_REDIRECT_URI to be set, because SCHWAB_CLIENT_ID is',
    ],
  ])('%j is half of it', (environment, problem) => {
    expect(settingsOf(environment)).toEqual([problem]);
  });

  it('tells all that is missing at once', () => {
    expect(
      settingsOf({ SLACK_APP_TOKEN: 'xapp-1', DISCORD_TOKEN: 't', DATABASE_URL: 'mysql:x' }),
    ).toEqual([
      'SLACK_BOT_TOKEN: expected SLACK_BOT_TOKEN to be set, because SLACK_APP_TOKEN is',
      'DISCORD_GUILD_ID: expected DISCORD_GUILD_ID to be set, because DISCORD_TOKEN is',
      'DATABASE_URL: expected a path or sqlite:PATH; found mysql:',
    ]);
  });
});

describe('.env', () => {
  const file = ['# a comment', 'PORT=4000', 'export LOG_LEVEL="debug" # why', '', 'PORT=5000'].join(
    '\n',
  );

  it('is read as dotenv files are, the last line of a name counting', () => {
    expect(settingsOf({}, file)).toMatchObject({ port: 5000, logLevel: 'debug' });
  });

  it('gives way to the environment of the process, also where that is empty', () => {
    expect(settingsOf({ PORT: '6000', LOG_LEVEL: '' }, file)).toMatchObject({
      port: 6000,
      logLevel: 'info',
    });
  });

  it('is where a line number leads', () => {
    const variables = readVariables({ TRADING_MODE: 'live' }, file);
    expect(['PORT', 'LOG_LEVEL', 'TRADING_MODE', 'AUDIT_KEY'].map(variables.lineInFile)).toEqual([
      5,
      3,
      null,
      null,
    ]);
  });

  it('is asked about names that nothing uses', () => {
    const variables = readVariables({}, 'SLACK_BOT_TOKN=x\nKEY_OF_CORE=y\nEDITOR=vi\nPORT=1');
    expect(unknownNameWarnings(variables, new Set(['KEY_OF_CORE']))).toEqual([
      '.env: EDITOR is not used.',
      '.env: SLACK_BOT_TOKN is not used. Did you mean SLACK_BOT_TOKEN?',
    ]);
  });

  it('cannot reach into objects', () => {
    const variables = readVariables({}, '');
    expect(['constructor', 'toString', '__proto__'].map(variables.lookup)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
