import { optionsSchema } from './options.ts';
import { serve } from './serve.ts';

/** `node main.ts '{"json":"options"}'`: a Schwab until standard input closes. */
const { ready } = await serve(optionsSchema.parse(JSON.parse(process.argv[2] ?? '{}')));
process.stdout.write(`${JSON.stringify(ready)}\n`);
process.stdin.on('close', () => process.exit(0));
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
