import { CommandFailed } from './command-failed.ts';
import { configured, logOf, print } from './surroundings.ts';

/** `evenkeel demo [--json]`. @throws CommandFailed when the audit log it wrote cannot be verified. */
export async function demo(options: { json?: boolean }): Promise<void> {
  const config = configured();
  const { runDemo } = await import('../demo.ts');
  const report = await runDemo(config, logOf(config), {
    write: (text) => process.stdout.write(text),
    colour: process.stdout.isTTY && process.stdout.hasColors(),
    width: Math.min(process.stdout.columns ?? 100, 120),
  });
  print('');
  if (options.json === true) print(JSON.stringify(report));
  else print('npm start opens the same bot as a page of your own.');
  if (!report.verified) throw new CommandFailed('The audit log could not be verified.');
}
