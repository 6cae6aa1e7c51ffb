import type { Message } from './message.ts';
import { renderTerminal } from './terminal.ts';

/** A message as plain text of 100 columns, for logs and for places without blocks. */
export function renderPlainText(message: Message): string {
  return renderTerminal(message, { colour: false, width: 100 });
}
