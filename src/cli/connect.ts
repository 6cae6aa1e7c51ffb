import { CommandFailed } from './command-failed.ts';
import { configured, openConfiguredCore, print } from './surroundings.ts';

/** `evenkeel connect BROKER --person ID`. @throws CommandFailed when nothing was connected, and says why. */
export async function connect(broker: string, options: { person: string }): Promise<void> {
  const config = configured();
  const person = config.people.find(({ id }) => id === options.person);
  if (person === undefined) {
    const people = config.people.map(({ id }) => id).join(', ');
    throw new CommandFailed(
      `There is no person ${options.person} in ${config.sourceFile}. People: ${people}. Nothing was connected.`,
    );
  }
  const { connectFromTerminal } = await import('../app/connect-from-terminal.ts');
  const { createInterface } = await import('node:readline');
  const core = await openConfiguredCore(config);
  const lines = createInterface({ input: process.stdin });
  try {
    const { isConnected, message } = await connectFromTerminal(
      core.context,
      { broker, person },
      { print, lines },
    );
    if (!isConnected) throw new CommandFailed(message.fallback);
    print(message.fallback);
  } finally {
    lines.close();
    process.stdin.destroy();
    await core.close();
  }
}
