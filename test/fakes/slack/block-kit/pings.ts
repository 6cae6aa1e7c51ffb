import { isObject, stringAt } from '../json.ts';

/**
 * Whom a payload would notify: `@channel`, `@here`, `@everyone`, user and user group ids. Text from
 * outside must never be able to add to this.
 */
export function findPings(payload: unknown): string[] {
  const found = new Set<string>();
  collect(payload, found);
  return [...found];
}

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) return value.forEach((item) => collect(item, found));
  if (!isObject(value)) return;
  const type = stringAt(value, 'type');
  if (type === 'broadcast') found.add(`@${stringAt(value, 'range') ?? ''}`);
  if (type === 'user') found.add(stringAt(value, 'user_id') ?? '');
  if (type === 'usergroup') found.add(stringAt(value, 'usergroup_id') ?? '');
  const text = stringAt(value, 'text');
  // Plain text, raw cells and rich text leaves are shown as they are; only mrkdwn is parsed.
  const parsed = type === 'mrkdwn' || type === 'message' || type === null;
  if (text !== null && parsed) {
    for (const [, broadcast] of text.matchAll(/<!(channel|here|everyone)(?:\|[^>]*)?>/g)) {
      found.add(`@${broadcast}`);
    }
    for (const [, id] of text.matchAll(/<(?:@|!subteam\^)([A-Z0-9]+)(?:\|[^>]*)?>/g)) {
      if (id !== undefined) found.add(id);
    }
  }
  for (const inner of Object.values(value)) collect(inner, found);
}
