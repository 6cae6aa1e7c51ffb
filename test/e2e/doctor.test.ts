import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startAlpacaFake } from '../fakes/alpaca/index.ts';

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

describe('evenkeel doctor', () => {
  it('says of each account at Alpaca precisely what is wrong', async () => {
    await using fake = await startAlpacaFake({
      accounts: [
        { name: 'good', keyId: 'PKGOOD', secretKey: 'secret-good' },
        { name: 'other', keyId: 'PKOTHER', secretKey: 'secret-other' },
      ],
    });
    const account = (name: string, keys: string, at = 'good') => `
  ${name}:
    broker: alpaca
    targets: { VTI: 100% }
    alpaca:
      apiUrl: ${fake.accounts[at]?.trading}
      dataUrl: ${fake.data}
${keys}`;
    const pair = (key: string, secret: string) =>
      `      apiKey: \${${key}}\n      secret: \${${secret}}\n`;
    const folder = await mkdtemp(join(tmpdir(), 'evenkeel-doctor-'));
    try {
      await writeFile(
        join(folder, 'portfolios.yaml'),
        `accounts:${account('fine', pair('GOOD_KEY', 'GOOD_SECRET'))}${account('wrong-secret', pair('GOOD_KEY', 'OTHER_SECRET'))}${account('without', '')}
people:
  ana: { name: Ana, role: proposer, web: ana }
  ben: { name: Ben, role: approver, web: ben }
`,
      );
      const { code, printed } = await evenkeel(['doctor'], folder, {
        GOOD_KEY: 'PKGOOD',
        GOOD_SECRET: 'secret-good',
        OTHER_SECRET: 'secret-other',
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
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 20_000);
});
