import { isObject } from '../json.ts';

/** All characters that a part of a payload would show: every `text` string, wherever it is. */
export function textLengthOf(value: unknown): number {
  if (Array.isArray(value)) {
    return value.reduce((sum: number, item: unknown) => sum + textLengthOf(item), 0);
  }
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce((sum, [key, inner]) => {
    return sum + (key === 'text' && typeof inner === 'string' ? inner.length : textLengthOf(inner));
  }, 0);
}
