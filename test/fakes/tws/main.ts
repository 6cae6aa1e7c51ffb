import { z } from 'zod';
import { optionsSchema } from './options.ts';
import { startTws } from './start.ts';

// `node main.ts '{"json":"options"}'`: one line of JSON when it is ready; it ends with its standard input.
const settings = optionsSchema.safeParse(JSON.parse(process.argv[2] ?? '{}'));
if (settings.success) {
  process.stdout.write(`${JSON.stringify((await startTws(settings.data)).ready)}\n`);
  process.stdin.resume();
  process.stdin.once('close', () => {
    process.exit(0);
  });
} else {
  process.stderr.write(`${z.prettifyError(settings.error)}\n`);
  process.exit(2);
}
