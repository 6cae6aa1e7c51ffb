import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../commands/index.ts';
import { SLACK_BOT_SCOPES } from '../../src/chat/slack/manifest.ts';
import { reveal } from '../../src/lib/secret.ts';
import { openStore } from '../../src/store/index.ts';
import { startAlpacaFake } from '../fakes/alpaca/index.ts';
import { startSchwabFake } from '../fakes/schwab/index.ts';
import { startSlackFake } from '../fakes/slack/index.ts';
import { browse } from '../fixtures/browse.ts';
import { freePort } from '../fixtures/free-port.ts';
import { SILENT_LOG } from '../fixtures/test-store.ts';
import { portfoliosText, until } from './bot-world.ts';
import { SLACK_CHANNEL, SLACK_IDS, slackTeam } from './team.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/evenkeel.js', import.meta.url));

const canary = (name: string): string => `canary-${name}-${randomBytes(12).toString('hex')}`;

/** A secret as it is, and as it travels. */
function formsOf(value: string): readonly string[] {
  return [
    value,
    encodeURIComponent(value),
    Buffer.from(value).toString('base64').replaceAll('=', ''),
    Buffer.from(value).toString('base64url'),
    Buffer.from(value).toString('hex'),
  ];
}

/** The names of the secrets that a text shows. */
function shownIn(text: string, secrets: ReadonlyMap<string, string>): readonly string[] {
  return [...secrets]
    .filter(([, value]) => formsOf(value).some((form) => text.includes(form)))
    .map(([name]) => name);
}

interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * What a command prints on both outputs, whether or not it succeeds.
 * @param reply what is typed once it has printed something.
 */
function printedBy(
  args: readonly string[],
  surroundings: Surroundings,
  reply: (printed: string) => Promise<string> = async () => '',
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [PROGRAM, ...args],
      surroundings,
      (error, out, errors) => {
        resolve(`${args.join(' ')}: ${Number(error?.code ?? 0)}\n${out}${errors}`);
      },
    );
    child.stdout?.once('data', (printed: Buffer) => {
      reply(printed.toString()).then((typed) => child.stdin?.end(typed), reject);
    });
  });
}

