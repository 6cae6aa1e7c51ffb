import type { AccountSettings } from '../core/account.ts';
import { decimal, sum } from '../core/decimal.ts';
import type { Snapshot } from '../core/portfolio.ts';
import { drillKey, endDrill, presentDrillOver } from '../messages/drill.ts';
import type { DrillFacts } from '../messages/drill.ts';
import type { Message } from '../messages/message.ts';
import { orderStatusWord, orderWords } from '../messages/words.ts';
import type { DrillFault, DrillPlace } from '../ports/drill.ts';
import type { AuditAction } from '../ports/store.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import type { Actor } from './audit.ts';
import { destinationsOf } from './context.ts';
import type { AppContext, RunningDrill } from './context.ts';
import { drillStore } from './drill-store.ts';
import { createExecutor } from './executor.ts';
import { newProposalId } from './proposal-id.ts';
import { propose } from './propose.ts';
import type { ProposeResult } from './propose.ts';
import { takeSnapshot } from './take-snapshot.ts';

/** A drill that nobody brings to its end is over after this. */
const LONGEST = Temporal.Duration.from({ hours: 1 });
/** After its proposal has ended, so that the last message is there before. */
const LINGERS = Temporal.Duration.from({ seconds: 2 });
/** In a drill an order that does not fill is canceled after this at the latest. */
const ORDER_TIME_LIMIT = Temporal.Duration.from({ minutes: 1 });
const LAST_ACTIONS: readonly AuditAction[] = ['execution_finished', 'rejection', 'expiry'];
/** What is paid in where the account is in balance: a drill needs something to trade. */
const PAID_IN = decimal('0.1');

type EndReason = Parameters<RunningDrill['end']>[0];

/**
 * Begins a rehearsal on a paper account of its own that holds what the account holds: the real way from
 * proposal to fills, with a fault in it. A drill of the account that runs is ended first.
 * @throws BrokerError when the account cannot be read.
 */
export async function beginDrill(
  context: AppContext,
  request: {
    readonly account: AccountSettings;
    readonly fault: DrillFault;
    readonly person: string;
    readonly by: Actor;
  },
): Promise<{ readonly facts: DrillFacts; readonly result: ProposeResult } | null> {
  const { account, fault, by } = request;
  await context.drills.running.get(account.name)?.end('replaced');
  const snapshot = await takeSnapshot(context, account);
  if (snapshot.quotes.every(({ price }) => price === null)) return null;
  const facts: DrillFacts = { id: newProposalId(context.random), fault, account: account.name };
  const rehearsed = rehearsedAccount(account);
  const place = await context.drills.open({ account: rehearsed.name, snapshot, fault });
  const drill = await openDrill(context, facts, rehearsed, place);
  context.drills.running.set(account.name, drill);
  await context.store.transaction((unit) =>
    unit.appendAudit(
      auditEntry(context.clock.now(), by, 'drill', account.name, rehearsed.name, {
        drill: facts.id,
        fault,
        state: 'begun',
      }),
    ),
  );
  const ask = () =>
    propose(drill.context, {
      account: rehearsed,
      by,
      proposer: { type: 'person', person: request.person },
      request: { buyOnly: false, toBand: false, contribution: null },
      dryRun: false,
    });
  let result = await ask();
  if (result.type === 'nothing_to_do') {
    await place.deposit(valueOf(snapshot).times(PAID_IN).round(2, 0));
    result = await ask();
  }
  if (result.type !== 'proposed') await drill.end('finished');
  return { facts, result };
}

/** The account as it is rehearsed: the same rules, and no way to its broker. */
function rehearsedAccount(account: AccountSettings): AccountSettings {
  const { timeLimit } = account.orders;
  const isShort = Temporal.Duration.compare(timeLimit, ORDER_TIME_LIMIT) <= 0;
  return {
    ...account,
    name: `drill-${account.name}`.slice(0, 32),
    broker: 'paper',
    brokerSettings: {},
    mode: 'paper',
    orders: { ...account.orders, timeLimit: isShort ? timeLimit : ORDER_TIME_LIMIT },
    // Codes are enrolled in the program's own database.
    approvals: { ...account.approvals, oneTimeCode: 'never' },
    schedule: { dailySummary: account.schedule.dailySummary, driftScan: null },
  };
}

