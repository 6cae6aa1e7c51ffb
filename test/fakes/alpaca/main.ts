/** The fake as a process: `node main.ts '{"clock":"stepped"}'`; see ../fake-process.ts. */
import { alpacaFakeOptionsSchema } from './options.ts';
import { serve } from './serve.ts';

const { ready } = await serve(alpacaFakeOptionsSchema.parse(JSON.parse(process.argv[2] ?? '{}')));
process.stdout.write(`${JSON.stringify(ready)}\n`);

process.stdin.resume();
process.stdin.once('end', () => {
  process.exit(0);
});
process.stdin.once('close', () => {
  process.exit(0);
});
