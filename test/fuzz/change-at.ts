import type { Json } from './mutations.ts';

/** The document with another value there; null when it is the same after all. */
export function changeAt(
  document: Json,
  [name, ...rest]: readonly string[],
  change: (value: Json) => Json,
): Json | null {
  if (name === undefined) {
    const changed = change(document);
    return JSON.stringify(changed) === JSON.stringify(document) ? null : changed;
  }
  if (typeof document !== 'object' || document === null) throw new Error(`no ${name}`);
  const entries = Object.entries(document);
  const [, inner] = entries.find(([key]) => key === name) ?? [];
  const changed = inner === undefined ? null : changeAt(inner, rest, change);
  if (changed === null) return null;
  if (Array.isArray(document)) return document.with(Number(name), changed);
  return Object.fromEntries(
    entries.map(([key, value]) => (key === name ? [key, changed] : [key, value])),
  );
}
