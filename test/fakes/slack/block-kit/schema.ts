import { isObject } from '../json.ts';

/**
 * A small schema language that words its complaints as Slack's own validator does, e.g.
 * `must be less than 76 characters [json-pointer:/blocks/1/elements/0/text/text]`.
 */
export type Check = (value: unknown, pointer: string, complain: Complain) => void;
export type Complain = (pointer: string, message: string) => void;

interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** Lengths are UTF-16 units: never fewer than the characters Slack counts. */
export function string(range: Range & { readonly pattern?: RegExp } = {}): Check {
  return (value, pointer, complain) => {
    if (typeof value !== 'string') return complain(pointer, 'must provide a string');
    if (range.min !== undefined && value.length < range.min) {
      complain(pointer, `must be more than ${range.min - 1} characters`);
    }
    if (range.max !== undefined && value.length > range.max) {
      complain(pointer, `must be less than ${range.max + 1} characters`);
    }
    if (range.pattern !== undefined && !range.pattern.test(value)) {
      complain(pointer, 'must match the expected format');
    }
  };
}

export function url(range: Range): Check {
  const length = string(range);
  return (value, pointer, complain) => {
    length(value, pointer, complain);
    if (typeof value === 'string' && !/^(https?|mailto|slack):/.test(value)) {
      complain(pointer, 'invalid url');
    } else if (typeof value === 'string' && !URL.canParse(value)) complain(pointer, 'invalid url');
  };
}

export function number(range: Range & { readonly above?: number; readonly integer?: true }): Check {
  return (value, pointer, complain) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return complain(pointer, 'must provide a number');
    }
    if (range.integer && !Number.isInteger(value)) complain(pointer, 'must provide an integer');
    if (range.min !== undefined && value < range.min) {
      complain(pointer, `must be at least ${range.min}`);
    }
    if (range.max !== undefined && value > range.max) {
      complain(pointer, `must be at most ${range.max}`);
    }
    if (range.above !== undefined && value <= range.above) {
      complain(pointer, `must be greater than ${range.above}`);
    }
  };
}

export const boolean: Check = (value, pointer, complain) => {
  if (typeof value !== 'boolean') complain(pointer, 'must provide a boolean');
};

export function oneOf(...allowed: readonly unknown[]): Check {
  return (value, pointer, complain) => {
    if (!allowed.includes(value)) complain(pointer, `must be one of: ${allowed.join(', ')}`);
  };
}

export function list(item: Check, range: Range = {}): Check {
  return (value, pointer, complain) => {
    if (!Array.isArray(value)) return complain(pointer, 'must provide an array');
    if (range.min !== undefined && value.length < range.min) {
      complain(pointer, `no fewer than ${range.min} items allowed`);
    }
    if (range.max !== undefined && value.length > range.max) {
      complain(pointer, `no more than ${range.max} items allowed`);
    }
    value.forEach((element, index) => item(element, `${pointer}/${index}`, complain));
  };
}

type Fields = Readonly<Record<string, Check>>;

/** Unknown properties are refused, as Slack refuses them on everything in a block. */
export function object(required: Fields, optional: Fields = {}, also?: Check): Check {
  return (value, pointer, complain) => {
    if (!isObject(value)) return complain(pointer, 'must provide an object');
    for (const [name, check] of Object.entries(required)) {
      if (value[name] === undefined) complain(pointer, `missing required field: ${name}`);
      else check(value[name], `${pointer}/${name}`, complain);
    }
    for (const [name, found] of Object.entries(value)) {
      if (found === undefined || Object.hasOwn(required, name)) continue;
      const check = Object.hasOwn(optional, name) ? optional[name] : undefined;
      if (check === undefined) complain(pointer, `invalid additional property: ${name}`);
      else check(found, `${pointer}/${name}`, complain);
    }
    also?.(value, pointer, complain);
  };
}

/** Chooses the check by the object's `type`; `accepted` can be narrower than what exists. */
export function byType(checks: Fields, accepted: readonly string[] = Object.keys(checks)): Check {
  return (value, pointer, complain) => {
    if (!isObject(value)) return complain(pointer, 'must provide an object');
    const type = value['type'];
    if (type === undefined) return complain(pointer, 'missing required field: type');
    const check =
      typeof type === 'string' && accepted.includes(type) && Object.hasOwn(checks, type)
        ? checks[type]
        : undefined;
    if (check === undefined) {
      return complain(
        `${pointer}/type`,
        `unsupported type: ${typeof type === 'string' ? type : JSON.stringify(type)}`,
      );
    }
    check(value, pointer, complain);
  };
}

/** Slack says which part failed as a whole before it says why. */
export function announced(check: Check): Check {
  return (value, pointer, complain) => {
    const found: [string, string][] = [];
    check(value, pointer, (where, message) => found.push([where, message]));
    if (found.length === 0) return;
    complain(pointer, 'failed to match all allowed schemas');
    for (const [where, message] of found) complain(where, message);
  };
}

/** The strings Slack puts into `response_metadata.messages`, without their `[ERROR] `. */
export function complaintsOf(check: Check, value: unknown, pointer: string): string[] {
  const complaints: string[] = [];
  check(value, pointer, (where, message) => {
    complaints.push(`${message} [json-pointer:${where}]`);
  });
  return complaints;
}
