import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BROKER_SCHEMAS } from '../../src/brokers/index.ts';
import { formatProblem } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { startAlpacaFake } from '../fakes/alpaca/index.ts';
import { startSchwabFake } from '../fakes/schwab/index.ts';
import { startTwsFake } from '../fakes/tws/index.ts';
import { freePort } from '../fixtures/free-port.ts';
import { logInAtSchwab } from './schwab-login.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/evenkeel.js', import.meta.url));

/** Runs the program to its end. */
function evenkeel(
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly printed: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], DATABASE_URL: 'doctor.db', ...environment };
    execFile(process.execPath, [PROGRAM, ...args], { cwd: folder, env }, (error, out, errors) => {
      resolve({ code: Number(error?.code ?? 0), printed: out + errors });
    });
  });
}

const PEOPLE = `
people:
  ana: { name: Ana, role: proposer, web: ana }
  ben: { name: Ben, role: approver, web: ben }
`;

interface Folder extends AsyncDisposable {
  readonly path: string;
  /** What doctor prints, and its exit code. */
  doctor(environment: Readonly<Record<string, string>>): ReturnType<typeof evenkeel>;
}

/** A folder with a portfolios.yaml of these accounts: the lines of each but its targets. */
async function openFolder(accounts: Readonly<Record<string, readonly string[]>>): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'evenkeel-doctor-'));
  const texts = Object.entries(accounts).map(([name, lines]) =>
    [`  ${name}:`, '    targets: { VTI: 100% }', ...lines.map((line) => `    ${line}`)].join('\n'),
  );
  await writeFile(join(path, 'portfolios.yaml'), `accounts:\n${texts.join('\n')}${PEOPLE}`);
  return {
    path,
    doctor: (environment) => evenkeel(['doctor'], path, environment),
    [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }),
  };
}

describe('evenkeel doctor', () => {
  it('says of each account at Alpaca precisely what is wrong', async () => {
    await using fake = await startAlpacaFake({
      accounts: [
        { name: 'good', keyId: 'PKGOOD', secretKey: 'secret-good' },
        { name: 'other', keyId: 'PKOTHER', secretKey: 'secret-other' },
      ],
    });
    const account = (keys: string) => [
      'broker: alpaca',
      `alpaca: { apiUrl: "${fake.accounts['good']?.trading}", dataUrl: "${fake.data}"${keys} }`,
    ];
    const pair = (key: string, secret: string) => `, apiKey: "\${${key}}", secret: "\${${secret}}"`;
    await using folder = await openFolder({
      fine: account(pair('GOOD_KEY', 'GOOD_SECRET')),
      'wrong-secret': account(pair('OTHER_KEY', 'GOOD_SECRET')),
      without: account(''),
    });
    const { code, printed } = await folder.doctor({
      GOOD_KEY: 'PKGOOD',
      GOOD_SECRET: 'secret-good',
      OTHER_KEY: 'PKOTHER',
    });
    expect(printed).toMatch(/^ok {2}account fine at alpaca \(paper\): 0 positions$/m);
    expect(printed).toMatch(
      /^no {2}account wrong-secret at alpaca: Alpaca refuses the key pair at http/m,
    );
    expect(printed).toMatch(
      /^no {2}account without at alpaca: account without has no credentials: set ALPACA_API_KEY/m,
    );
    expect(printed).not.toContain('secret-');
    expect(code).toBe(1);
  }, 20_000);

  it('says what is wrong at Interactive Brokers, in sentences and not in log lines', async () => {
    await using fake = await startTwsFake({});
    const at = (account: string, port: number) => [
      'broker: ibkr',
      `ibkr: { account: ${account}, port: ${port} }`,
    ];
    const closed = await freePort();
    await using folder = await openFolder({
      fine: at('DU1234567', fake.port),
      other: at('DU7654321', fake.port),
      live: at('U1234567', fake.port),
      nobody: at('DU1111111', closed),
    });
    const { code, printed } = await folder.doctor({});
    expect(printed).toMatch(/^ok {2}account fine at ibkr \(paper\): 0 positions$/m);
    expect(printed).toMatch(
      /^no {2}account other at ibkr: The login at \S+ does not have the account DU7654321; it has DU1234567\./m,
    );
    expect(printed).toMatch(
      /^no {2}account live at ibkr: U1234567 is a live account .*set mode: live\.$/m,
    );
    expect(printed).toMatch(
      new RegExp(`^no {2}account nobody at ibkr: Nothing answers at 127.0.0.1:${closed} `, 'm'),
    );
    expect(printed).not.toContain('"level"');
    expect(code).toBe(1);
  }, 40_000);

  it('says what is wrong at Schwab: no app, no login, another account, nobody there, a login that ended', async () => {
    const redirectUri = 'https://127.0.0.1:8182/';
    await using fake = await startSchwabFake({ app: { redirectUri } });
    const account = (number: string) => [
      'broker: schwab',
      'mode: live',
      `schwab: { connection: ana, accountNumber: "${number}" }`,
    ];
    await using folder = await openFolder({
      fine: account('5678'),
      other: account('9999'),
      practice: account('5678').filter((line) => line !== 'mode: live'),
    });
    const bare = {
      TRADING_MODE: 'live',
      AUDIT_KEY: 'k',
      EVENKEEL_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
    };
    const environment = {
      ...bare,
      SCHWAB_CLIENT_ID: fake.app.clientId,
      SCHWAB_CLIENT_SECRET: fake.app.clientSecret,
      SCHWAB_REDIRECT_URI: redirectUri,
      SCHWAB_API_URL: fake.apiUrl,
    };
    const says = async (env: Readonly<Record<string, string>>, lines: readonly RegExp[]) => {
      const { printed } = await folder.doctor(env);
      for (const line of lines) expect(printed).toMatch(line);
    };
    await says(bare, [
      /^! {3}Account fine uses the login of ana, and nobody can log in there yet: .*SCHWAB_CLIENT_ID/m,
    ]);
    await says(environment, [/^no {2}account fine at schwab: ana has no login here: \/connect/m]);

    const loaded = loadConfig({
      env: { DATABASE_URL: 'doctor.db', ...environment },
      cwd: folder.path,
      brokerSchemas: BROKER_SCHEMAS,
    });
    if (loaded.type === 'invalid') throw new Error(loaded.problems.map(formatProblem).join('\n'));
    await logInAtSchwab(fake, 'ana', { config: loaded.config, clock: systemClock });
    await says(environment, [
      /^ok {2}account fine at schwab \(live\): 0 positions$/m,
      /^no {2}account other at schwab: Account \.{3}9999 is not on ana's login .*are \.{3}5678/m,
      /^no {2}account practice at schwab: Schwab has no paper trading/m,
      /^ok {2}login of ana at schwab: 6 days 23 h left$/m,
    ]);
    await says({ ...environment, SCHWAB_API_URL: `http://127.0.0.1:${await freePort()}` }, [
      /^no {2}account fine at schwab: Schwab cannot be reached \(ECONNREFUSED\)\. Try again/m,
    ]);
    await fake.endLogin({});
    await says(environment, [
      /^no {2}account fine at schwab: the login of ana has ended: \/connect schwab/m,
      /^no {2}login of ana at schwab has ended: \/connect schwab makes a new one\.$/m,
    ]);
  }, 60_000);
});
