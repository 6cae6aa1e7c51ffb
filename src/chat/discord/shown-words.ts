/** Where a message keeps what people read and what its buttons carry. */
const PARTS = ['content', 'embeds', 'components'] as const;
const WORDS = new Set(['content', 'custom_id', 'description', 'label', 'name', 'title', 'value']);

/**
 * Whether two messages, as they are sent to Discord or come from it, say the same and ask the same.
 * Discord adds ids and defaults, and trims; false for what it changed otherwise.
 */
export function showSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(wordsOf(one)) === JSON.stringify(wordsOf(other));
}

function wordsOf(message: unknown): readonly string[] {
  if (typeof message !== 'object' || message === null) return [];
  return PARTS.flatMap((part) => wordsWithin(part, Reflect.get(message, part)));
}

function wordsWithin(name: string, value: unknown): readonly string[] {
  if (typeof value === 'string') {
    const text = value.trim();
    return WORDS.has(name) && text !== '' ? [text] : [];
  }
  if (Array.isArray(value)) return value.flatMap((each: unknown) => wordsWithin(name, each));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, inner]) => wordsWithin(key, inner));
}
