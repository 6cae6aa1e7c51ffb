import { alert, compose, heading } from './blocks.ts';
import type { Message, Tone } from './message.ts';
import { plain } from './plain.ts';

/** A short remark: one or two sentences, with a heading where it stands alone in a channel. */
export function presentNotice(input: {
  readonly title?: string | undefined;
  readonly text: string;
  readonly tone: Tone;
}): Message {
  const words = plain(input.text, 1000);
  if (input.title === undefined) return compose([words], [alert(input.tone, words)]);
  const title = plain(input.title, 140);
  return compose([`${title}.`, words], [heading(title), alert(input.tone, words)]);
}
