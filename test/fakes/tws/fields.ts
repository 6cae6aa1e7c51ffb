import { decimal } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';

/** What a client or server writes for a number that is not there. */
export const UNSET_DOUBLE = '1.7976931348623157E308';
export const UNSET_INTEGER = '2147483647';

/** A message that cannot be read: TWS answers 320. */
export class UnreadableField extends Error {
  override readonly name = 'UnreadableField';
}

/** Something of the protocol that this fake does not play; said aloud rather than ignored. */
export class NotModelled extends Error {
  override readonly name = 'NotModelled';
}

/** Reads the fields of one message in order. Empty and zero both mean the default. */
export interface FieldReader {
  text(): string;
  /** An integer; empty is 0. */
  integer(): number;
  /** 0 or 1; empty is 0. */
  flag(): boolean;
  /** A decimal; null when it is empty or unset. */
  decimal(): Decimal | null;
  /** @throws UnreadableField when fields are left over. */
  end(): void;
}

export function createFieldReader(fields: readonly string[]): FieldReader {
  let position = 0;
  const text = () => {
    const found = fields[position];
    if (found === undefined) throw new UnreadableField('the message ends too early');
    position += 1;
    return found;
  };
  const integer = () => {
    const found = text();
    if (found === '') return 0;
    if (!/^-?\d{1,15}$/.test(found)) throw new UnreadableField(`For input string: "${found}"`);
    return Number(found);
  };
  return {
    text,
    integer,
    flag() {
      const found = text();
      if (found === '' || found === '0') return false;
      if (found === '1') return true;
      throw new UnreadableField(`For input string: "${found}"`);
    },
    decimal() {
      const found = text();
      if (found === '' || found.toUpperCase().replace('E+', 'E') === UNSET_DOUBLE) return null;
      // JavaScript writes small numbers as 1e-7.
      if (!/^-?\d{1,30}(\.\d{1,30})?(e[+-]?\d{1,2})?$/i.test(found)) {
        throw new UnreadableField(`For input string: "${found}"`);
      }
      return decimal(found);
    },
    end() {
      if (position < fields.length) {
        throw new UnreadableField(`${fields.length - position} fields too many`);
      }
    },
  };
}

/** A field for the wire. */
export function field(value: string | number | boolean | Decimal | null): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? '1' : '0';
  return String(value);
}
