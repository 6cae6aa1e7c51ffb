import { compose, context, heading, left, table, text } from './blocks.ts';
import { sentence } from './format.ts';
import type { Message } from './message.ts';

/** What help tells of a command. */
export interface HelpCommand {
  /** As typed: `/rebalance [account] [--buy-only]`. */
  readonly usage: string;
  /** What it does, one line. */
  readonly description: string;
}

export function presentHelp(commands: readonly HelpCommand[]): Message {
  const lines = commands.map((command) => ({
    usage: command.usage,
    description: sentence(command.description),
  }));
  return compose(
    ['Commands:', ...lines.map((line) => `${line.usage}: ${line.description}`)],
    [
      heading('What you can ask'),
      text(
        'Evenkeel keeps accounts at their targets. It proposes trades, people approve them, and every step is on record.',
      ),
      table(
        'Commands',
        [left('Command'), left('What it does')],
        lines.map((line) => [line.usage, line.description]),
      ),
      context('[ ] may be left out. AMOUNT is in dollars: 5000 or 1250.50.'),
    ],
  );
}
