/** Control characters that are no line break, and the invisible ones that reorder text. */
const HARMFUL = /[\p{Cc}--[\n]]|[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gv;

const ELLIPSIS = '…';

/** What Slack's mrkdwn would read as formatting. */
const FORMATTING = /[*_~`]/gu;

/** Breaks a formatting character's meaning and shows nothing: the word joiner. */
const JOINER = '\u2060';

/** Well-formed text, without control characters and without what could reorder or hide it. */
export function clean(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\t', ' ').toWellFormed().replace(HARMFUL, '');
}

/** Cleaned, on one line, at most `maximum` UTF-16 code units; what is longer ends in an ellipsis. */
export function line(text: string, maximum: number): string {
  return clip(clean(text).replaceAll(/\s+/gu, ' ').trim(), maximum);
}

/** At most `maximum` UTF-16 code units; no character is cut in half. */
export function clip(text: string, maximum: number): string {
  if (text.length <= maximum) return text;
  return text.slice(0, Math.max(0, maximum - 1)).replace(/[\uD800-\uDBFF]$/u, '') + ELLIPSIS;
}

/**
 * Text that shows as it is in mrkdwn: no entity, mention, link or formatting survives.
 * Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function escape(text: string): string {
  return escapeEntities(text).replace(FORMATTING, (character) => `${JOINER}${character}${JOINER}`);
}

/** Only `&`, `<` and `>`: enough that nothing is a mention or a link. */
export function escapeEntities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Escapes with `how` after shortening so far that the result has at most `maximum` code units. */
export function escapeWithin(text: string, maximum: number, how = escape): string {
  let room = maximum;
  let escaped = how(clip(text, room));
  while (escaped.length > maximum) {
    room -= Math.max(1, Math.ceil((escaped.length - maximum) / 5));
    escaped = how(clip(text, room));
  }
  return escaped;
}

/** Pieces of at most `maximum` code units, broken at line ends or spaces where there are any. */
export function pieces(text: string, maximum: number): readonly string[] {
  const found: string[] = [];
  let rest = text.trim();
  while (rest.length > maximum) {
    const head = rest.slice(0, maximum);
    const space = Math.max(head.lastIndexOf('\n'), head.lastIndexOf(' '));
    const end = space > maximum / 2 ? space : head.replace(/[\uD800-\uDBFF]$/u, '').length;
    found.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  return [...found, rest].filter((piece) => piece !== '');
}
