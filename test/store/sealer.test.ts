import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reveal } from '../../src/lib/secret.ts';
import { StoreError } from '../../src/ports/store-error.ts';
import { createSealer, type SealedFor } from '../../src/store/sealer.ts';

const KEY = Buffer.alloc(32, 1);
const OTHER_KEY = Buffer.alloc(32, 2);
const ANA = { broker: 'schwab', person: 'ana', purpose: 'access token' } satisfies SealedFor;
const TOKEN = 'I0.canary-token@';

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'opened';
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const words = `${inspect(error, { depth: 9 })} ${error.nextStep}`;
    return words.includes('canary') ? words : error.code;
  }
}

describe('a sealed secret', () => {
  it('opens to what was sealed, whatever it was', () => {
    const sealer = createSealer([KEY]);
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string(),
        fc.string(),
        (text, broker, person) => {
          const about = { broker, person, purpose: 'refresh token' } as const;
          expect(reveal(sealer.open(sealer.seal(text, about), about))).toBe(text);
        },
      ),
    );
  });

  it('never looks the same twice, and shows nothing of the secret', () => {
    const sealer = createSealer([KEY]);
    const sealed = Array.from({ length: 200 }, () => sealer.seal(TOKEN, ANA));
    const nonces = sealed.map((text) => text.split('.')[2]);
    expect(new Set(nonces).size).toBe(200);
    expect(sealed.join()).not.toContain('canary');
    expect(sealed.join()).not.toContain(Buffer.from(TOKEN).toString('base64url').slice(0, 12));
  });

  it.each<[string, SealedFor]>([
    ["another person's", { ...ANA, person: 'ben' }],
    ["another broker's", { ...ANA, broker: 'alpaca' }],
    ['a refresh token', { ...ANA, purpose: 'refresh token' }],
    ['a part of the name moved', { ...ANA, broker: 'schwaba', person: 'na' }],
  ])('does not open as %s', (_what, sealedFor) => {
    const sealer = createSealer([KEY]);
    expect(codeOf(() => sealer.open(sealer.seal(TOKEN, ANA), sealedFor))).toBe('secret_unreadable');
  });

  it('does not open when any single character of it was changed', () => {
    const sealer = createSealer([KEY, OTHER_KEY]);
    const sealed = sealer.seal(TOKEN, ANA);
    for (let index = 0; index < sealed.length; index += 1) {
      const other = sealed[index] === 'A' ? 'B' : 'A';
      const tampered = sealed.slice(0, index) + other + sealed.slice(index + 1);
      expect(codeOf(() => sealer.open(tampered, ANA))).toMatch(
        /^(secret_unreadable|master_key_mismatch)$/,
      );
    }
  });

  it.each<[string, (sealed: string) => string]>([
    ['nothing', () => ''],
    ['no format', (sealed) => sealed.slice(3)],
    ['a later format', (sealed) => sealed.replace('v1', 'v2')],
    ['a short nonce', (sealed) => sealed.replace(/\.[\w-]{16}\.(?=[^.]*$)/u, '.AAAA.')],
    ['no ciphertext', (sealed) => sealed.slice(0, sealed.lastIndexOf('.') + 1)],
    ['a tag cut short', (sealed) => sealed.slice(0, -4)],
    ['padding', (sealed) => `${sealed}==`],
    ['something behind it', (sealed) => `${sealed}.AAAA`],
  ])('does not open with %s', (_what, change) => {
    const sealer = createSealer([KEY]);
    expect(codeOf(() => sealer.open(change(sealer.seal(TOKEN, ANA)), ANA))).toBe(
      'secret_unreadable',
    );
  });
});

describe('the master keys', () => {
  it('the first seals, and all open', () => {
    const old = createSealer([OTHER_KEY]).seal(TOKEN, ANA);
    const both = createSealer([KEY, OTHER_KEY]);
    expect(reveal(both.open(old, ANA))).toBe(TOKEN);
    expect(both.isCurrent(old)).toBe(false);
    expect(both.isCurrent(both.seal(TOKEN, ANA))).toBe(true);
    expect(codeOf(() => createSealer([OTHER_KEY]).open(both.seal(TOKEN, ANA), ANA))).toBe(
      'master_key_mismatch',
    );
  });

  it('without one nothing is sealed or opened', () => {
    const none = createSealer([]);
    expect(codeOf(() => none.seal(TOKEN, ANA))).toBe('master_key_missing');
    const sealed = createSealer([KEY]).seal(TOKEN, ANA);
    expect(codeOf(() => none.open(sealed, ANA))).toBe('master_key_missing');
    expect(none.isCurrent(sealed)).toBe(false);
  });

  it('have 32 bytes', () => {
    expect(codeOf(() => createSealer([Buffer.alloc(16)]))).toBe('invalid_value');
  });
});
