import { expect, it } from 'vitest';
import { presentAuditTable } from '../../src/messages/audit-trail.ts';
import { NOW } from '../fixtures/sample-account.ts';

it.each([
  ['0.0019874115918741670418000082', '0.001987…'],
  ['-3.12345678', '-3.123456…'],
  // What people type and brokers tell has fewer places, and stays as it is.
  ['223.0812', '223.0812'],
  ['12.1234567', '12.1234567'],
  ['12345678901234', '12345678901234'],
  ['153eaba3876cbff2ad1f.1dab6a0285', '153eaba3876cbff2ad1f.1dab6a0285'],
])('a figure of the log, %s, is read as %s', (value, shown) => {
  const message = presentAuditTable({
    rows: [
      {
        seq: 1,
        at: NOW,
        actor: 'evenkeel',
        platform: 'schedule',
        action: 'summary',
        account: 'core',
        subject: 'core',
        payload: { drift: value },
        prevHash: '0',
        hash: '1',
      },
    ],
    account: 'core',
    head: { seq: 1, hash: '1' },
    timeZone: 'America/New_York',
    now: NOW,
  });
  expect(JSON.stringify(message)).toContain(`"drift ${shown}"`);
});
