import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { COMMANDS } from '../../commands/index.ts';
import { BROKER_SCHEMAS } from '../../src/brokers/index.ts';
import { parsePositionsCsv } from '../../src/brokers/paper/positions-csv.ts';
import { parsePriceCsv } from '../../src/brokers/paper/price-csv.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Log } from '../../src/ports/log.ts';
import { openAppWorld } from '../app/app-world.ts';
import { fuzzSettings } from '../fixtures/fuzz-runs.ts';
import { temporaryFolder } from '../fixtures/test-store.ts';
import { createTally } from './tally.ts';

const settings = fuzzSettings(150);
const timeout = settings.isLong ? 0 : 60_000;
const tally = createTally();

const piece = fc.oneof(
  fc.constantFrom('core', 'all', '--buy-only', '--contribute', '1e9', '-1', '$2,500.00', '=', '"'),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ maxLength: 200 }),
);
const line = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(' '));
const name = fc.oneof(
  fc.constantFrom(...COMMANDS.map((command) => command.name).filter((each) => each !== 'connect')),
  fc.string({ maxLength: 20 }),
);

/** What is said when the program did not foresee something. */
function listening(errors: string[]): Log {
  return {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: ({ code, error }, message) => errors.push(`${code}: ${message}: ${String(error)}`),
  };
}

test('no command line and no click crashes the bot or trades', { timeout }, async () => {
  const errors: string[] = [];
  let clicks = 0;
  await using world = await openAppWorld({
    log: listening(errors),
    masterKeys: [new Uint8Array(32).fill(5)],
  });
  await world.say('ana', 'rebalance', 'core');
  await fc.assert(
    fc.asyncProperty(
      name,
      line,
      fc.record({ action: piece, proposalId: piece, digest: piece }),
      fc.option(fc.dictionary(fc.string({ maxLength: 20 }), piece, { maxKeys: 4 }), { nil: null }),
      async (command, text, click, fields) => {
        await world.say('dev', command, text);
        tally.count('command lines');
        await world.handle({
          type: 'click',
          idempotencyKey: `fuzz-${clicks}`,
          user: { platform: 'web', userId: 'dev', roleIds: [] },
          channel: 'workspace',
          ...click,
          fields,
        });
        clicks += 1;
        tally.count('clicks and forms');
        expect(errors).toEqual([]);
      },
    ),
    settings,
  );
  await world.clock.settle();
  expect(await world.store.listOrders({})).toEqual([]);
});

test('no portfolios.yaml crashes the start: it is read, or told apart in sentences', () => {
  using folder = temporaryFolder();
  const key = fc.constantFrom('accounts', 'core', 'broker', 'targets', 'people', 'limits', 'AAPL');
  const scalar = fc.oneof(
    piece,
    fc.constantFrom('paper', '50%', '&a', '*a', '!!js', '{', '- x', '|'),
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(fc.tuple(fc.nat({ max: 4 }), key, scalar), { maxLength: 12 })
      .map((rows) => rows.map(([indent, k, v]) => `${'  '.repeat(indent)}${k}: ${v}`).join('\n')),
  );
  fc.assert(
    fc.property(text, (yaml) => {
      writeFileSync(join(folder.path, 'portfolios.yaml'), yaml);
      const loaded = loadConfig({ env: {}, cwd: folder.path, brokerSchemas: BROKER_SCHEMAS });
      tally.count('portfolios.yaml');
      const told = loaded.type === 'invalid' ? loaded.problems : loaded.config.accounts;
      expect(told.length).toBeGreaterThan(0);
    }),
    settings,
  );
});

test('no CSV crashes the import of prices and positions: every bad line is a problem', () => {
  const cell = fc.oneof(
    fc.constantFrom('date', 'symbol', 'close', 'quantity', 'AAPL', '2020-01-31', '1e400', '"', ''),
    fc.constantFrom('=1+1', '-0', '9'.repeat(80), '$1,000.00', '\u0000', '\ufeff', '\r'),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const text = fc
    .array(fc.array(cell, { maxLength: 5 }), { maxLength: 10 })
    .map((rows) => rows.map((cells) => cells.join(',')).join('\n'));
  fc.assert(
    fc.property(text, fc.boolean(), (body, hasHead) => {
      const csv = hasHead ? `date,symbol,close\n${body}` : body;
      expect(parsePriceCsv(csv, 'prices.csv').type).toMatch(/./);
      expect(parsePositionsCsv(csv, 'positions.csv').type).toMatch(/./);
      tally.count('CSV files', 2);
    }),
    settings,
  );
});

afterAll(() => {
  tally.report();
});
