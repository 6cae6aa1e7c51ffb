import { plain } from '../../messages/plain.ts';

/** Longer than any message: one line of text from outside is cut there at the latest. */
const LONGEST_LINE = 8000;

/** One line, safe to show, at most `maximum` UTF-16 units, which is never less than Discord counts. */
export function line(text: string, maximum: number): string {
  return plain(text, maximum);
}

/** Several lines, each safe to show; line breaks are kept. */
export function lines(text: string): readonly string[] {
  return text.split(/\r\n|[\n\r]/u).map((one) => plain(one, LONGEST_LINE));
}

/** What Discord's markdown gives a meaning anywhere: emphasis, spoilers, links, mentions, timestamps. */
const MARKUP = /[\\`*_~|[\]<>@]/gu;

/** A colon that makes an address a link. */
const LINK = /:(?=\/\/)/gu;

/** What it gives a meaning at the beginning of a line: headings, small print, lists. */
const LINE_START = /^(\s*)([-+#]|\d+(?=[.)]))/u;

/**
 * One line of text as Discord shows it letter by letter: with nothing in it that formats, links or
 * mentions. A backslash before any ASCII punctuation takes its meaning away.
 * https://support.discord.com/hc/en-us/articles/210298617
 */
export function escapeLine(text: string): string {
  const start = LINE_START.exec(text);
  const escaped = text.replace(MARKUP, '\\$&').replace(LINK, '\\:');
  if (start === null) return escaped;
  const [, space = '', mark = ''] = start;
  const rest = escaped.slice(space.length + mark.length);
  return /\d/u.test(mark) ? `${space}${mark}\\${rest}` : `${space}\\${mark}${rest}`;
}

/** The same for several lines. */
export function escapeText(text: string): string {
  return lines(text).map(escapeLine).join('\n');
}

/** In the middle of a line that something else begins. */
export function escapeInline(text: string): string {
  return plain(text, LONGEST_LINE).replace(MARKUP, '\\$&').replace(LINK, '\\:');
}

/** Backslashes mean nothing within a code block; only backticks could end it. */
export function inCodeBlock(text: string): string {
  return text.replaceAll('`', '\u02CB');
}

/**
 * Cuts marked-up text to a length in UTF-16 units, at the end of a line or word where there is one near, and
 * never between a backslash and what it escapes.
 */
export function cutMarkup(text: string, maximum: number): string {
  if (text.length <= maximum) return text;
  if (maximum < 1) return '';
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length + 1 > maximum) break;
    kept += character;
  }
  const backslashes = /\\*$/u.exec(kept)?.[0].length ?? 0;
  if (backslashes % 2 === 1) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}