describe('secrets', () => {
  it('show nowhere: no log, output, message, record, database, error, export, backup or diagnostic report', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'evenkeel-secrets-'));
    const redirectUri = `https://127.0.0.1:${await freePort()}/`;
    const clientId = canary('client-id');
    const clientSecret = canary('client-secret');
    await using schwab = await startSchwabFake({ app: { clientId, clientSecret, redirectUri } });
    const slack = await startSlackFake({
      app: { commands: COMMANDS.map(({ name }) => `/${name}`) },
      scopes: SLACK_BOT_SCOPES,
      users: Object.entries(SLACK_IDS).map(([name, id]) => ({ id, name })),
      channels: [{ id: SLACK_CHANNEL, name: 'rebalancing' }],
    });
    const alpacaKey = canary('alpaca-key');
    const alpacaSecret = canary('alpaca-secret');
    await using alpaca = await startAlpacaFake({
      accounts: [{ name: 'growth', keyId: alpacaKey, secretKey: alpacaSecret, cash: '54321' }],
    });
    const masterKey = randomBytes(32);
    const environment: Readonly<Record<string, string>> = {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      DISCORD_TOKEN: canary('discord-token'),
      AUDIT_KEY: canary('audit-key'),
      EVENKEEL_MASTER_KEY: masterKey.toString('base64'),
      ALPACA_API_KEY: alpacaKey,
      ALPACA_SECRET: alpacaSecret,
      ALPACA_CLIENT_ID: canary('alpaca-client-id'),
      ALPACA_CLIENT_SECRET: canary('alpaca-client-secret'),
      SCHWAB_CLIENT_ID: clientId,
      SCHWAB_CLIENT_SECRET: clientSecret,
    };
    const secrets = new Map(Object.entries(environment));
    secrets.set('the master key itself', masterKey.toString('latin1'));
    await writeFile(
      join(folder, 'portfolios.yaml'),
      portfoliosText({
        channels: [`- slack: ${SLACK_CHANNEL}`],
        ids: {
          Ana: [`slack: ${SLACK_IDS.Ana}`],
          Ben: [`slack: ${SLACK_IDS.Ben}`],
          Chloe: ['web: chloe'],
          Dev: ['web: dev'],
        },
        broker: `
    broker: schwab
    schwab: { connection: ana, accountNumber: "12345678" }`,
      }).replace(
        '\npeople:',
        `
  growth:
    broker: alpaca
    targets: { VTI: 100% }
    channels:
      - slack: ${SLACK_CHANNEL}
people:`,
      ),
    );
    const healthPort = await freePort();
    const surroundings = {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        ...environment,
        DATABASE_URL: 'bot.db',
        PORT: '0',
        HEALTH_PORT: String(healthPort),
        LOG_LEVEL: 'debug',
        SLACK_API_URL: slack.apiUrl,
        DISCORD_GUILD_ID: '1',
        // Nobody is there: what fails must not show its token either.
        DISCORD_API_URL: 'http://127.0.0.1:9',
        ALPACA_API_URL: alpaca.accounts['growth']?.trading,
        ALPACA_DATA_URL: alpaca.data,
        ALPACA_REDIRECT_URI: 'https://127.0.0.1:9/',
        SCHWAB_REDIRECT_URI: redirectUri,
        SCHWAB_API_URL: schwab.apiUrl,
      },
    };
    const bot = spawn(
      process.execPath,
      [
        '--report-on-signal',
        '--report-signal=SIGUSR2',
        `--report-directory=${folder}`,
        PROGRAM,
        'start',
      ],
      { ...surroundings, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    bot.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    bot.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise((resolve) => bot.once('exit', resolve));
    const team = slackTeam(slack);
    const heard = (words: string) =>
      until(`“${words}”`, () => everything().some((text) => text.includes(words)), 15_000);
    const everything = (): readonly string[] => [
      ...team.posted().map(({ text }) => text),
      ...team.privately('Ana'),
      ...team.privately('Ben'),
      ...team.direct('Ana'),
      ...team.direct('Ben'),
    ];
    /** Connects as far as the redirected address, whose code and state are secrets from then on. */
    const redirected = async (name: string): Promise<string> => {
      const seen = team.privately('Ana').length;
      team.command('Ana', 'connect', { account: 'schwab' });
      const link = await until(
        'the link',
        () => /<(http[^|>]+)\|Log in at/u.exec(team.privately('Ana').slice(seen).join(' '))?.[1],
      );
      return await loggedIn(link.replaceAll('&amp;', '&'), name);
    };
    const loggedIn = async (authorizeUrl: string, name: string): Promise<string> => {
      const { redirectUrl } = await schwab.login({ authorizeUrl, person: 'owner' });
      const query = new URL(redirectUrl).searchParams;
      secrets.set(`the code of ${name}`, query.get('code') ?? '');
      secrets.set(`the state of ${name}`, query.get('state') ?? '');
      return redirectUrl;
    };
    const rememberTokens = async (name: string): Promise<void> => {
      const store = await openStore({
        path: join(folder, 'bot.db'),
        auditKey: Buffer.from(environment['AUDIT_KEY'] ?? ''),
        masterKeys: [masterKey],
        log: SILENT_LOG,
      });
      const login = await store.findLogin('schwab', 'ana');
      await store.close();
      if (login === null || login.refreshToken === null) throw new Error('not connected');
      secrets.set(`the access token of ${name}`, reveal(login.accessToken));
      secrets.set(`the refresh token of ${name}`, reveal(login.refreshToken));
    };
    try {
      await until('the start', () => output.includes('Ctrl-C ends the bot'), 20_000);
      await until('the bot in Slack', () => slack.socketMode.connections().length > 0);
      const first = await redirected('the first login');
      expect((await browse(first)).page).toContain('is connected');
      await rememberTokens('the first login');
      expect((await browse(first).catch(() => ({ page: 'closed' }))).page).not.toContain('is conn');
      // Typed where it does not belong.
      team.command('Ana', 'connect', { account: `schwab ${first}` });
      team.command('Ana', 'rebalance', { account: first });
      await heard('There is no account');
      team.command('Ana', 'portfolio', { account: 'core' });
      await heard('100,000');
      team.command('Ana', 'rebalance', { account: 'core' });
      await heard('Rebalance core');
      await schwab.fail({ operation: 'read', code: 'garbage', count: 1 });
      team.command('Ana', 'portfolio', { account: 'core' });
      await heard('Schwab');
      await schwab.fail({ operation: 'token', code: 'garbage', count: 1 });
      await browse(await redirected('a login that fails'));
      await schwab.endLogin({});
      await schwab.fail({ operation: 'token', code: 'garbage', count: 2 });
      team.command('Ana', 'portfolio', { account: 'core' });
      await heard('a fresh token could not be had');
      team.command('Ana', 'portfolio', { account: 'core' });
      await heard('did not accept the login');
      team.command('Ana', 'portfolio', { account: 'growth' });
      await heard('54,321');
      for (const code of ['authentication', 'garbage', 'unavailable'] as const) {
        const before = everything().length;
        await alpaca.fail({ operation: 'any', code, count: 6 });
        team.command('Ana', 'portfolio', { account: 'growth' });
        await until(`an answer after ${code}`, () => everything().length > before, 15_000);
      }
      const metrics = await (await fetch(`http://127.0.0.1:${healthPort}/metrics`)).text();
      const report = (): Promise<readonly string[]> => readdir(folder);
      bot.kill('SIGUSR2');
      await until('the report', async () =>
        (await report()).some((name) => name.endsWith('.json')),
      );
      const files = await until('the whole report', async () => {
        const names = (await report()).filter((name) => name.endsWith('.json'));
        const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
        return texts.length > 0 && texts.every((text) => text.trimEnd().endsWith('}')) && texts;
      });
      // What the file holds while it is open: the main file, and what is not yet in it.
      const database = async (): Promise<string> => {
        const names = (await readdir(folder)).filter((name) => name.startsWith('bot.db'));
        const parts = await Promise.all(names.map((name) => readFile(join(folder, name))));
        return Buffer.concat(parts).toString('latin1');
      };
      const whileOpen = await database();
      bot.kill('SIGINT');
      await ended;
      const closed = await database();
      let commandOutput = await printedBy(
        ['connect', 'schwab', '--person', 'ana'],
        surroundings,
        async (printed) => {
          const redirectUrl = await loggedIn(/^http\S+$/mu.exec(printed)?.[0] ?? '', 'a terminal');
          await schwab.fail({ operation: 'token', code: 'garbage', count: 2 });
          return `nonsense\n${first}\n${redirectUrl}\n`;
        },
      );
      const others = [
        'doctor',
        'audit export --output rows.csv',
        'audit export --format jsonl --output rows.jsonl',
        'backup --to copy.db',
        'keys rotate',
      ].map((command) => printedBy(command.split(' '), surroundings));
      commandOutput += (await Promise.all(others)).join('\n');
      const exported = await Promise.all(
        (await readdir(folder))
          .filter((name) => /^(rows|copy)/u.test(name))
          .map((name) => readFile(join(folder, name), 'latin1')),
      );
      const messages = everything().join('\n');
      // The link that Ana is shown carries the app's id and the state; nothing else may.
      const inLinks = new Set(
        [...secrets.keys()].filter((name) => /^(SCHWAB_CLIENT_ID|the state)/u.test(name)),
      );
      expect({
        output: shownIn(output, secrets),
        messages: shownIn(messages, secrets).filter((name) => !inLinks.has(name)),
        'the posted messages': shownIn(
          team
            .posted()
            .map(({ text }) => text)
            .join(),
          secrets,
        ),
        'the open database': shownIn(whileOpen, secrets),
        'the closed database': shownIn(closed, secrets),
        'the diagnostic report': shownIn(files.join(), secrets),
        'the metrics': shownIn(metrics, secrets),
        'the commands': shownIn(commandOutput, secrets).filter((name) => !inLinks.has(name)),
        'exports and backup': shownIn(exported.join(), secrets),
      }).toEqual({
        output: [],
        messages: [],
        'the posted messages': [],
        'the open database': [],
        'the closed database': [],
        'the diagnostic report': [],
        'the metrics': [],
        'the commands': [],
        'exports and backup': [],
      });
      // The search finds what is there.
      expect(closed).toContain('connection');
      expect(files.join()).toContain('nodejsVersion');
      expect(metrics).toContain('evenkeel_login_runway_seconds');
      expect(exported.map(({ length }) => length > 100)).toEqual(exported.map(() => true));
      expect(exported.length).toBeGreaterThanOrEqual(5);
      expect(commandOutput).toMatch(/^ok {2}account growth at alpaca/mu);
      expect(commandOutput).toMatch(/stored secrets were encrypted anew/u);
      expect(commandOutput).toMatch(/^connect schwab --person ana: 1$/mu);
      expect(secrets.size).toBeGreaterThan(15);
    } finally {
      bot.kill('SIGKILL');
      await ended;
      await slack.close();
      await rm(folder, { recursive: true, force: true });
    }
  }, 90_000);
});
