import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { paperSettingsSchema } from '../../../src/brokers/paper/index.ts';

describe('the paper section of an account', () => {
  test('may be left out', () => {
    const settings = paperSettingsSchema.parse({});
    expect(JSON.parse(JSON.stringify(settings))).toEqual({
      prices: 'builtin',
      marketHours: 'ignore',
      latency: 'PT0.05S',
      partialFills: 2,
      fillInterval: 'PT0.15S',
      slippageBasisPoints: '2',
      spreadBasisPoints: '2',
      feePerOrder: '0',
      feePerShare: '0',
      margin: '0',
      fractional: false,
    });
  });

  test('is read exactly', () => {
    const settings = paperSettingsSchema.parse({
      cash: '25000.10',
      positions: { AAPL: '120', 'BRK.B': '0.5' },
      prices: 'my/prices.csv',
      start: '2006-01',
      marketHours: 'observe',
      latency: 'PT0.1S',
      partialFills: '3',
      fillInterval: '2 min',
      slippageBasisPoints: '2.5',
      spreadBasisPoints: '0',
      feePerOrder: '0.35',
      feePerShare: '0.0035',
      margin: '5000',
      fractional: 'true',
    });
    expect(JSON.parse(JSON.stringify(settings))).toEqual({
      cash: '25000.1',
      positions: { AAPL: '120', 'BRK.B': '0.5' },
      prices: 'my/prices.csv',
      start: '2006-01',
      marketHours: 'observe',
      latency: 'PT0.1S',
      partialFills: 3,
      fillInterval: 'PT2M',
      slippageBasisPoints: '2.5',
      spreadBasisPoints: '0',
      feePerOrder: '0.35',
      feePerShare: '0.0035',
      margin: '5000',
      fractional: true,
    });
  });

  test.each<[Record<string, unknown>, string, RegExp]>([
    [{ cash: '-1' }, 'cash', /not negative/],
    [{ cash: '25,000' }, 'cash', /25000/],
    [{ cash: 25000 }, 'cash', /string/],
    [{ positions: { aapl: '1' } }, 'positions', /key|symbol/i],
    [{ positions: { AAPL: '0' } }, 'positions.AAPL', /more than zero/],
    [{ positions: { AAPL: '-5' } }, 'positions.AAPL', /number of shares/],
    [{ positions: { AAPL: '1' }, positionsFile: 'p.csv' }, 'positionsFile', /not both/],
    [{ start: '2006-13' }, 'start', /2006-01/],
    [{ start: '1997-01' }, 'start', /1999/],
    [{ marketHours: 'never' }, 'marketHours', /observe/],
    [{ latency: '50' }, 'latency', /50 ms/],
    [{ latency: 'PT' }, 'latency', /50 ms/],
    [{ latency: 'PT2H' }, 'latency', /at most an hour/],
    [{ latency: 'P1M' }, 'latency', /50 ms/],
    [{ partialFills: '0' }, 'partialFills', /1 to 20/],
    [{ partialFills: '2.5' }, 'partialFills', /1 to 20/],
    [{ slippageBasisPoints: '-2' }, 'slippageBasisPoints', /basis points/],
    [{ slippageBasisPoints: '1001' }, 'slippageBasisPoints', /1000/],
    [{ feePerOrder: 'NaN' }, 'feePerOrder', /amount/],
    [{ fractional: 'yes' }, 'fractional', /./],
    [{ slipage: '2' }, '', /slipage/],
  ])('refuses %j and says where', (section, path, message) => {
    const result = paperSettingsSchema.safeParse(section);
    const issues = result.error?.issues.map((issue) => [issue.path.join('.'), issue.message]) ?? [];
    expect(issues).toHaveLength(1);
    expect(issues[0]?.[0]).toContain(path);
    expect(issues[0]?.[1]).toMatch(message);
  });

  test('has a JSON Schema for editors', () => {
    const schema = z.toJSONSchema(paperSettingsSchema, { io: 'input' });
    expect(Object.keys(schema.properties ?? {})).toContain('slippageBasisPoints');
    expect(schema.required).toBeUndefined();
  });
});
