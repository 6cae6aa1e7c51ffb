import { describe, expect, it } from 'vitest';
import { parseAccountSettings } from '../../src/brokers/account-settings.ts';
import { openAlpacaGateway } from '../../src/brokers/alpaca/index.ts';
import { openIbkrGateway } from '../../src/brokers/ibkr/index.ts';
import { openSchwabGateway } from '../../src/brokers/schwab/index.ts';
import { BROKER_SCHEMAS } from '../../src/brokers/index.ts';
import { readPaperSettings } from '../../src/brokers/paper/index.ts';
import { secret } from '../../src/lib/secret.ts';
import type { BrokerGateway } from '../../src/ports/broker.ts';
import { NOBODY } from './alpaca/tiny-alpaca.ts';
import { createTestClock } from '../fixtures/test-clock.ts';
import { SILENT_LOG } from '../fixtures/test-store.ts';

const NOT_TEXT: readonly unknown[] = [12, null, ['a', 'list'], { a: 'section' }, '', 'what?'];

describe('a section of an account that does not fit its broker', () => {
  it.each(
    Object.entries(BROKER_SCHEMAS).flatMap(([broker, schema]) =>
      Object.keys(schema.shape).map(
        (key) => [`${broker}.${key}`, { broker, key, schema }] as const,
      ),
    ),
  )('%s: the place, and what belongs there', (_, { broker, key, schema }) => {
    const wrong = NOT_TEXT.filter((value) => !schema.safeParse({ [key]: value }).success);
    expect(wrong.length).toBeGreaterThan(0);
    // Each problem begins with its place, and none is told in the words of a library.
    const at = `accounts\\.core\\.${broker}\\.[\\w.[\\]"]+: (expected|unknown key|give) `;
    for (const value of wrong) {
      const parse = () => parseAccountSettings(broker, 'core', schema, { [key]: value });
      expect(parse).toThrow(new RegExp(`^${at}`));
      expect(parse).not.toThrow(/Invalid|undefined|expected string|received/);
    }
    expect(() => parseAccountSettings(broker, 'core', schema, { [`${key}s0`]: 'x' })).toThrow(
      'unknown key',
    );
  });

  const parts = { clock: createTestClock(), log: SILENT_LOG, logins: NOBODY };
  const noAddresses = { apiUrl: null, dataUrl: null, streamUrl: null, oauthUrl: null };

  it.each<[string, BrokerGateway, Record<string, unknown>, RegExp]>([
    [
      'alpaca',
      openAlpacaGateway({
        ...parts,
        config: { alpaca: { credentials: null, app: null, ...noAddresses } },
      }),
      { apiKey: secret('PK1') },
      /^accounts\.core\.alpaca\.secret: give apiKey and secret/,
    ],
    [
      'ibkr',
      openIbkrGateway({
        ...parts,
        config: { ibkr: { host: '127.0.0.1', port: null, clientId: 1 } },
      }),
      { account: 'nobody' },
      /^accounts\.core\.ibkr\.account: expected the account's id/,
    ],
    [
      'schwab',
      openSchwabGateway({
        ...parts,
        config: { accounts: [], schwab: { app: null, apiUrl: null } },
      }),
      { connection: 'ana' },
      /^accounts\.core\.schwab\.accountNumber: expected .*missing/,
    ],
  ])('%s refuses to open it, whoever asks', async (_, gateway, brokerSettings, words) => {
    expect(() => gateway.openAccount({ name: 'core', mode: 'paper', brokerSettings })).toThrow(
      words,
    );
    await gateway.close();
  });

  it('the paper broker refuses it too', () => {
    expect(() => readPaperSettings({ name: 'core', brokerSettings: { cash: 'much' } })).toThrow(
      /^accounts\.core\.paper\.cash: expected/,
    );
  });

  it('shows nothing of what stands there: it may be secret', () => {
    const schema = BROKER_SCHEMAS.schwab;
    const parse = () =>
      parseAccountSettings('schwab', 'core', schema, {
        connection: 'not a person: hunter2',
        accountNumber: 'hunter2',
        ordersAMinute: 'hunter2',
      });
    expect(parse).toThrow('accounts.core.schwab.accountNumber');
    expect(parse).not.toThrow('hunter2');
  });
});
