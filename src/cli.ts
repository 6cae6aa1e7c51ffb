import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Command, CommanderError } from 'commander';
import { backUp } from './cli/backup.ts';
import { CommandFailed } from './cli/command-failed.ts';
import { replay } from './cli/replay.ts';
import { restore } from './cli/restore.ts';
import { auditKeyOf, configured, logOf, print } from './cli/surroundings.ts';
import { z } from 'zod';
import type { Config } from './config/config.ts';
import { armFailpoint } from './lib/failpoint.ts';
import { systemClock } from './lib/clock.ts';
import { systemRandom } from './lib/random.ts';
import { sparingMemory } from './lib/spare-memory.ts';
import { reveal } from './lib/secret.ts';
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

  program.command('start').description('start the bot (also what npm start does)').action(start);
  program
    .command('demo')
    .description('run the whole main job once, on paper, and end')
    .option('--json', 'print the counts as one JSON object on the last line')
    .action(demo);
  program.command('migrate').description('bring the database up to date').action(migrate);
  program
    .command('propose <account>')
    .description('propose trades from a file of recommendations')
    .requiredOption(
      '--file <file>',
      'JSON: [{"symbol", "action": "buy|sell|contribute", "quantity" or "notional"}]',
    )
    .action(proposeFromFile);
  program
    .command('doctor')
    .description('check the configuration, the database and every account')
    .action(async () => {
      exitCode = (await doctor()) ? 0 : 1;
    });

  program
    .command('manifest <platform>')
    .description('print what a chat platform needs to know of the bot: slack or discord')
    .option('--url <url>', 'slack: where Slack reaches the bot, for signed HTTP')
    .action(printManifest);

  program
    .command('connect <broker>')
    .description("connect a person's login at a broker: alpaca or schwab")
    .requiredOption('--person <id>', 'whose login: an id under people in portfolios.yaml')
    .action(connect);
  program
    .command('backup')
    .description('copy the database while it is in use, and verify the copy')
    .option('--to <file>', 'where to; beside the database, named by the time, when left out')
    .action(backUp);
  program
    .command('restore <backup>')
    .description('verify a backup and put it in the place of the database, which is kept beside it')
    .action(restore);
  program
    .command('replay')
    .description('plan a stored proposal again and compare it with what was approved')
    .requiredOption('--proposal <id>', 'its id, with or without #')
    .action(async (options: { proposal: string }) => {
      exitCode = (await replay(options)) ? 0 : 1;
    });

  const keys = program.command('keys').description('the master keys, which encrypt stored logins');
  keys
    .command('generate')
    .description('print a fresh key for EVENKEEL_MASTER_KEY')
    .action(generateKey);
  keys
    .command('rotate')
    .description('encrypt stored logins under the first key of EVENKEEL_MASTER_KEY')
    .action(rotateKeys);

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
    .action(exportRows);
  audit
    .command('verify-export <file>')
    .description(
      'check an export against its manifest: exit 0 and "ok", or exit 1 and what is wrong',
    )
    .option('--public-key <key>', 'who must have signed it; by default the key of this AUDIT_KEY')
    .action(async (file: string, options: { publicKey?: string }) => {
      exitCode = (await verifyExportedFile(file, options)) ? 0 : 1;
    });
  audit
    .command('public-key')
    .description('print the key that manifests are checked with; it is no secret')
    .action(async () => print((await manifestKeyOf(configured())).publicKey));

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

/** For opening the store: the first encrypts, all decrypt. */
function masterKeysOf(config: Config): readonly Uint8Array[] {
  return config.masterKeys.map((key) => Buffer.from(reveal(key), 'base64'));
}

async function start(): Promise<void> {
  const config = configured();
  const log = logOf(config);
  for (const warning of config.warnings) process.stderr.write(`Note: ${warning}\n`);
  if (config.failpoint !== null) armFailpoint(config.failpoint);
  const bot = await sparingMemory(async () => {
    const { startBot } = await import('./main.ts');
    return await startBot({
      config,
      clock: systemClock,
      random: systemRandom,
      log,
      standingBy: (holder) => {
        print(
          `Another Evenkeel (process ${processOf(holder)}) acts on ${config.databasePath}. This one stands by and takes over when that one ends.`,
        );
      },
      // Ending is the safe answer: what supervises the process starts it again, and it stands by.
      leaseLost: () => {
        process.stderr.write(
          'Another Evenkeel has taken over this database, so this one ends. Everything it did is recorded.\n',
        );
        process.exit(75);
      },
    });
  });
  // Before anybody is told how to end it.
  const asked = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  print('');
  print(`Evenkeel is running. Open ${bot.web.url}`);
  print('The link opens one browser, once. Ctrl-C ends the bot.');
  if (config.demo) {
    print(
      'No portfolios.yaml here, so these are the demo accounts, on paper: try /rebalance core.',
    );
  }
  await asked;
  print('\nStopping: nothing new is taken; what is under way is kept.');
  // A second Ctrl-C, or a stop that hangs, ends the process: everything durable is durable already.
  process.once('SIGINT', () => process.exit(130));
  const guard = setTimeout(() => {
    log.error(
      { code: 'stop_timed_out' },
      'stop took too long; what was under way continues at the next start',
    );
    process.exit(1);
  }, 4500);
  await bot.stop();
  clearTimeout(guard);
  print('Stopped.');
}

