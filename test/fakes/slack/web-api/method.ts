import { parseJson } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { Tier } from '../rate-limits.ts';
import type { Token, Workspace } from '../workspace.ts';

/** One method of the Web API. */
export interface Method {
  /** Which token may call it. */
  readonly tokens: readonly Token['kind'][];
  /** Scopes that allow it, any of them; none for methods that need none. */
  readonly scopes?: (args: Arguments, workspace: Workspace) => readonly string[];
  readonly tier: Tier;
  /** Whether arguments may come as a JSON body; otherwise such a body is not read. */
  readonly json: boolean;
  readonly required?: readonly string[];
  handle(call: MethodCall): JsonObject;
}

export interface MethodCall {
  readonly workspace: Workspace;
  readonly token: Token;
  readonly args: Arguments;
}

/** As they came: strings from forms, any JSON value from JSON bodies. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Ends a call with `ok: false`. */
export class Refusal extends Error {
  readonly answer: JsonObject;
  constructor(answer: JsonObject) {
    super(String(answer['error']));
    this.answer = answer;
  }
}

/** Refuses the call; `messages` go into `response_metadata` as Slack writes them. */
export function refuse(
  error: string,
  messages: readonly string[] = [],
  more: JsonObject = {},
): never {
  const worded = messages.map((message) => `[ERROR] ${message}`);
  const metadata = worded.length === 0 ? {} : { response_metadata: { messages: worded } };
  throw new Refusal({ ok: false, error, ...more, ...metadata });
}

export function textArgument(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

export function flagArgument(args: Arguments, name: string): boolean {
  const value = args[name];
  return value === true || value === 'true' || value === '1' || value === 1;
}

/** An argument that is JSON inside a form; `undefined` when left out, `invalid` when no JSON. */
export function jsonArgument(args: Arguments, name: string): unknown {
  const value = args[name];
  if (typeof value !== 'string') return value;
  if (value === '') return undefined;
  const parsed = parseJson(value);
  return parsed === undefined ? invalid : parsed;
}

export const invalid: unique symbol = Symbol('invalid JSON');
