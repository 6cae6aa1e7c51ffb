import { usageOf } from '../src/app/command.ts';
import type { Command } from '../src/app/command.ts';
import { privately } from '../src/app/privately.ts';
import { presentHelp } from '../src/messages/help.ts';

/** Lists the commands. */
export const help = {
  name: 'help',
  description: 'List the commands',
  minimumRole: 'viewer',
  options: [],
  run: (context) =>
    Promise.resolve(
      privately(
        presentHelp(
          context.commands.map((command) => ({
            usage: usageOf(command),
            description: command.description,
          })),
        ),
      ),
    ),
} satisfies Command;
