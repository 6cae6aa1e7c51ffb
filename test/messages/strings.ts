/** Every string that a message shows, wherever it is. What a file contains is data, not words. */
export function stringsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  if ('type' in value && value.type === 'file')
    return stringsOf({ ...value, type: '', content: '' });
  return Object.values(value).flatMap(stringsOf);
}

/** Control characters but the line break, lone surrogates, and what reorders or hides text. */
export const UNSAFE =
  /(?!\n)[\p{Cc}\p{Cs}\u2028\u2029\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/u;
