import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** HTML in which everything that came from outside is escaped. */
export type Markup = HtmlEscapedString;

/**
 * The only way this page makes HTML: a template whose every value is escaped, for text and for
 * quoted attributes alike. Markup, lists of it, and null (for nothing) go in as they are.
 * @throws Error when a value is a promise: await it first.
 */
export function markup(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  const result = html(strings, ...values);
  if (result instanceof Promise) throw new Error('markup`...` takes no promises');
  return result;
}

export type MarkupValue = string | number | null | Markup | readonly (Markup | null)[];

/** An attribute that is there or not: `hidden`, `required`. */
export function flag(name: string, present: boolean): Markup | null {
  return present ? markup`${name}` : null;
}
