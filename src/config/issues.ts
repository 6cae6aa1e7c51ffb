import { z } from 'zod';
import { nearest } from '../lib/nearest.ts';
import { isSecret } from '../lib/secret.ts';
import type { Path } from './yaml-document.ts';

/** A problem at a path, before it is known where that is written. */
export interface PathProblem {
  readonly path: Path;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

interface ExplainOptions {
  /** False where a value may be a secret. */
  readonly showFound: boolean;
  /** Where `input` is in the file. */
  readonly at?: Path;
}

/**
 * Says what zod found in the words of this project. The messages of the schemas say what was expected;
 * this adds what is there instead. A `custom` issue is taken to say all of it itself.
 */
export function explainIssues(
  issues: readonly Issue[],
  schema: z.ZodType,
  input: unknown,
  options: ExplainOptions,
): readonly PathProblem[] {
  return issues.flatMap((issue) => explainIssue(issue, schema, input, options));
}

function explainIssue(
  issue: Issue,
  schema: z.ZodType,
  input: unknown,
  options: ExplainOptions,
): readonly PathProblem[] {
  const inner = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const path = [...(options.at ?? []), ...inner];
  const value = valueAt(input, inner);
  const expected = (message: string): readonly PathProblem[] => [
    { path, message: withFound(message, value, options.showFound) },
  ];

  switch (issue.code) {
    case 'custom':
      return [{ path, message: issue.message }];
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: unknownKey(key, keysAt(schema, inner)),
      }));
    case 'invalid_key': {
      const [first] = issue.issues;
      const message = first?.message ?? issue.message;
      return [
        {
          path,
          message: first?.code === 'custom' ? message : `${message}; found ${shown(inner.at(-1))}`,
        },
      ];
    }
    case 'invalid_value': {
      const choices = issue.values.map(String);
      const meant = typeof value === 'string' ? nearest(value, choices) : null;
      const suggestion = meant === null ? '' : `; did you mean ${meant}?`;
      return expected(`expected ${listed(choices)}`).map((problem) => ({
        path: problem.path,
        message: problem.message + suggestion,
      }));
    }
    case 'invalid_union': {
      const branch = issue.errors.find((errors) => !errors.some(isOtherKind));
      if (branch === undefined || branch.length === 0) {
        return expected(inOurWords(issue.message, 'another kind of value'));
      }
      return branch.flatMap((each) =>
        explainIssue({ ...each, path: [...issue.path, ...each.path] }, schema, input, options),
      );
    }
    case 'invalid_type':
      return expected(inOurWords(issue.message, KINDS[issue.expected] ?? 'another kind of value'));
    case 'too_small':
      return expected(inOurWords(issue.message, 'more than that'));
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'too_big':
      return expected(inOurWords(issue.message, 'something else'));
  }
}

/** What zod calls the kinds of values, in the words of this project. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  record: 'a section',
  object: 'a section',
  array: 'a list',
  boolean: 'true or false',
  number: 'a number',
};

/** A schema that does not say what it expects leaves it to zod, whose words are for programmers. */
function inOurWords(message: string, what: string): string {
  return /^(Invalid|Too |Unrecognized)/.test(message) ? `expected ${what}` : message;
}

/** True when a union's branch expected another kind of value altogether. */
function isOtherKind(issue: Issue): boolean {
  return (
    issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value')
  );
}

/** The keys that a schema takes at a path. */
function keysAt(schema: unknown, path: Path): readonly string[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  ) {
    return keysAt(schema.unwrap(), path);
  }
  if (schema instanceof z.ZodPipe) return keysAt(schema.in, path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((each) => keysAt(each, path));
  const [step, ...rest] = path;
  if (step === undefined) return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  if (schema instanceof z.ZodObject) {
    const { shape } = schema;
    return Object.hasOwn(shape, step) ? keysAt(Reflect.get(shape, step), rest) : [];
  }
  if (schema instanceof z.ZodRecord) return keysAt(schema.valueType, rest);
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest);
  return [];
}

/** What somebody writes who wants to allow them. */
const SHORT_SALES = /^(allow)?_?short(s|_?sales?|_?selling)?$/i;

/** `unknown key; did you mean targets?` */
export function unknownKey(key: string, known: readonly string[]): string {
  // {notional: $50,000, votes: 2} ends the amount at its comma.
  if (/^\d{3}(\.\d+)?$/.test(key)) {
    return 'unknown key; an amount with a comma inside braces must be in quotes, such as "$50,000"';
  }
  if (SHORT_SALES.test(key)) {
    return 'unknown key; nothing allows short sales: Evenkeel sells only what is held, so take the line out';
  }
  const meant = nearest(key, known);
  if (meant !== null) return `unknown key; did you mean ${meant}?`;
  return known.length === 0 ? 'unknown key' : `unknown key; expected ${listed(known)}`;
}

/** `paper, alpaca or ibkr` */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

function withFound(message: string, value: unknown, showFound: boolean): string {
  if (value === undefined) return `${message}; it is missing`;
  if (!showFound && (typeof value === 'string' || isSecret(value))) return message;
  return `${message}; found ${shown(value)}`;
}

/** A value as it was written, short; quotes where it would not be clear where it ends. */
export function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (isSecret(value)) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  if (/^[\w.+\-$%#:@/]{1,40}$/.test(text)) return text;
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) {
      return undefined;
    }
    value = Reflect.get(value, step);
  }
  return value;
}

/** `accounts.core.channels[0].slack`, `accounts.core.targets["BRK.B"]` */
export function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[\w-]{1,64}$/.test(step)) return `[${JSON.stringify(step.slice(0, 64))}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}
