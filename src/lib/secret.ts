import { inspect } from 'node:util';
import { z } from 'zod';

const MASK = '[secret]';

/** A class for its private field: nothing outside can read it, not even an inspection. */
class HiddenText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    Object.freeze(this);
  }

  static is(value: unknown): value is HiddenText {
    return typeof value === 'object' && value !== null && #text in value;
  }

  static reveal(value: HiddenText): string {
    return value.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/**
 * A text that must not show: it prints as `[secret]` in templates, JSON, logs and inspections. Only
 * `reveal` gives it back.
 */
export type Secret = HiddenText;

export function secret(text: string): Secret {
  return new HiddenText(text);
}

/** The text of a secret, for the one call that needs it. Never log what this returns. */
export function reveal(value: Secret): string {
  return HiddenText.reveal(value);
}

export function isSecret(value: unknown): value is Secret {
  return HiddenText.is(value);
}

/**
 * For settings that are secrets: takes a text or, where the text came from `${NAME}` in
 * portfolios.yaml, a secret; gives a secret.
 */
export const secretTextSchema = z
  .union([z.string().min(1), z.instanceof(HiddenText)], 'expected a text or ${NAME}')
  .transform((value): Secret => (typeof value === 'string' ? secret(value) : value));

/** For settings that may be written as `${NAME}` and are no secrets, e.g. an address; gives the text. */
export const revealedTextSchema = z
  .union([z.string().min(1), z.instanceof(HiddenText)], 'expected a text or ${NAME}')
  .transform((value): string => (typeof value === 'string' ? value : reveal(value)));
