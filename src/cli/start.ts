import type { Config } from '../config/config.ts';
import { systemClock } from '../lib/clock.ts';
import { armFailpoint } from '../lib/failpoint.ts';
import { systemRandom } from '../lib/random.ts';
import { giveBackMemory, spareNoMore, sparingMemory } from '../lib/spare-memory.ts';
import type { Bot } from '../main.ts';
import type { Log } from '../ports/log.ts';
import { configured, firstOf, logOf, print } from './surroundings.ts';

/** The start of more accounts than this takes so long that it is worth being optimized. */
const FEW_ACCOUNTS = 50;

/** `evenkeel start`: runs the bot until it is asked to end. @throws CommandFailed when the configuration is not good. */
export async function start(): Promise<void> {
  const { config, log, bot } = await sparingMemory(startConfigured);
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
  giveBackMemory();
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

/** Reads the configuration, tells its warnings, and starts the bot that it describes. */
async function startConfigured(): Promise<{ config: Config; log: Log; bot: Bot }> {
  const config = configured();
  const log = logOf(config);
  for (const line of firstOf(config.warnings.map((warning) => `Note: ${warning}`))) {
    process.stderr.write(`${line}\n`);
  }
  if (config.accounts.length > FEW_ACCOUNTS) spareNoMore();
  if (config.failpoint !== null) armFailpoint(config.failpoint);
  const { startBot } = await import('../main.ts');
  const bot = await startBot({
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
    leaseLost: (why) => {
      process.stderr.write(
        why === 'taken'
          ? 'Another Evenkeel has taken over this database, so this one ends. Everything it did is recorded.\n'
          : `The file ${config.databasePath} was replaced or removed under this Evenkeel, so it ends. What it did is recorded in the file that was there before.\n`,
      );
      process.exit(75);
    },
  });
  return { config, log, bot };
}

/** The number that the operating system knows the holder of a lease by. */
function processOf(holder: string): string {
  return holder.split('/')[2] ?? holder;
}
