import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { demoMorning } from '../../src/demo.ts';

const program = fileURLToPath(new URL('../../bin/evenkeel.js', import.meta.url));
const reportSchema = z.strictObject({
  proposals: z.int(),
  approved: z.int(),
  rejected: z.int(),
  expired: z.int(),
  orders: z.int(),
  fills: z.int(),
  auditRows: z.int(),
  auditHead: z.string().regex(/^[0-9a-f]{64}$/),
  verified: z.boolean(),
});

describe('evenkeel demo', () => {
  it('runs the main job and tells what it did on its last line', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'demo', '--json'], {
      env: { PATH: process.env['PATH'] },
    });
    const report = reportSchema.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''));
    expect(report).toMatchObject({ approved: 1, rejected: 1, expired: 1, verified: true });
    expect(report.proposals).toBeGreaterThanOrEqual(3);
    expect(report.orders).toBe(4);
    expect(report.fills).toBeGreaterThanOrEqual(report.orders);
    expect(report.auditRows).toBeGreaterThan(report.orders * 3 + report.fills);
    expect(stdout).toContain('You cannot decide on');
    expect(stdout).toContain('Waiting for the quarterly distribution');
    expect(stdout).toMatch(/executed in/);
    expect(stdout).toMatch(
      /daily summaries\.[^]*- core - \w+day [^]*approved by Ben[^]*- family - \w+day /,
    );
    expect(stdout).toMatch(/ok \d+ rows, head [0-9a-f]{64}/);
  });

  it.each([
    ['on a morning, the next day', '2026-11-23T15:00:00Z', '2026-11-24T16:00:00Z'],
    ['before the open, the same day', '2026-11-23T14:00:00Z', '2026-11-23T16:00:00Z'],
    // Thanksgiving, and a Friday that closes at 13:00, hours before the summaries.
    ['before a short session, the one after it', '2026-11-25T20:00:00Z', '2026-11-30T16:00:00Z'],
  ])('plays, %s', (_when, now, morning) => {
    expect(demoMorning(Temporal.Instant.from(now)).toString()).toBe(morning);
  });
});
