/** All that a person reads in blocks or a view, in order, with single spaces and without markup. */
export function readBlocks(value: unknown): string {
  const texts: string[] = [];
  collect(value, texts);
  return texts.join(' ').replaceAll(/\s+/g, ' ').trim();
}

/** Mrkdwn as it shows: entities decoded, formatting and joiners gone. */
export function shown(mrkdwn: string): string {
  return mrkdwn
    .replaceAll(/(?<!\u2060)[*`]|\u2060/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

const SHOWN = ['text', 'title', 'label', 'name'];

function collect(value: unknown, texts: string[]): void {
  if (Array.isArray(value)) return value.forEach((item) => collect(item, texts));
  if (typeof value !== 'object' || value === null) return;
  const isMrkdwn = 'type' in value && value.type === 'mrkdwn';
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'string' && SHOWN.includes(key)) {
      texts.push(isMrkdwn ? shown(inner) : inner);
    } else if (key !== 'confirm') collect(inner, texts);
  }
}
