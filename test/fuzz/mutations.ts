import * as fc from 'fast-check';

/** What can be written as JSON. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

type Change =
  | { readonly type: 'drop' }
  | { readonly type: 'twice' }
  | { readonly type: 'replace'; readonly value: Json }
  /** Wrapped into so many arrays. */
  | { readonly type: 'nest'; readonly depth: number }
  | { readonly type: 'rename'; readonly name: string };

/** One change at one place of a document; places are counted in reading order, and again from the first. */
export interface Mutation {
  readonly place: number;
  readonly change: Change;
}

/** How a valid document becomes what is sent in its place. */
export interface Damage {
  readonly mutations: readonly Mutation[];
  /** What happens to the text that the mutated document is written as; null: nothing. */
  readonly cut: { readonly at: number; readonly put: string; readonly keepsRest: boolean } | null;
}

/** What others have stumbled over: near numbers, near names, near nothing, and far too much. */
const HOSTILE: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  0.1,
  1e308,
  9_007_199_254_740_992,
  '',
  ' ',
  'NaN',
  'Infinity',
  '-Infinity',
  '-0',
  '1e999',
  '0x1f',
  '1_000',
  '1,000.00',
  '٣',
  '9'.repeat(400),
  '0.' + '1'.repeat(400),
  'x'.repeat(20_000),
  '\u0000',
  '\ud800',
  '\u202egnp.exe',
  '💥'.repeat(50),
  '__proto__',
  'constructor',
  'toString',
  '../../../etc/passwd',
  '<script>alert(1)</script>',
  '<!channel>',
  '@everyone',
  "'; drop table orders; --",
  '%s%n',
  '2026-02-30T25:61:61Z',
  [],
  {},
  [[], [null]],
  Object.fromEntries([['__proto__', { isAdmin: true }]]),
  { constructor: { prototype: { isAdmin: true } } },
  { length: 1e9 },
];

const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((given) => asJson(given)) },
);

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Change>({ type: 'drop' }) },
  { weight: 8, arbitrary: value.map((to): Change => ({ type: 'replace', value: to })) },
  { weight: 1, arbitrary: fc.constant<Change>({ type: 'twice' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(1, 2, 1000).map((depth): Change => ({ type: 'nest', depth })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('__proto__', 'constructor', 'toString', '', '0')
      .map((name): Change => ({ type: 'rename', name })),
  },
);

export const mutation: fc.Arbitrary<Mutation> = fc.record({ place: fc.nat(1_000_000), change });

/** Mostly documents that are still JSON; one in eight is not. */
export const damage: fc.Arbitrary<Damage> = fc.record({
  mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }),
  cut: fc.oneof(
    { weight: 7, arbitrary: fc.constant(null) },
    {
      weight: 1,
      arbitrary: fc.record({
        at: fc.nat(1_000_000),
        put: fc.oneof(
          fc.constantFrom('', 'NaN', '\u0000', '}', '[', '<html>', '"'),
          fc.string({ unit: 'binary', maxLength: 20 }),
        ),
        keepsRest: fc.boolean(),
      }),
    },
  ),
});

/** @returns the text that is sent; never what a document that nobody touched would be written as. */
export function damaged(document: Json, { mutations, cut }: Damage): string {
  const mutated = mutations.reduce<Json>(
    (soFar, each) => mutate(soFar, each),
    structuredClone(document),
  );
  const text = JSON.stringify(mutated);
  if (cut === null) return text;
  const at = cut.at % (text.length + 1);
  return text.slice(0, at) + cut.put + (cut.keepsRest ? text.slice(at) : '');
}

/** The document with one change. What is dropped at the root becomes null. */
export function mutate(document: Json, { place, change: how }: Mutation): Json {
  let left = place % countPlaces(document);
  const walk = (found: Json, name: string): readonly (readonly [string, Json])[] => {
    left -= 1;
    if (left === -1) return changed(found, name, how);
    if (isList(found)) return [[name, found.flatMap((each) => walk(each, '').map(([, to]) => to))]];
    if (typeof found !== 'object' || found === null) return [[name, found]];
    // Defines its own property even where that is called __proto__.
    const entries = Object.entries(found).flatMap(([key, inner]) => walk(inner, key));
    return [[name, Object.fromEntries(entries)]];
  };
  const [first] = walk(document, '');
  return first?.[1] ?? null;
}

function changed(found: Json, name: string, how: Change): readonly (readonly [string, Json])[] {
  switch (how.type) {
    case 'drop':
      return [];
    case 'twice':
      return [
        [name, found],
        [name, found],
      ];
    case 'replace':
      return [[name, how.value]];
    case 'nest': {
      let nested = found;
      for (let depth = 0; depth < how.depth; depth += 1) nested = [nested];
      return [[name, nested]];
    }
    case 'rename':
      return [[how.name, found]];
  }
}

function countPlaces(document: Json): number {
  if (typeof document !== 'object' || document === null) return 1;
  return Object.values(document).reduce<number>((sum, inner) => sum + countPlaces(inner), 1);
}

function isList(value_: Json): value_ is readonly Json[] {
  return Array.isArray(value_);
}

/** What `JSON.parse` gives, as what it is. */
export function asJson(given: unknown): Json {
  if (
    given === null ||
    typeof given === 'boolean' ||
    typeof given === 'number' ||
    typeof given === 'string'
  ) {
    return given;
  }
  if (Array.isArray(given)) return given.map(asJson);
  if (typeof given === 'object') {
    return Object.fromEntries(Object.entries(given).map(([name, inner]) => [name, asJson(inner)]));
  }
  return null;
}