function valueOf(snapshot: Snapshot) {
  const prices = new Map(snapshot.quotes.map(({ symbol, price }) => [symbol, price]));
  const held = snapshot.positions.map(({ symbol, quantity }) =>
    quantity.times(prices.get(symbol) ?? '0'),
  );
  return sum([snapshot.balance.cash, ...held]);
}

async function openDrill(
  context: AppContext,
  facts: DrillFacts,
  account: AccountSettings,
  place: DrillPlace,
): Promise<RunningDrill> {
  const shown = new Map<string, Message>();
  const timers = new Set<() => void>();
  const endAfter = (wait: Temporal.Duration, why: EndReason): void => {
    const cancel = context.clock.schedule(context.clock.now().add(wait), () => {
      timers.delete(cancel);
      end(why).catch((error: unknown) => {
        context.log.error({ code: 'drill_not_ended', error }, 'a drill could not be ended');
      });
    });
    timers.add(cancel);
  };
  const store = drillStore(place.store, context.store, facts, (entries, messages) => {
    for (const [key, message] of messages) shown.set(key, message);
    if (entries.some(({ action }) => LAST_ACTIONS.includes(action))) endAfter(LINGERS, 'finished');
  });
  const own: AppContext = {
    ...context,
    store,
    brokers: new Map([[account.name, place.broker]]),
    replays: new Map(),
    accounts: new Map([[account.name, account]]),
    defaultAccount: account,
    // Who may act is written in the program's own database.
    lease: {
      require: () => context.store.transaction((unit) => context.lease.require(unit)),
      confirm: () => context.lease.confirm(),
    },
    drills: { ...context.drills, running: new Map() },
    uncompared: new Set(),
  };
  const executor = createExecutor(own);
  await executor.open();
  await executor.compared();
  let ending: Promise<void> | null = null;
  const close = async (why: EndReason): Promise<void> => {
    for (const cancel of timers) cancel();
    if (context.drills.running.get(facts.account)?.facts.id === facts.id) {
      context.drills.running.delete(facts.account);
    }
    await executor.close();
    const [record] = await place.store.listProposals({ limit: 1 });
    const orders = await place.store.listOrders({ limit: 20 });
    await place.broker.close();
    await place.close();
    const at = context.clock.now();
    await context.store.transaction(async (unit) => {
      await unit.appendAudit(
        auditEntry(at, EVENKEEL, 'drill', facts.account, account.name, {
          drill: facts.id,
          fault: facts.fault,
          state: why,
          proposal: record?.status ?? null,
        }),
      );
      for (const [key, message] of shown) {
        await unit.announce({ key, account: account.name, message: endDrill(message) }, [], at);
      }
      const message = presentDrillOver({
        ...facts,
        why,
        outcome: record?.status.replaceAll('_', ' ') ?? null,
        orders: orders
          .toReversed()
          .map((order) => `${orderWords(order.intent)}: ${orderStatusWord(order.status)}`),
      });
      const key = drillKey(facts, 'over');
      await unit.announce(
        { key, account: account.name, message },
        destinationsOf(context, account),
        at,
      );
    });
    context.changed();
  };
  const end = (why: EndReason): Promise<void> => {
    ending ??= close(why);
    return ending;
  };
  endAfter(LONGEST, 'timed_out');
  return { facts, account, context: own, executor, end };
}

/** The drill that a click is about, by the proposal or the scope that its button carries. */
export async function drillOf(context: AppContext, about: string): Promise<RunningDrill | null> {
  for (const drill of context.drills.running.values()) {
    if (drill.account.name === about) return drill;
    if ((await drill.context.store.findProposal(about)) !== null) return drill;
  }
  return null;
}

/** Ends every drill: the program is being stopped. */
export async function endDrills(context: AppContext): Promise<void> {
  await Promise.all([...context.drills.running.values()].map((drill) => drill.end('closing')));
}
