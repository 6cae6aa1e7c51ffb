import type { AccountSettings } from '../core/account.ts';
import type { SharedLimits } from '../core/guardrail-settings.ts';
import type { Person } from '../core/person.ts';
import type { Proposer } from '../core/proposal.ts';
import type { Broker } from '../ports/broker.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { LoginProvider } from '../ports/login-provider.ts';
import type { Redirects } from '../ports/redirects.ts';
import type { Store } from '../ports/store.ts';
import type { DrillFacts } from '../messages/drill.ts';
import type { OpenDrillPlace } from '../ports/drill.ts';
import type { Executor } from './executor.ts';
import type { Lease } from './lease.ts';

/** What every use case works with. Made once, in main. */
export interface AppContext {
  readonly store: Store;
  readonly brokers: ReadonlyMap<string, Broker>;
  /** Accounts whose market is a replay of history, and how to move it on. */
  readonly replays: ReadonlyMap<string, ReplayMarket>;
  readonly accounts: ReadonlyMap<string, AccountSettings>;
  /** The account that a command means when it names none and the channel does not tell; null for none. */
  readonly defaultAccount: AccountSettings | null;
  readonly people: readonly Person[];
  /** Limits over all accounts, and for each person. */
  readonly limits: SharedLimits;
  /** Where people can log in, by broker: those for which an app is registered. */
  readonly loginProviders: ReadonlyMap<string, LoginProvider>;
  readonly redirects: Redirects;
  /** The right of this process to act on the database; what commits an intent looks at it first. */
  readonly drills: Drills;
  readonly lease: Pick<Lease, 'require' | 'confirm'>;
  /**
   * Accounts that have not been compared with their broker since the start, which the executor does: nothing is
   * proposed for them, and nothing is sent.
   */
  readonly uncompared: Set<string>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Platforms that show every account, whatever channels it names: the local page. */
  readonly everyAccountOn: readonly { readonly platform: string; readonly channel: string }[];
  /** The chat platforms that are configured. What an account names besides them is not posted. */
  readonly platforms: ReadonlySet<string>;
  /** Called after every commit that a chat may want to show. */
  readonly changed: () => void;
}

/** The drills of this process, by the account that each rehearses; none outlives it. */
interface Drills {
  readonly open: OpenDrillPlace;
  readonly running: Map<string, RunningDrill>;
}

/** A rehearsal under way, with a context of its own that knows nothing but its paper account. */
export interface RunningDrill {
  readonly facts: DrillFacts;
  /** The account as it is in the drill: `drill-core`. */
  readonly account: AccountSettings;
  readonly context: AppContext;
  readonly executor: Executor;
  /** Ends it and says so to everyone. Safe to call twice. */
  end(why: 'finished' | 'stopped' | 'replaced' | 'timed_out' | 'closing'): Promise<void>;
}

/** A market whose clock is stepped by hand. */
export interface ReplayMarket {
  /** Moves on by whole months, at most to the end of the prices. @returns the month it is in now. */
  step(months: number): Promise<{ readonly month: Temporal.PlainYearMonth }>;
}

/** Where an account's messages go. */
export function destinationsOf(
  context: AppContext,
  account: AccountSettings,
): readonly { platform: string; channel: string }[] {
  return [
    ...account.channels.filter(({ platform }) => context.platforms.has(platform)),
    ...context.everyAccountOn,
  ];
}

/** @throws Error for an account that is not configured: callers resolve names first. */
export function accountNamed(context: AppContext, name: string): AccountSettings {
  const account = context.accounts.get(name);
  if (account === undefined) throw new Error(`account is not configured: ${name}`);
  return account;
}

/** @throws Error for an account without a broker: main opens one for each. */
export function brokerOf(context: AppContext, account: string): Broker {
  const broker = context.brokers.get(account);
  if (broker === undefined) throw new Error(`account has no broker: ${account}`);
  return broker;
}

export function personNamed(context: AppContext, id: string): Person | undefined {
  return context.people.find((person) => person.id === id);
}

/** The name that messages use for a person id; the id itself for people no longer configured. */
export function displayName(context: AppContext, id: string): string {
  return personNamed(context, id)?.name ?? id;
}

/** What messages call whoever proposed. */
export function proposerName(context: AppContext, proposer: Proposer): string {
  switch (proposer.type) {
    case 'person':
      return displayName(context, proposer.person);
    case 'schedule':
      return 'the drift scan';
    case 'operator':
      return 'the operator';
  }
}
