import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { BROKER_SCHEMAS } from '../../src/brokers/index.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { DEMO_FILE } from '../../src/config/load.ts';

const schema = configJsonSchema(BROKER_SCHEMAS);
const schemaText = `${JSON.stringify(schema, null, 2)}\n`;

describe('the JSON Schema for editors', () => {
  it('is the one in docs/ (write it with: npx vitest run test/config/json-schema.test.ts --update)', async () => {
    await expect(schemaText).toMatchFileSnapshot('../../docs/portfolios.schema.json');
  });

  const editor = z.fromJSONSchema(schema);
  const demo = readFileSync(DEMO_FILE, 'utf8');
  const complaints = (text: string): readonly string[] =>
    (editor.safeParse(parse(text)).error?.issues ?? []).map((issue) => issue.path.join('.'));

  it('takes the demo as it is', () => {
    expect(complaints(demo)).toEqual([]);
  });

  it.each([
    ['a target as a number', 'AAPL: 30%', 'AAPL: 30', []],
    ['an amount as a number', 'minimumTrade: $250', 'minimumTrade: 250.5', []],
    ['a misspelt key', 'minimumTrade:', 'minimumTrad:', ['accounts.core.policy']],
    ['an unknown broker', 'broker: paper', 'broker: etrade', ['accounts.core.broker']],
    ['a symbol in lower case', 'AAPL: 30%', 'aapl: 30%', ['accounts.core.targets.aapl']],
    [
      'a percentage without its sign',
      'priceTolerance: 1%',
      'priceTolerance: "1"',
      ['accounts.core.approvals.priceTolerance'],
    ],
    ['a setting of the paper broker as text', 'AAPL: 1065', 'AAPL: "1065"', []],
    [
      'a misspelt setting of the paper broker',
      'marketHours:',
      'marketHour:',
      ['accounts.core.paper'],
    ],
    ['an unknown role', 'role: proposer', 'role: boss', ['people.ana.role']],
  ])('judges %s as the program does', (_what, from, to, expected) => {
    expect(complaints(demo.replace(from, to))).toEqual(expected);
  });

  it('is named by the first line of the demo', () => {
    const [, path] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(demo) ?? [];
    const named = readFileSync(new URL(path ?? '', new URL(`file://${DEMO_FILE}`)), 'utf8');
    expect(named).toBe(schemaText);
  });
});