/** The number that the operating system knows the holder of a lease by. */
function processOf(holder: string): string {
  return holder.split('/')[2] ?? holder;
}

async function demo(options: { json?: boolean }): Promise<void> {
  const config = configured();
  const { runDemo } = await import('./demo.ts');
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

async function migrate(): Promise<void> {
  const config = configured();
  const { openStore } = await import('./store/index.ts');
  const store = await openStore({
    path: config.databasePath,
    auditKey: auditKeyOf(config),
    log: logOf(config),
  });
  await store.close();
  print(`The database is up to date: ${config.databasePath}`);
}

async function proposeFromFile(name: string, options: { file: string }): Promise<void> {
  const config = configured();
  const { recommendationsFromJson } = await import('./app/recommendations-file.ts');
  let text: string;
  try {
    text = await readFile(options.file, 'utf8');
  } catch (error) {
    throw new CommandFailed(
      `${options.file} cannot be read (${error instanceof Error ? error.message : 'unknown'}). Nothing was proposed.`,
    );
  }
  const parsed = recommendationsFromJson(text);
  if (parsed.type === 'invalid') {
    throw new CommandFailed(
      [
        ...parsed.problems.map((problem) => `${options.file}: ${problem}`),
        'Nothing was proposed.',
      ].join('\n'),
    );
  }
  const { openCore } = await import('./main.ts');
  const { propose } = await import('./app/propose.ts');
  const { answerProposal } = await import('./app/answer-proposal.ts');
  const { renderProposal } = await import('./app/announce-proposal.ts');
  const { renderPlainText } = await import('./messages/plain-text.ts');
  const core = await openCore({
    config,
    clock: systemClock,
    random: systemRandom,
    log: logOf(config),
  });
  try {
    const account = core.context.accounts.get(name);
    if (account === undefined) {
      throw new CommandFailed(
        `There is no account ${name}. Accounts: ${[...core.context.accounts.keys()].join(', ')}.`,
      );
    }
    const result = await propose(core.context, {
      account,
      by: { actor: 'evenkeel', platform: 'cli' },
      proposer: { type: 'operator', source: 'recommendations file' },
      request: { buyOnly: false, toBand: false, contribution: null },
      recommendations: parsed.recommendations,
      dryRun: false,
    });
    if (result.type === 'proposed') {
      const message = await renderProposal(core.context, core.store, result.record, account);
      print(renderPlainText(message));
      print(
        `\nProposal #${result.record.proposal.id} waits for votes; a running bot posts it within seconds.`,
      );
      return;
    }
    const reply = await answerProposal(core.context, account, result);
    const words = reply.type === 'message' ? renderPlainText(reply.message) : 'Nothing to propose.';
    if (result.type === 'nothing_to_do') print(words);
    else throw new CommandFailed(words);
  } finally {
    await core.close();
  }
}

async function verify(options: { database?: string; head?: string }): Promise<boolean> {
  const config = configured();
  const { verifyAudit } = await import('./store/index.ts');
  const result = await verifyAudit({
    path: options.database ?? config.databasePath,
    auditKey: auditKeyOf(config),
    ...(options.head === undefined ? {} : { expectedHead: options.head }),
  });
  if (result.ok) {
    print(`ok ${result.rows} rows, head ${result.head}`);
    return true;
  }
  print(`row ${result.brokenSeq} is ${result.kind}: ${result.detail}`);
  return false;
}

async function exportRows(options: {
  format: string;
  output?: string;
  from?: string;
  to?: string;
  account?: string;
  database?: string;
}): Promise<void> {
  const { format } = options;
  if (format !== 'csv' && format !== 'jsonl') {
    throw new CommandFailed(`--format is csv or jsonl, not ${format}. Nothing was exported.`);
  }
  const config = configured();
  const { exportAudit, writeSignedExport } = await import('./store/index.ts');
  const from = dayStart('--from', options.from, 0);
  const to = dayStart('--to', options.to, 1);
  const wanted = {
    path: options.database ?? config.databasePath,
    format,
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(options.account === undefined ? {} : { account: options.account }),
  } as const;
  if (options.output !== undefined) {
    const { auditKey } = await manifestKeyOf(config);
    const result = await withFiles('Nothing was exported.', () =>
      writeSignedExport({
        ...wanted,
        auditKey,
        file: options.output ?? '',
        createdAt: systemClock.now(),
        version: programVersion(),
      }),
    );
    switch (result.type) {
      case 'exported':
        print(
          `ok ${result.manifest.rows} rows in ${options.output}, signed in ${result.manifestFile}`,
        );
        return;
      case 'file_exists':
        throw new CommandFailed(`${result.file} is there already. Nothing was exported.`);
      case 'log_broken':
        throw new CommandFailed(
          `Nothing was exported or signed: row ${result.brokenSeq} of the log is ${result.kind}. ${result.detail}`,
        );
    }
  }
  for await (const line of exportAudit(wanted)) {
    if (!process.stdout.write(line)) {
      await new Promise((resolve) => process.stdout.once('drain', resolve));
    }
  }
}

async function verifyExportedFile(file: string, options: { publicKey?: string }): Promise<boolean> {
  const publicKey = options.publicKey ?? (await manifestKeyOf(configured())).publicKey;
  if (!/^[0-9a-f]{64}$/i.test(publicKey)) {
    throw new CommandFailed(
      '--public-key takes the 64 hex digits that "evenkeel audit public-key" prints.',
    );
  }
  const { verifyExport } = await import('./store/index.ts');
  const result = await withFiles('It could not be checked.', () =>
    verifyExport({ file, publicKey }),
  );
  if (!result.ok) {
    print(result.detail);
    return false;
  }
  const { rows, firstSeq, lastSeq, head, createdAt } = result.manifest;
  const range = firstSeq === null || lastSeq === null ? '' : ` (${firstSeq}..${lastSeq})`;
  print(`ok ${rows} rows${range}, head ${head.seq}:${head.hash}, written ${createdAt}`);
  return true;
}

/** What signs manifests and what checks them. */
async function manifestKeyOf(
  config: Config,
): Promise<{ readonly auditKey: Uint8Array; readonly publicKey: string }> {
  const auditKey = auditKeyOf(config);
  if (auditKey === null) {
    throw new CommandFailed(
      "Manifests are signed with a key made from AUDIT_KEY, and there is none in .env. Set one, or give --public-key to check somebody else's export.",
    );
  }
  const { manifestKey } = await import('./store/index.ts');
  return { auditKey, publicKey: manifestKey(auditKey).publicKey };
}

/** Runs what reads and writes files; what the file system says against it is a sentence, not a crash. */
async function withFiles<T>(consequence: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new CommandFailed(`${error.message}. ${consequence}`);
  }
}

function programVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** Midnight in New York of a day, or of the day after it. */
function dayStart(
  option: string,
  text: string | undefined,
  daysLater: number,
): Temporal.Instant | null {
  if (text === undefined) return null;
  try {
    const date = Temporal.PlainDate.from(text, { overflow: 'reject' }).add({ days: daysLater });
    return date.toZonedDateTime('America/New_York').toInstant();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandFailed(`${option} takes a day such as 2026-11-20, not ${text}.`);
  }
}

/** Says what works and what does not, a line each. @returns true when all of it works. */
async function doctor(): Promise<boolean> {
  const config = configured();
  print(`ok  configuration: ${config.sourceFile}`);
  for (const warning of config.warnings) print(`!   ${warning}`);
  const { openCore } = await import('./main.ts');
  const { brokerOf } = await import('./app/context.ts');
  const { takeSnapshot } = await import('./app/take-snapshot.ts');
  const core = await openCore({
    config,
    clock: systemClock,
    random: systemRandom,
    log: logOf(config),
  });
  let healthy = true;
  const fail = (words: string) => {
    healthy = false;
    print(`no  ${words}`);
  };
  try {
    print(`ok  database: ${config.databasePath}`);
    for (const account of core.context.accounts.values()) {
      try {
        const problems = (await brokerOf(core.context, account.name).findProblems?.()) ?? [];
        for (const problem of problems)
          fail(`account ${account.name} at ${account.broker}: ${problem}`);
        if (problems.length > 0) continue;
        const snapshot = await takeSnapshot(core.context, account);
        print(
          `ok  account ${account.name} at ${account.broker} (${account.mode}): ${snapshot.positions.length} positions`,
        );
      } catch (error) {
        if (!(error instanceof BrokerError)) throw error;
        const reason = error.message.replace(/[.\s]*$/u, '.');
        fail(`account ${account.name} at ${account.broker}: ${reason} ${error.nextStep}`);
      }
    }
    const { loginLeft } = await import('./messages/login-runway.ts');
    for (const { broker, person, endsAt, endedAt } of await core.store.listLogins()) {
      const login = `login of ${person} at ${broker}`;
      const end = endedAt ?? endsAt;
      const now = systemClock.now();
      if (end === null) print(`ok  ${login}`);
      else if (Temporal.Instant.compare(end, now) > 0)
        print(`ok  ${login}: ${loginLeft(end, now)}`);
      else fail(`${login} has ended: /connect ${broker} makes a new one.`);
    }
    const { openConfiguredChats } = await import('./chat/configured-chats.ts');
    const { COMMANDS } = await import('../commands/index.ts');
    for (const chat of await openConfiguredChats(config, core.context, COMMANDS)) {
      try {
        const problems = (await chat.findProblems?.()) ?? [];
        if (problems.length === 0) print(`ok  ${chat.platform}`);
        for (const problem of problems) fail(`${chat.platform}: ${problem}`);
      } finally {
        await chat.stop();
      }
    }
    if (config.slack === null && config.discord === null) {
      print('-   no chat is configured besides the local page');
    }
  } finally {
    await core.close();
  }
  return healthy;
}

