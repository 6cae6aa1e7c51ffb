import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { reveal } from '../../src/lib/secret.ts';
import { openStore } from '../../src/store/index.ts';
import { startSchwabFake } from '../fakes/schwab/index.ts';
import { browse } from '../fixtures/browse.ts';
import { freePort } from '../fixtures/free-port.ts';
import { SILENT_LOG } from '../fixtures/test-store.ts';
import { portfoliosText } from './bot-world.ts';
import { SLACK_CHANNEL, SLACK_IDS } from './team.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/evenkeel.js', import.meta.url));
const KEY = Buffer.alloc(32, 1);

interface Folder extends AsyncDisposable {
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): Running;
  /** The stored login of Ana, under the keys given. */
  login(
    keys?: readonly Uint8Array[],
  ): Promise<{ access: string; actions: readonly string[] } | null>;
}

interface Running {
  /** Types a line. */
  type(line: string): void;
  /** What was printed on standard output so far, once it matches. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<{ exitCode: number | null; output: string; errors: string }>;
}

/** A folder with a portfolios.yaml, and the program in it. */
async function openFolder(): Promise<Folder> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-cli-'));
  await writeFile(
    join(folder, 'portfolios.yaml'),
    portfoliosText({
      channels: [`- slack: ${SLACK_CHANNEL}`],
      ids: {
        Ana: [`slack: ${SLACK_IDS.Ana}`],
        Ben: ['web: ben'],
        Chloe: ['web: chloe'],
        Dev: ['web: dev'],
      },
      broker: `
    broker: schwab
    schwab: { connection: ana, accountNumber: "12345678" }`,
    }),
  );
  return {
    run(args, environment = {}) {
      const child = spawn(process.execPath, [PROGRAM, ...args], {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          DATABASE_URL: 'bot.db',
          LOG_LEVEL: 'warn',
          EVENKEEL_MASTER_KEY: KEY.toString('base64'),
          ...environment,
        },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      let output = '';
      const errors = text(child.stderr);
      const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      return {
        type: (line) => child.stdin.write(`${line}\n`),
        printed: (pattern) =>
          new Promise((resolve, reject) => {
            const look = (): void => {
              const found = pattern.exec(output);
              if (found !== null) resolve(found);
            };
            child.stdout.on('data', look);
            child.once('close', () => reject(new Error(`it ended without ${pattern}: ${output}`)));
            look();
          }),
        ended: (async () => {
          const exitCode = await closed;
          return { exitCode, output, errors: await errors };
        })(),
      };
    },
    async login(keys = [KEY]) {
      const path = join(folder, 'bot.db');
      const store = await openStore({ path, auditKey: null, masterKeys: keys, log: SILENT_LOG });
      try {
        const login = await store.findLogin('schwab', 'ana');
        const rows = await store.listAudit({ limit: 20 });
        const actions = rows.map(({ action, actor, platform }) => `${action} ${actor} ${platform}`);
        return login === null ? null : { access: reveal(login.accessToken), actions };
      } finally {
        await store.close();
      }
    },
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}

const ADDRESS = /^(http:\S+oauth\/authorize\S+)$/mu;

describe('evenkeel connect', () => {
  it.each(['comes back to this machine', 'is pasted'])(
    'connects a login whose address %s, and keys rotate encrypts it anew',
    async (way) => {
      await using folder = await openFolder();
      const redirectUri = `https://127.0.0.1:${await freePort()}/`;
      await using fake = await startSchwabFake({ app: { redirectUri } });
      const environment = {
        SCHWAB_CLIENT_ID: fake.app.clientId,
        SCHWAB_CLIENT_SECRET: fake.app.clientSecret,
        SCHWAB_REDIRECT_URI: redirectUri,
        SCHWAB_API_URL: fake.apiUrl,
      };
      const connect = folder.run(['connect', 'schwab', '--person', 'ana'], environment);
      const [, authorizeUrl = ''] = await connect.printed(ADDRESS);
      const { redirectUrl } = await fake.login({ authorizeUrl, person: 'owner' });
      if (way === 'is pasted') {
        connect.type('nonsense');
        await connect.printed(/that is not an address that a broker sends back/u);
        connect.type(redirectUrl);
      } else {
        await browse(redirectUrl);
      }
      const { exitCode, output, errors } = await connect.ended;
      expect(errors).toBe('');
      expect(output).toContain('The Schwab login of Ana is connected until');
      expect(exitCode).toBe(0);
      const login = await folder.login();
      const doctor = await folder.run(['doctor'], environment).ended;
      expect(doctor.output).toMatch(/^ok {2}login of ana at schwab: 6 days 23 h left$/mu);
      expect(login?.access).toMatch(/^I0\./u);
      expect(login?.actions).toContain('connection ana cli');

      const other = Buffer.alloc(32, 2);
      const keys = {
        EVENKEEL_MASTER_KEY: [other, KEY].map((key) => key.toString('base64')).join(),
      };
      const rotated = await folder.run(['keys', 'rotate'], keys).ended;
      expect(rotated.output).toContain('2 of 2 stored secrets were encrypted anew');
      const again = await folder.run(['keys', 'rotate'], keys).ended;
      expect(again.output).toContain('0 of 2 stored secrets were encrypted anew');
      const after = await folder.login([other]);
      expect(after?.access).toBe(login?.access);
      expect(
        after?.actions.filter((action) => action === 'key_rotation evenkeel cli'),
      ).toHaveLength(1);
      const without = await folder.run(['keys', 'rotate']).ended;
      expect(without.exitCode).toBe(1);
      expect(without.errors).toContain(
        'is encrypted under another key than EVENKEEL_MASTER_KEY has',
      );
    },
    40_000,
  );

  it.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    [
      'nobody of that name',
      ['connect', 'schwab', '--person', 'anna'],
      {},
      /There is no person anna in .*People: ana, ben/u,
    ],
    ['no app', ['connect', 'schwab', '--person', 'ana'], {}, /Nobody can log in at Schwab yet/u],
    [
      'no key',
      ['connect', 'schwab', '--person', 'ana'],
      {
        EVENKEEL_MASTER_KEY: '',
        SCHWAB_CLIENT_ID: 'i',
        SCHWAB_CLIENT_SECRET: 's',
        SCHWAB_REDIRECT_URI: 'https://127.0.0.1:1/',
      },
      /No secrets are stored without EVENKEEL_MASTER_KEY/u,
    ],
  ])('with %s says so', async (_what, args, environment, words) => {
    await using folder = await openFolder();
    const { exitCode, errors } = await folder.run(args, environment).ended;
    expect(errors).toMatch(words);
    expect(errors).not.toContain('    at ');
    expect(exitCode).toBe(1);
  });
});

describe('evenkeel keys generate', () => {
  it('prints another key each time, and nothing else on standard output', async () => {
    await using folder = await openFolder();
    const made = await Promise.all(
      [1, 2].map(async () => (await folder.run(['keys', 'generate']).ended).output.trim()),
    );
    expect(new Set(made).size).toBe(2);
    for (const key of made) expect(Buffer.from(key, 'base64')).toHaveLength(32);
  });
});
