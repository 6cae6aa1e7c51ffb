import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';

/** Where something is written; lines and columns count from 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** The way to a value: map keys and list indexes. */
export type Path = readonly (string | number)[];

/** What a YAML file says, in plain values. A number is the text it was written as. */
type PlainValue =
  | null
  | boolean
  | string
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

interface SyntaxProblem extends Position {
  readonly message: string;
}

export type YamlResult =
  | {
      readonly type: 'read';
      readonly value: PlainValue;
      /** Where the value of a path is written, or its key, or the nearest thing around it. */
      readonly locate: (path: Path) => Position;
    }
  | { readonly type: 'malformed'; readonly problems: readonly SyntaxProblem[] };

/** Room for some tens of thousands of accounts; less than what takes minutes to read. */
const MAXIMUM_CHARACTERS = 16_000_000;
const MAXIMUM_VALUES = 2_000_000;
const MAXIMUM_DEPTH = 16;
const MAXIMUM_PROBLEMS = 5;

/**
 * Reads one YAML 1.2 document strictly: unique text keys, no tags, no directives. Numbers are kept as
 * they are written, so that no amount ever passes through a binary float.
 */
export function readYaml(text: string): YamlResult {
  if (text.length > MAXIMUM_CHARACTERS) {
    return malformed([
      { line: 1, column: 1, message: `expected at most ${MAXIMUM_CHARACTERS} characters` },
    ]);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    schema: 'core',
    version: '1.2',
    strict: true,
    stringKeys: true,
    uniqueKeys: true,
    resolveKnownTags: false,
    // Not `silent`: that would hide that a second document follows.
    logLevel: 'error',
  });
  const positionAt = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(Math.min(offset, text.length));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };

  const found = [...document.errors, ...document.warnings].map((error) => ({
    ...positionAt(error.pos[0]),
    message: syntaxMessage(error.code, error.message, text.slice(error.pos[0], error.pos[1])),
  }));
  if (document.directives.yaml.explicit === true) {
    found.push({ line: 1, column: 1, message: 'directives such as %YAML are not used here' });
  }
  if (found.length > 0) return malformed(oneALine(found));

  try {
    const budget = { values: 0, deepest: 0 };
    const value = plainValue(document.contents, { depth: 0, budget, anchors: new Map() });
    return {
      type: 'read',
      value,
      locate: (path) => positionAt(offsetOf(document, path)),
    };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    return malformed([{ ...positionAt(error.offset), message: error.message }]);
  }
}

function malformed(problems: readonly SyntaxProblem[]): YamlResult {
  return { type: 'malformed', problems };
}

/** One slip often makes many errors: the first of each line says enough. */
function oneALine(problems: readonly SyntaxProblem[]): readonly SyntaxProblem[] {
  const byLine = new Map<number, SyntaxProblem>();
  for (const problem of problems) {
    if (!byLine.has(problem.line)) byLine.set(problem.line, problem);
  }
  return [...byLine.values()].toSorted((a, b) => a.line - b.line).slice(0, MAXIMUM_PROBLEMS);
}

function syntaxMessage(code: string, message: string, at: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this key is written twice in the same place; keep one of them';
    case 'TAB_AS_INDENT':
      return 'indent with spaces; YAML does not take tabs';
    case 'MULTIPLE_DOCS':
      return 'expected one document; a second one begins here (---)';
    case 'TAG_RESOLVE_FAILED':
      return 'tags such as !name are not used here';
    case 'NON_STRING_KEY':
      return 'expected a plain text as key';
    case 'RESOURCE_EXHAUSTION':
      return 'nested too deeply';
    case 'BAD_ALIAS':
    case 'UNEXPECTED_TOKEN':
      return at.startsWith('*')
        ? 'a value that begins with * must be in quotes'
        : `not valid YAML: ${message}`;
    default:
      return `not valid YAML: ${message}`;
  }
}

/** Something that YAML can say and a configuration cannot. */
class ShapeError extends Error {
  override readonly name = 'ShapeError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

interface Anchored {
  readonly value: PlainValue;
  /** How many values it is, and how far they are nested. */
  readonly values: number;
  readonly height: number;
}

interface Place {
  readonly depth: number;
  readonly budget: { values: number; deepest: number };
  /** What has been read so far, by the name that an alias calls it. */
  readonly anchors: Map<string, Anchored>;
}

function plainValue(node: unknown, state: Place): PlainValue {
  const { budget, depth, anchors } = state;
  const before = { values: budget.values, deepest: budget.deepest };
  count(node, state, { values: 1, height: 0 });
  budget.deepest = depth;
  const value = readNode(node, { ...state, depth: depth + 1 });
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
  if (anchor !== undefined) {
    const height = budget.deepest - depth;
    anchors.set(anchor, { value, values: budget.values - before.values, height });
  }
  budget.deepest = Math.max(budget.deepest, before.deepest);
  return value;
}

/** Aliases of aliases multiply. */
function count(
  node: unknown,
  { budget, depth }: Place,
  { values, height }: Pick<Anchored, 'values' | 'height'>,
): void {
  const offset = offsetOfNode(node) ?? 0;
  budget.values += values;
  if (budget.values > MAXIMUM_VALUES) throw new ShapeError('too many values', offset);
  if (depth + height > MAXIMUM_DEPTH) throw new ShapeError('nested too deeply', offset);
  budget.deepest = Math.max(budget.deepest, depth + height);
}

function readNode(node: unknown, inside: Place): PlainValue {
  const offset = offsetOfNode(node) ?? 0;
  if (isAlias(node)) {
    // The library looks through the whole document for each alias, and a thousand accounts share theirs.
    const target = inside.anchors.get(node.source);
    if (target === undefined) {
      throw new ShapeError(
        `*${node.source} refers to nothing; a text that begins with * must be in quotes`,
        offset,
      );
    }
    count(node, inside, target);
    return target.value;
  }
  if (isMap(node)) {
    const entries = node.items.map((pair): readonly [string, PlainValue] => {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      if (key === '__proto__') {
        throw new ShapeError('__proto__ cannot be a key', offsetOfNode(pair.key) ?? offset);
      }
      return [key, plainValue(pair.value, inside)];
    });
    return Object.fromEntries(entries);
  }
  if (isSeq(node)) return node.items.map((item) => plainValue(item, inside));
  if (isScalar(node)) {
    if (node.tag !== undefined) throw new ShapeError('tags are not used here', offset);
    const { value } = node;
    if (typeof value === 'number' || typeof value === 'bigint') return node.source ?? String(value);
    if (typeof value === 'string' || typeof value === 'boolean') return value;
  }
  return null;
}

/** The offset that a problem with `path` should point at. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = offsetOfNode(node) ?? 0;
  for (const [index, step] of path.entries()) {
    const container = isAlias(node) ? node.resolve(document) : node;
    if (isMap(container)) {
      const pair = container.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (pair === undefined) return offset;
      node = pair.value;
      offset = offsetOfNode(pair.key) ?? offset;
      // A value on the same line is what is wrong; a block that follows is best found by its key.
      const last = index === path.length - 1;
      if (last && isScalar(node) && node.source !== '') offset = offsetOfNode(node) ?? offset;
    } else if (isSeq(container) && typeof step === 'number') {
      node = container.items[step];
      offset = offsetOfNode(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function offsetOfNode(node: unknown): number | null {
  if (typeof node !== 'object' || node === null) return null;
  return (node as Partial<Node>).range?.[0] ?? null;
}