async function connect(broker: string, options: { person: string }): Promise<void> {
  const config = configured();
  const person = config.people.find(({ id }) => id === options.person);
  if (person === undefined) {
    const people = config.people.map(({ id }) => id).join(', ');
    throw new CommandFailed(
      `There is no person ${options.person} in ${config.sourceFile}. People: ${people}. Nothing was connected.`,
    );
  }
  const { openCore } = await import('./main.ts');
  const { connectFromTerminal } = await import('./app/connect-from-terminal.ts');
  const { createInterface } = await import('node:readline');
  const core = await openCore({
    config,
    clock: systemClock,
    random: systemRandom,
    log: logOf(config),
  });
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

async function generateKey(): Promise<void> {
  const { generateMasterKey } = await import('./app/keys.ts');
  print(generateMasterKey(systemRandom));
  process.stderr.write(
    'Put it into .env as EVENKEEL_MASTER_KEY, and keep a copy: without it stored logins are lost.\n',
  );
}

async function rotateKeys(): Promise<void> {
  const config = configured();
  const { openStore } = await import('./store/index.ts');
  const { rotateMasterKeys } = await import('./app/keys.ts');
  const store = await openStore({
    path: config.databasePath,
    auditKey: auditKeyOf(config),
    masterKeys: masterKeysOf(config),
    log: logOf(config),
  });
  try {
    const by = { actor: 'evenkeel', platform: 'cli' };
    const { secrets, changed } = await rotateMasterKeys({ store, clock: systemClock }, by);
    print(
      `${changed} of ${secrets} stored secrets were encrypted anew; all are under the first key of EVENKEEL_MASTER_KEY now, and the others can be taken out.`,
    );
  } finally {
    await store.close();
  }
}

async function printManifest(platform: string, options: { url?: string }): Promise<void> {
  const { COMMANDS } = await import('../commands/index.ts');
  const { describeCommands } = await import('./chat/configured-chats.ts');
  const commands = describeCommands(COMMANDS);
  switch (platform) {
    case 'slack': {
      const { slackManifest } = await import('./chat/slack/manifest.ts');
      print(JSON.stringify(slackManifest(commands, { requestUrl: options.url ?? null }), null, 2));
      return;
    }
    case 'discord': {
      const { applicationIdOf, discordManifest } = await import('./chat/discord/manifest.ts');
      const token = configured().discord?.token;
      const applicationId = token === undefined ? null : applicationIdOf(reveal(token));
      print(JSON.stringify(discordManifest(commands, applicationId), null, 2));
      if (applicationId === null) {
        process.stderr.write(
          'There is no invite link without a token: put DISCORD_TOKEN and DISCORD_GUILD_ID into .env, and print this again.\n',
        );
      }
      return;
    }
    default:
      throw new CommandFailed(`evenkeel manifest takes slack or discord, not ${platform}.`);
  }
}
