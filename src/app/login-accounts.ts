import type { AccountSettings } from '../core/account.ts';
import { directChannel } from '../ports/chat.ts';
import type { LoginFacts, LoginReads } from '../ports/login-store.ts';
import type { AppContext } from './context.ts';
import { destinationsOf, displayName, personNamed } from './context.ts';

/** Chats that have direct messages: the local page shows everything in one place. */
const DIRECT_PLATFORMS = ['slack', 'discord'] as const;

/** The accounts that are reached through a person's login. */
export function accountsOf(
  context: Pick<AppContext, 'accounts'>,
  broker: string,
  person: string,
): readonly AccountSettings[] {
  return [...context.accounts.values()].filter(
    (account) => account.broker === broker && account.brokerSettings['connection'] === person,
  );
}

/** When somebody must log in again for an account, and who; null when nobody must. */
export async function loginEndOf(
  context: AppContext,
  store: LoginReads,
  account: AccountSettings,
): Promise<{ readonly person: string; readonly endsAt: Temporal.Instant } | null> {
  const { connection } = account.brokerSettings;
  if (typeof connection !== 'string') return null;
  const logins = await store.listLogins();
  const login = logins.find(
    ({ broker, person }) => broker === account.broker && person === connection,
  );
  const endsAt = login === undefined ? null : endOf(login);
  return endsAt === null ? null : { person: displayName(context, connection), endsAt };
}

/** When a login ends or ended; null when it does not end by itself. */
export function endOf(login: LoginFacts): Temporal.Instant | null {
  return login.endedAt ?? login.endsAt;
}

/** Who hears of a login: the person whose it is, and the channels of the accounts that need it. */
export function loginDestinations(
  context: AppContext,
  broker: string,
  person: string,
): readonly { readonly platform: string; readonly channel: string }[] {
  const ids = personNamed(context, person)?.platformIds ?? {};
  const direct = DIRECT_PLATFORMS.filter((platform) => context.platforms.has(platform)).flatMap(
    (platform) =>
      (ids[platform] ?? []).map((userId) => ({ platform, channel: directChannel(userId) })),
  );
  const channels = accountsOf(context, broker, person).flatMap((account) =>
    destinationsOf(context, account),
  );
  const all = [...direct, ...channels, ...context.everyAccountOn];
  return [...new Map(all.map((place) => [`${place.platform} ${place.channel}`, place])).values()];
}
