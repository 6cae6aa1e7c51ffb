import { createHash, createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../src/ports/store.ts';
import {
  canonicalRow,
  chainHash,
  GENESIS_HASH,
  type ChainedRow,
} from '../../src/store/audit-chain.ts';
import { parseAuditHead } from '../../src/store/audit-head.ts';
import { canonicalPayload } from '../../src/store/audit-payload.ts';

const text = fc.string({ unit: 'grapheme' });
const payloadValue = fc.letrec<{ value: JsonValue; object: { [key: string]: JsonValue } }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.boolean(),
      fc.constant(null),
      fc.maxSafeInteger(),
      fc.array(tie('value'), { maxLength: 4 }),
      tie('object'),
    ),
    object: fc.dictionary(
      fc.oneof(text, fc.constantFrom('__proto__', 'constructor', '10', '9', '2', 'toJSON', '')),
      tie('value'),
      { maxKeys: 5 },
    ),
  }),
);
const payloads = payloadValue.object;
const rows: fc.Arbitrary<{ row: ChainedRow; payload: { [key: string]: JsonValue } }> = fc
  .record({
    seq: fc.nat(),
    at: text,
    actor: text,
    platform: text,
    action: text,
    account: fc.option(text),
    subject: text,
    payload: payloads,
    prevHash: text,
  })
  .map(({ payload, ...row }) => ({
    row: { ...row, payload: canonicalPayload(payload).text },
    payload,
  }));

describe('the text that is hashed', () => {
  test('is the canonical JSON of the row (RFC 8785)', () => {
    fc.assert(
      fc.property(rows, ({ row, payload }) => {
        expect(canonicalRow(row)).toBe(canonicalize({ ...row, payload }));
      }),
    );
  });

  test('differs for different rows, even when a payload pretends to be the rest of another', () => {
    const honest: ChainedRow = {
      seq: 2,
      at: '2026-11-20T19:02:00.000000000Z',
      actor: 'ana',
      platform: 'web',
      action: 'approval',
      account: 'core',
      subject: 'k3f9xa',
      payload: '{"a":"1"}',
      prevHash: GENESIS_HASH,
    };
    const forged = { ...honest, payload: '{"a":"1"},"platform":"web"', platform: 'slack' };
    expect(canonicalRow(forged)).not.toBe(canonicalRow(honest));
    fc.assert(
      fc.property(rows, rows, ({ row: a }, { row: b }) => {
        expect(canonicalRow(a) === canonicalRow(b)).toBe(isDeepStrictEqual(a, b));
      }),
    );
  });
});

describe('the hash', () => {
  test('is SHA-256 of that text, or HMAC-SHA256 with a key', () => {
    const key = new Uint8Array(32).fill(7);
    fc.assert(
      fc.property(rows, ({ row }) => {
        const bytes = canonicalRow(row);
        expect(chainHash(null)(row)).toBe(createHash('sha256').update(bytes).digest('hex'));
        expect(chainHash(key)(row)).toBe(createHmac('sha256', key).update(bytes).digest('hex'));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a payload', () => {
  test('is written as canonical JSON and stays as it is', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const result = canonicalPayload(payload);
        expect(result.text).toBe(canonicalize(payload));
        expect(JSON.parse(result.text)).toEqual(payload);
        expect(result.payload).toEqual(payload);
      }),
    );
  });

  test('is kept readable when a stranger types half a character', () => {
    const payload = { text: 'a\ud800b', list: ['\udc00'], nested: { 'k\ud800': 1, 'a"\n': null } };
    expect(canonicalPayload(payload)).toEqual({
      payload: { text: 'a\ufffdb', list: ['\ufffd'], nested: { 'k\ufffd': 1, 'a"\n': null } },
      text: '{"list":["\ufffd"],"nested":{"a\\"\\n":null,"k\ufffd":1},"text":"a\ufffdb"}',
    });
  });

  test.each([
    ['a fraction', 1.5],
    ['a number that is not exact', 2 ** 53],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['undefined', undefined],
    ['a bigint', 1n],
    ['a function', () => 1],
  ])('refuses %s, wherever it stands', (_, value) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what types forbid is the case
    const bad = { x: value as JsonValue };
    for (const payload of [bad, { deep: [bad] }, { '1': 'unusual key', ...bad }]) {
      expect(() => canonicalPayload(payload)).toThrow(
        expect.objectContaining({ code: 'invalid_value' }),
      );
    }
  });
});

describe('a head in words', () => {
  const hash = '9c1e77d0'.repeat(8);
  test.each([
    [`846:${hash}`, { seq: 846, hash }],
    [hash.toUpperCase(), { seq: null, hash }],
    ['9c1e77d0', { seq: null, hash: '9c1e77d0' }],
    ['  846:9c1e77d0\n', { seq: 846, hash: '9c1e77d0' }],
    ['0:00000000', { seq: 0, hash: '00000000' }],
    ['9c1e77d', null],
    ['', null],
    ['846', null],
    ['846:', null],
    ['-1:9c1e77d0', null],
    [`${hash}0`, null],
    ['9c1e77dg', null],
  ])('%j', (words, head) => {
    expect(parseAuditHead(words)).toEqual(head);
  });
});
