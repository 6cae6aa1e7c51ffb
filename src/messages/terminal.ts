import type { Message } from './message.ts';

/** How a terminal shows messages. */
export interface TerminalOptions {
  readonly colour: boolean;
  /** Columns. */
  readonly width: number;
}

/** A message as a terminal shows it. */
export function renderTerminal(message: Message, options: TerminalOptions): string {
  return options.width > 0 ? message.fallback : '';
}
