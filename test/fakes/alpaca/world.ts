import { createAccount } from './account.ts';
import type { FakeAccount } from './account.ts';
import { createClock } from './clock.ts';
import type { FakeClock } from './clock.ts';
import { createFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { createLogins } from './logins.ts';
import type { Logins } from './logins.ts';
import { createMarket } from './market.ts';
import type { Market } from './market.ts';
import { orderErrors } from './openapi.ts';
import type { Settings } from './options.ts';
import type { FakeOrder } from './order.ts';
import { createSessions } from './sessions.ts';
import type { Sessions, SessionState } from './sessions.ts';
import { createUpdates } from './updates.ts';
import type { Updates } from './updates.ts';
import { createVenue } from './venue.ts';
import type { Venue } from './venue.ts';

/** Everything the fake knows. */
export interface World {
  readonly settings: Settings;
  readonly clock: FakeClock;
  readonly sessions: Sessions;
  readonly market: Market;
  readonly accounts: ReadonlyMap<string, FakeAccount>;
  readonly venue: Venue;
  readonly updates: Updates;
  readonly logins: Logins;
  readonly faults: Faults;
  /** Where the fake itself broke Alpaca's document: must stay empty. */
  readonly defects: string[];
  findOrder(id: string): FakeOrder | null;
  /** The time of what is quoted now: while the market is open now, otherwise when it closed. */
  quoteTime(): Temporal.Instant;
  /** Lets everything happen that is due by now. */
  catchUp(): void;
  /** Time passes, and with it sessions. */
  advance(seconds: number): void;
  setSession(state: SessionState): void;
  /** Orders that the market trades now are filled, when fills are automatic. */
  fillAutomatically(): void;
}

export function createWorld(settings: Settings): World {
  const clock = createClock(settings.now ?? null, settings.clock, settings.speed);
  const sessions = createSessions(clock.now());
  const market = createMarket(settings.assets);
  const accounts = new Map(
    settings.accounts.map((account) => [account.name, createAccount(account, market, clock.now())]),
  );
  const defects: string[] = [];
  const updates = createUpdates();
  const waiting = new Set<FakeOrder>();

  let closedAt = clock.now();

  const venue = createVenue({
    clock,
    sessions,
    accounts,
    publish: (account, update) => {
      defects.push(...orderErrors(update['order']).map((error) => `trade_updates: ${error}`));
      updates.publish(account, update);
    },
    routed: scheduleFill,
    executionIds: settings.executionIds,
  });

  /** One execution after the delay, and another one after that, as long as the market trades the order. */
  function scheduleFill(order: FakeOrder): void {
    if (settings.fills === 'told' || waiting.has(order)) return;
    waiting.add(order);
    setTimeout(() => {
      waiting.delete(order);
      if (venue.executeNext(order) !== null) scheduleFill(order);
    }, settings.fillAfterMilliseconds);
  }

  const allOrders = () => [...accounts.values()].flatMap(({ orders }) => orders);

  const fillAutomatically = () => {
    for (const order of allOrders()) scheduleFill(order);
  };

  const close = () => {
    closedAt = clock.now();
    venue.closed();
  };

  const goTo = (target: Temporal.Instant) => {
    for (;;) {
      const change = sessions.nextChange();
      if (Temporal.Instant.compare(change, target) > 0) break;
      if (Temporal.Instant.compare(change, clock.now()) > 0) clock.goTo(change);
      sessions.change(change);
      if (sessions.state().open) venue.opened();
      else close();
    }
    if (Temporal.Instant.compare(target, clock.now()) > 0) clock.goTo(target);
    venue.expireByTime();
  };

  return {
    settings,
    clock,
    sessions,
    market,
    accounts,
    venue,
    updates,
    logins: createLogins(settings, clock),
    faults: createFaults(),
    defects,
    findOrder: (id) => allOrders().find((order) => order.id === id) ?? null,
    quoteTime: () => (sessions.state().open ? clock.now() : closedAt),
    catchUp: () => goTo(clock.now()),
    advance: (seconds) => goTo(clock.now().add({ nanoseconds: Math.round(seconds * 1e9) })),
    setSession(state) {
      const was = sessions.state().open;
      sessions.set(state);
      if (was && !state.open) close();
      if (!was && state.open) venue.opened();
    },
    fillAutomatically,
  };
}
