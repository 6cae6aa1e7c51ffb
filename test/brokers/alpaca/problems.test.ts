import { describe, expect, it } from 'vitest';
import { addressesOf } from '../../../src/brokers/alpaca/addresses.ts';
import { alpacaSettingsSchema } from '../../../src/brokers/alpaca/index.ts';
import { secret } from '../../../src/lib/secret.ts';
import { BrokerError } from '../../../src/ports/broker-error.ts';
import type { AccessTokens } from '../../../src/ports/credentials.ts';
import type { Script } from './tiny-alpaca.ts';
import { accountJson, openAlpaca, openTinyAlpaca } from './tiny-alpaca.ts';

const CONFIGURATION = { suspend_trade: false, fractional_trading: true, no_shorting: false };

const serving = (account: object, configuration: object = {}): Script => ({
  'GET /v2/account': { json: accountJson({ ...account }) },
  'GET /v2/account/configurations': { json: { ...CONFIGURATION, ...configuration } },
});

const refusing: Script = {
  'GET /v2/account': {
    status: 401,
    json: { code: 40110000, message: 'request is not authorized' },
  },
};

describe('doctor', () => {
  it.each<[string, Script, readonly RegExp[]]>([
    ['nothing of a good account', serving({}), []],
    [
      'a refused key pair',
      refusing,
      [
        /^Alpaca refuses the key pair at http\S+ \(request is not authorized\): check that .* belong together and to the paper account/,
      ],
    ],
    [
      'a blocked account',
      serving({ account_blocked: true }),
      [/has blocked the account: ask their support/],
    ],
    [
      'blocked trading',
      serving({ trading_blocked: true }),
      [/blocked the account from placing orders/],
    ],
    [
      'suspended trading',
      serving({ trade_suspended_by_user: true }),
      [/suspended in the account's own settings/],
    ],
    [
      'trading suspended in its settings',
      serving({}, { suspend_trade: true }),
      [/suspended in the account's own settings/],
    ],
    [
      'an account that is not open yet',
      serving({ status: 'APPROVAL_PENDING' }),
      [/APPROVAL_PENDING, and only an ACTIVE one/],
    ],
    ['another currency', serving({ currency: 'EUR' }), [/kept in EUR/]],
    [
      'no fractions',
      serving({}, { fractional_trading: false }),
      [/Fractional trading is switched off/],
    ],
    [
      'a broken address',
      { 'GET /v2/account': { status: 200, text: '<html>' } },
      [/could not be read\. Try again/],
    ],
    [
      'all of it',
      serving({ account_blocked: true, trading_blocked: true }, { fractional_trading: false }),
      [/blocked the account:/, /placing orders/, /Fractional/],
    ],
  ])('tells of %s', async (_what, script, expected) => {
    await using tiny = await openTinyAlpaca(script);
    await using alpaca = openAlpaca(tiny.url);
    const problems = await alpaca.broker.findProblems?.();
    expect(problems).toEqual(expected.map((words) => expect.stringMatching(words)));
  });

  it('tells of a key of the other kind of account', async () => {
    await using tiny = await openTinyAlpaca(refusing);
    await using alpaca = openAlpaca(tiny.url, { mode: 'live' });
    expect(await alpaca.broker.findProblems?.()).toEqual([
      expect.stringMatching(
        /API key is one of paper trading, and the account is live.*set mode: paper/,
      ),
    ]);
  });

  it('tells of a live account that is answered for by a paper one', async () => {
    await using tiny = await openTinyAlpaca(serving({}));
    await using alpaca = openAlpaca(tiny.url, { mode: 'live' });
    expect(await alpaca.broker.findProblems?.()).toEqual([
      expect.stringMatching(/is live in portfolios.yaml, and http\S+ answers for a paper account/),
    ]);
  });

  it('tells of a login that nobody has made, in its own words', async () => {
    await using tiny = await openTinyAlpaca();
    const words = 'ana has not connected Alpaca: use /connect alpaca';
    await using alpaca = openAlpaca(tiny.url, {
      settings: { connection: 'ana' },
      logins: {
        tokensOf: () => ({
          current: () => Promise.reject(new BrokerError('alpaca', 'authentication', words)),
          refused: () => {},
          endsAt: async () => null,
        }),
      },
    });
    expect(await alpaca.broker.findProblems?.()).toEqual([`${words}.`]);
    expect(tiny.asked).toEqual([]);
  });
});

describe('a connected login', () => {
  const TOKEN = 'canary-token-of-ana';

  function tokensOfAna(): AccessTokens & { readonly refusals: string[] } {
    const refusals: string[] = [];
    return {
      refusals,
      current: async () => secret(TOKEN),
      refused: (token) => refusals.push(String(token)),
      endsAt: async () => Temporal.Instant.from('2027-01-01T00:00:00Z'),
    };
  }

  it('shows its token to REST and to the stream, and tells when it ends', async () => {
    await using tiny = await openTinyAlpaca(serving({}));
    const asked: string[] = [];
    await using alpaca = openAlpaca(tiny.url, {
      settings: { connection: 'ana' },
      logins: {
        tokensOf: (broker, person) => {
          asked.push(`${broker} ${person}`);
          return tokensOfAna();
        },
      },
    });
    alpaca.broker.subscribe(() => {});
    await alpaca.broker.getAccountBalance();
    const [request] = tiny.asked;
    expect(request?.headers['authorization']).toBe(`Bearer ${TOKEN}`);
    expect(request?.headers['apca-api-key-id']).toBeUndefined();
    await expect
      .poll(() => tiny.heard[0])
      .toBe(JSON.stringify({ action: 'authenticate', data: { oauth_token: TOKEN } }));
    expect(new Set(asked)).toEqual(new Set(['alpaca ana']));
    expect((await alpaca.broker.loginEndsAt?.())?.toString()).toBe('2027-01-01T00:00:00Z');
  });

  it('is told that Alpaca refused it', async () => {
    await using tiny = await openTinyAlpaca(refusing);
    const tokens = tokensOfAna();
    await using alpaca = openAlpaca(tiny.url, {
      settings: { connection: 'ana' },
      logins: { tokensOf: () => tokens },
    });
    await expect(alpaca.broker.getAccountBalance()).rejects.toMatchObject({
      code: 'authentication',
    });
    expect(tokens.refusals).toEqual(['[secret]']);
  });
});

describe('an account without credentials', () => {
  it('says how to give it some, and sends nothing', async () => {
    await using tiny = await openTinyAlpaca();
    await using alpaca = openAlpaca(tiny.url, { credentials: false });
    const words = /account core has no credentials: set ALPACA_API_KEY and ALPACA_SECRET/;
    expect(await alpaca.broker.findProblems?.()).toEqual([expect.stringMatching(words)]);
    await expect(alpaca.broker.getPositions()).rejects.toMatchObject({ code: 'authentication' });
    expect(tiny.asked).toEqual([]);
  });
});

describe('a key that cannot be one', () => {
  it('is told of without being shown, and nothing is sent', async () => {
    await using tiny = await openTinyAlpaca();
    const settings = { apiKey: secret('PKODD\u0007KEY'), secret: secret('odd') };
    await using alpaca = openAlpaca(tiny.url, { settings });
    expect(await alpaca.broker.findProblems?.()).toEqual([
      'the API key or its secret has a character in it that no key has: copy both again.',
    ]);
    expect(tiny.asked).toEqual([]);
  });
});

describe('addresses', () => {
  const SHARED = {
    credentials: null,
    app: null,
    apiUrl: null,
    dataUrl: null,
    streamUrl: null,
    oauthUrl: null,
  };
  const OWN = alpacaSettingsSchema.parse({});

  it.each<[string, 'paper' | 'live', object, object, object]>([
    [
      'those of paper trading by default',
      'paper',
      {},
      {},
      {
        api: 'https://paper-api.alpaca.markets',
        data: 'https://data.alpaca.markets',
        stream: 'wss://paper-api.alpaca.markets/stream',
      },
    ],
    [
      'those of live trading for a live account',
      'live',
      {},
      {},
      { api: 'https://api.alpaca.markets', stream: 'wss://api.alpaca.markets/stream' },
    ],
    [
      'those of the environment, with and without the version',
      'paper',
      {},
      { apiUrl: 'https://proxy.test/alpaca/v2/', dataUrl: 'https://data.test/' },
      {
        api: 'https://proxy.test/alpaca',
        data: 'https://data.test',
        stream: 'wss://proxy.test/alpaca/stream',
      },
    ],
    [
      "the account's own first, with its own stream",
      'paper',
      { apiUrl: 'http://127.0.0.1:8080' },
      { apiUrl: 'https://proxy.test', streamUrl: 'wss://proxy.test/stream' },
      { api: 'http://127.0.0.1:8080', stream: 'ws://127.0.0.1:8080/stream' },
    ],
  ])('are %s', (_what, mode, own, shared, expected) => {
    const addresses = addressesOf(
      { name: 'core', mode },
      { ...OWN, ...own },
      { ...SHARED, ...shared },
    );
    expect(addresses).toMatchObject(expected);
  });

  it.each<['paper' | 'live', object]>([
    ['paper', { apiUrl: 'https://api.alpaca.markets' }],
    ['paper', { streamUrl: 'wss://api.alpaca.markets/stream' }],
    ['live', { apiUrl: 'https://paper-api.alpaca.markets' }],
  ])('of the other mode are refused for a %s account: %s', (mode, shared) => {
    expect(() => addressesOf({ name: 'core', mode }, OWN, { ...SHARED, ...shared })).toThrow(
      /account core is \w+, and its address \S+ is that of \w+ trading/,
    );
  });
});

describe('the section in portfolios.yaml', () => {
  it.each<[string, object, RegExp]>([
    ['half a key pair', { apiKey: secret('PK1') }, /apiKey and secret together/],
    [
      'a key pair and a connection',
      { apiKey: secret('PK1'), secret: secret('s'), connection: 'ana' },
      /a connection or a key pair, not both/,
    ],
    ['an address without a secure way', { apiUrl: 'http://example.com' }, /https:\/\/example.com/],
    ['a misspelt key', { apikey: secret('PK1') }, /apikey/],
  ])('refuses %s', (_what, section, words) => {
    const problems = alpacaSettingsSchema
      .safeParse(section)
      .error?.issues.map((issue) => issue.message);
    expect(problems?.join('\n')).toMatch(words);
  });
});
