import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  isSecret,
  reveal,
  revealedTextSchema,
  secret,
  secretTextSchema,
} from '../../src/lib/secret.ts';

const CANARY = 'canary-7f3a';

describe('a secret', () => {
  const hidden = secret(CANARY);
  const holder = { token: hidden, list: [hidden] };

  it.each([
    ['a text', String(hidden)],
    ['JSON', JSON.stringify(holder)],
    ['an inspection', inspect(holder, { depth: 9, showHidden: true, showProxy: true })],
    ['an error', new Error('no login with ' + String(hidden)).message],
    ['its keys', Reflect.ownKeys(hidden).map(String).join()],
    ['a copy of its properties', JSON.stringify(Object.assign({}, hidden))],
  ])('does not show in %s', (_where, text) => {
    expect(text).not.toContain(CANARY);
  });

  it('prints as [secret]', () => {
    expect([String(hidden), JSON.stringify(hidden), inspect(hidden)]).toEqual([
      '[secret]',
      '"[secret]"',
      '[secret]',
    ]);
  });

  it('is given back by reveal', () => {
    expect(reveal(hidden)).toBe(CANARY);
  });

  it('is told from look-alikes', () => {
    const forged: unknown = Object.create(Reflect.getPrototypeOf(hidden));
    expect([hidden, forged, { toString: () => '[secret]' }, '[secret]'].map(isSecret)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('cannot be given properties', () => {
    expect(Object.isFrozen(hidden)).toBe(true);
  });
});

describe('settings that may be written as ${NAME}', () => {
  it('become a secret where they are one', () => {
    expect(reveal(secretTextSchema.parse('typed'))).toBe('typed');
    expect(reveal(secretTextSchema.parse(secret(CANARY)))).toBe(CANARY);
  });

  it('become plain text where they are none', () => {
    expect(revealedTextSchema.parse('typed')).toBe('typed');
    expect(revealedTextSchema.parse(secret('https://example.test'))).toBe('https://example.test');
  });

  it.each([[''], [null], [1], [{}]])('refuse %j', (value) => {
    expect(secretTextSchema.safeParse(value).success).toBe(false);
    expect(revealedTextSchema.safeParse(value).success).toBe(false);
  });
});
