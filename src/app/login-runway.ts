import { presentLoginEnding } from '../messages/login-runway.ts';
import type { LoginFacts } from '../ports/login-store.ts';
import type { AppContext } from './context.ts';
import { displayName } from './context.ts';
import { accountsOf, endOf, loginDestinations } from './login-accounts.ts';

/** How long before its end a login is reminded of, in hours, latest last; 0 when it has ended. */
const REMINDERS = [48, 24, 2, 0] as const;

/**
 * Reminds people of logins that end: 48, 24 and 2 hours before, and when it has happened, once each. After
 * a pause only the latest reminder is sent.
 * @returns how many logins were reminded of.
 */
export async function remindOfEndingLogins(context: AppContext): Promise<number> {
  const logins = await context.store.listLogins();
  let reminded = 0;
  for (const login of logins) {
    const due = dueReminder(login, context.clock.now());
    if (due !== null && (await remind(context, login, due))) reminded += 1;
  }
  if (reminded > 0) context.changed();
  return reminded;
}

/** The latest reminder whose time has come; null when none has. */
function dueReminder(login: LoginFacts, now: Temporal.Instant): number | null {
  const endsAt = endOf(login);
  if (endsAt === null) return null;
  const due = REMINDERS.filter(
    (hours) => Temporal.Instant.compare(now, endsAt.subtract({ hours })) >= 0,
  );
  return due.at(-1) ?? null;
}

async function remind(context: AppContext, facts: LoginFacts, hours: number): Promise<boolean> {
  const { broker, person, connectedAt } = facts;
  const endsAt = endOf(facts);
  if (endsAt === null) return false;
  const name = `login.reminded:${broker}:${person}`;
  const now = context.clock.now();
  return await context.store.transaction(async (unit) => {
    const [login, last] = (await unit.readSetting(name))?.split(' ') ?? [];
    // A login that was connected anew begins anew. A clock that is set back reminds of nothing again.
    const isSent = login === connectedAt.toString() && Number(last) <= hours;
    if (isSent) return false;
    await unit.writeSetting(name, `${connectedAt.toString()} ${hours}`);
    await unit.announce(
      {
        key: `login:${broker}:${person}:${connectedAt.toString()}:${hours}`,
        account: null,
        message: presentLoginEnding({
          broker,
          person,
          personName: displayName(context, person),
          accounts: accountsOf(context, broker, person).map((account) => account.name),
          endsAt,
          now,
        }),
      },
      loginDestinations(context, broker, person),
      now,
    );
    return true;
  });
}
