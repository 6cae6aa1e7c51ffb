import { systemClock } from '../lib/clock.ts';
import { BrokerError } from '../ports/broker-error.ts';
import { configured, openConfiguredCore, print } from './surroundings.ts';

/** Says what works and what does not, a line each. @returns true when all of it works. */
export async function doctor(): Promise<boolean> {
  const config = configured();
  print(`ok  configuration: ${config.sourceFile}`);
  for (const warning of config.warnings) print(`!   ${warning}`);
  const { brokerOf } = await import('../app/context.ts');
  const { takeSnapshot } = await import('../app/take-snapshot.ts');
  // What it finds is printed below, in sentences: the log says it again only to those who ask for it.
  const logLevel = config.logLevel === 'debug' ? 'debug' : 'error';
  const core = await openConfiguredCore({ ...config, logLevel });
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
    const { loginLeft } = await import('../messages/login-runway.ts');
    for (const { broker, person, endsAt, endedAt } of await core.store.listLogins()) {
      const login = `login of ${person} at ${broker}`;
      const end = endedAt ?? endsAt;
      const now = systemClock.now();
      if (end === null) print(`ok  ${login}`);
      else if (Temporal.Instant.compare(end, now) > 0)
        print(`ok  ${login}: ${loginLeft(end, now)}`);
      else fail(`${login} has ended: /connect ${broker} makes a new one.`);
    }
    const { openConfiguredChats } = await import('../chat/configured-chats.ts');
    const { COMMANDS } = await import('../../commands/index.ts');
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
