/**
 * The invisible characters that can reorder, hide or fake text: soft hyphen, Arabic letter mark,
 * Mongolian vowel separator, zero-width space, direction marks, bidirectional embeddings, overrides
 * and isolates, word joiner, byte order mark, interlinear annotations and the tag characters.
 * The zero-width joiner and non-joiner stay: emoji and several scripts are written with them.
 * Source: Unicode Standard Annex 9 and Technical Report 36.
 */
const INVISIBLE =
  /[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;

/** Control characters, line and paragraph separators and every kind of space. */
const SPACE = /[\p{Cc}\p{Z}]+/gu;

/** Half of a surrogate pair without its other half. */
const LONE_SURROGATE = /\p{Cs}/gu;

const ELLIPSIS = '…';

/**
 * Text from outside (names, reasons, a broker's words) made safe to show on one line: runs of spaces and
 * control characters become one space, invisible characters go, lone surrogates become the replacement
 * character, and what is longer than `maximum` ends in an ellipsis.
 * @param maximum the largest length of the answer, in UTF-16 code units, at least 1.
 */
export function plain(text: string, maximum: number): string {
  // Lone surrogates first: taking out what is between two of them must not join them.
  const line = text
    .replace(LONE_SURROGATE, '\uFFFD')
    .replace(INVISIBLE, '')
    .replace(SPACE, ' ')
    .trim();
  if (line.length <= maximum) return line;
  let kept = '';
  for (const character of line) {
    if (kept.length + character.length + ELLIPSIS.length > maximum) break;
    kept += character;
  }
  return kept.trimEnd() + ELLIPSIS;
}
