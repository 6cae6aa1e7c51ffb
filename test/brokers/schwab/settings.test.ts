import { describe, expect, test } from 'vitest';
import { schwabSettingsSchema } from '../../../src/brokers/schwab/index.ts';
import { secret } from '../../../src/lib/secret.ts';

const GOOD = { connection: 'ana', accountNumber: '12345678' };

describe('the schwab section', () => {
  test('has a connection, an account and a pace', () => {
    expect(schwabSettingsSchema.parse(GOOD)).toEqual({ ...GOOD, ordersAMinute: 120 });
    expect(
      schwabSettingsSchema.parse({
        connection: 'ana',
        accountNumber: secret('5678'),
        ordersAMinute: '30',
      }),
    ).toEqual({ connection: 'ana', accountNumber: '5678', ordersAMinute: 30 });
  });

  test.each([
    ['no connection', { accountNumber: '5678' }, 'connection'],
    ['three digits', { ...GOOD, accountNumber: '123' }, 'accountNumber'],
    ['letters', { ...GOOD, accountNumber: 'abcd' }, 'accountNumber'],
    ['no orders at all', { ...GOOD, ordersAMinute: '0' }, 'ordersAMinute'],
    ['more than Schwab allows', { ...GOOD, ordersAMinute: '121' }, 'ordersAMinute'],
    ['half an order', { ...GOOD, ordersAMinute: '1.5' }, 'ordersAMinute'],
    ['what is not known', { ...GOOD, paper: 'true' }, 'paper'],
  ])('with %s is refused', (_what, section, field) => {
    const result = schwabSettingsSchema.safeParse(section);
    expect(JSON.stringify(result.error?.issues)).toContain(field);
  });
});
