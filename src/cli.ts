import { Command, CommanderError } from 'commander';
import type { ExportOptions } from './cli/audit.ts';
import { CommandFailed } from './cli/command-failed.ts';
import { sparingMemory } from './lib/spare-memory.ts';
import { BrokerError } from './ports/broker-error.ts';
import { StoreError } from './ports/store-error.ts';

/** What the operating system gets back when a pipe that we write to is closed early. */
const BROKEN_PIPE = 'EPIPE';

/**
 * Runs one command line.
 * @param args what followed the program's name.
 * @returns the exit code: 0 done, 1 failed with a sentence on standard error.
 */
export async function run(args: readonly string[]): Promise<number> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === BROKEN_PIPE) process.exit(0);
    throw error;
  });
  let exitCode = 0;
  const program = new Command('evenkeel')
    .description('Keeps investment portfolios on an even keel: propose, approve, execute, record.')
    .showHelpAfterError('(evenkeel --help lists the commands)')
    .exitOverride();

  program
    .command('start')
    .description('start the bot (also what npm start does)')
    .action(async () => {
      const { start } = await sparingMemory(() => import('./cli/start.ts'));
      await start();
    });
  program
    .command('demo')
    .description('run the whole main job once, on paper, and end')
    .option('--json', 'print the counts as one JSON object on the last line')
    .action(async (options: { json?: boolean }) => {
      const { demo } = await import('./cli/demo.ts');
      await demo(options);
    });
  program
    .command('compile')
    .description('compile ahead what start runs (also what npm install does)')
    .action(async () => {
      const { compile } = await sparingMemory(() => import('./cli/compile.ts'));
      await compile();
    });
  program
    .command('migrate')
    .description('bring the database up to date')
    .action(async () => {
      const { migrate } = await import('./cli/migrate.ts');
      await migrate();
    });
  program
    .command('propose <account>')
    .description('propose trades from a file of recommendations')
    .requiredOption(
      '--file <file>',
      'JSON: [{"symbol", "action": "buy|sell|contribute", "quantity" or "notional"}]',
    )
    .action(async (account: string, options: { file: string }) => {
      const { proposeFromFile } = await import('./cli/propose.ts');
      await proposeFromFile(account, options);
    });
  program
    .command('doctor')
    .description('check the configuration, the database and every account')
    .action(async () => {
      const { doctor } = await import('./cli/doctor.ts');
      exitCode = (await doctor()) ? 0 : 1;
    });

  program
    .command('manifest <platform>')
    .description('print what a chat platform needs to know of the bot: slack or discord')
    .option('--url <url>', 'slack: where Slack reaches the bot, for signed HTTP')
    .action(async (platform: string, options: { url?: string }) => {
      const { printManifest } = await import('./cli/manifest.ts');
      await printManifest(platform, options);
    });

  program
    .command('connect <broker>')
    .description("connect a person's login at a broker: alpaca or schwab")
    .requiredOption('--person <id>', 'whose login: an id under people in portfolios.yaml')
    .action(async (broker: string, options: { person: string }) => {
      const { connect } = await import('./cli/connect.ts');
      await connect(broker, options);
    });
  program
    .command('backup')
    .description('copy the database while it is in use, and verify the copy')
    .option('--to <file>', 'where to; beside the database, named by the time, when left out')
    .action(async (options: { to?: string }) => {
      const { backUp } = await import('./cli/backup.ts');
      await backUp(options);
    });
  program
    .command('restore <backup>')
    .description('verify a backup and put it in the place of the database, which is kept beside it')
    .action(async (backup: string) => {
      const { restore } = await import('./cli/restore.ts');
      await restore(backup);
    });
  program
    .command('replay')
    .description('plan a stored proposal again and compare it with what was approved')
    .requiredOption('--proposal <id>', 'its id, with or without #')
    .action(async (options: { proposal: string }) => {
      const { replay } = await import('./cli/replay.ts');
      exitCode = (await replay(options)) ? 0 : 1;
    });

  const keys = program.command('keys').description('the master keys, which encrypt stored logins');
  keys
    .command('generate')
    .description('print a fresh key for EVENKEEL_MASTER_KEY')
    .action(async () => {
      const { generateKey } = await import('./cli/keys.ts');
      await generateKey();
    });
  keys
    .command('rotate')
    .description('encrypt stored logins under the first key of EVENKEEL_MASTER_KEY')
    .action(async () => {
      const { rotateKeys } = await import('./cli/keys.ts');
      await rotateKeys();
    });

  const audit = program.command('audit').description('verify and export the audit log');
  audit
    .command('verify')
    .description(
      'check the whole chain: exit 0 and "ok N rows, head H", or exit 1 and the first broken row',
    )
    .option('--database <file>', 'the database, when it is not the configured one')
    .option(
      '--head <head>',
      'a head that was published, e.g. from a daily summary: SEQ:HASH or HASH',
    )
    .action(async (options: { database?: string; head?: string }) => {
      const { verify } = await import('./cli/audit.ts');
      exitCode = (await verify(options)) ? 0 : 1;
    });
  audit
    .command('export')
    .description('write the audit log to standard output, or to a file with a signed manifest')
    .option(
      '--output <file>',
      'a new file; FILE.manifest.json beside it is signed (needs AUDIT_KEY)',
    )
    .option('--format <format>', 'csv or jsonl', 'csv')
    .option('--from <date>', 'first day, YYYY-MM-DD')
    .option('--to <date>', 'last day, YYYY-MM-DD')
    .option('--account <account>', 'one account only')
    .option('--database <file>', 'the database, when it is not the configured one')
    .action(async (options: ExportOptions) => {
      const { exportRows } = await import('./cli/audit.ts');
      await exportRows(options);
    });
  audit
    .command('verify-export <file>')
    .description(
      'check an export against its manifest: exit 0 and "ok", or exit 1 and what is wrong',
    )
    .option('--public-key <key>', 'who must have signed it; by default the key of this AUDIT_KEY')
    .action(async (file: string, options: { publicKey?: string }) => {
      const { verifyExportedFile } = await import('./cli/audit.ts');
      exitCode = (await verifyExportedFile(file, options)) ? 0 : 1;
    });
  audit
    .command('public-key')
    .description('print the key that manifests are checked with; it is no secret')
    .action(async () => {
      const { printPublicKey } = await import('./cli/audit.ts');
      await printPublicKey();
    });

  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (error instanceof CommandFailed || error instanceof StoreError) {
      process.stderr.write(`${error.message}\n`);
      if (error instanceof StoreError) process.stderr.write(`${error.nextStep}\n`);
      return 1;
    }
    if (error instanceof BrokerError) {
      process.stderr.write(`${error.broker}: ${error.message}\n${error.nextStep}\n`);
      return 1;
    }
    if (error instanceof Error && 'code' in error && error.code === 'paper_setup') {
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    throw error;
  }
}
