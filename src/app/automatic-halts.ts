import type { AccountSettings } from '../core/account.ts';
import {
  findAuditChainHalt,
  findClockSkewHalt,
  findDayLossHalt,
  findRejectionHalt,
} from '../core/automatic-halts.ts';
import type { AutomaticHalt, AutomaticHaltRule, ClockReading } from '../core/automatic-halts.ts';
import { netCashFlow } from '../core/cash-flow.ts';
import { decimal, ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import { tradingDayOf, tradingDayStart } from '../core/market-calendar.ts';
import type { Fill, Order } from '../core/order.ts';
import { planRebalance } from '../core/plan.ts';
import { planningPolicy } from '../core/planning-policy.ts';
import type { Snapshot } from '../core/portfolio.ts';
import { BrokerError } from '../ports/broker-error.ts';
import { StoreError } from '../ports/store-error.ts';
import type { AuditRow, Store } from '../ports/store.ts';
import { brokerOf } from './context.ts';
import type { AppContext } from './context.ts';
import { haltAutomatically } from './halt.ts';
import { readResumedAt } from './halt-record.ts';
import { readBrokerTime } from './read-book.ts';
import { listAllTrades } from './payments.ts';
import { takeSnapshot } from './take-snapshot.ts';

/** More rejections than this are not counted; the configuration allows no higher limit. */
const MOST_REJECTIONS = 1000;
/** The last close is looked for so many days back: longer than any run of holidays. */
const CLOSE_WITHIN_DAYS = 7;
const MOST_HALTS = 50;
const VERIFIED_SETTING = 'audit.verified_head';

/**
 * Halts an account whose orders the broker rejects again and again.
 * @param orders those of the execution that runs: only when one of them was rejected are all counted.
 */
export async function haltAfterRejections(
  context: AppContext,
  account: AccountSettings,
  orders: readonly Order[],
): Promise<boolean> {
  const settings = account.automaticHalts.rejections;
  if (settings === null || !orders.some((order) => order.status === 'rejected')) return false;
  const rejected = await context.store.listOrders({
    account: account.name,
    statuses: ['rejected'],
    limit: MOST_REJECTIONS,
  });
  const found = findRejectionHalt({
    settings,
    rejectedAt: rejected.map((order) => order.updatedAt),
    resumedAt: await readResumedAt(context.store, account.name),
    now: context.clock.now(),
  });
  return found !== null && haltAutomatically(context, account.name, found);
}

/**
 * Looks at an account's clock and at what it lost today, and halts it where a rule says so.
 * @param given what was just read; without it, it is read when it is needed.
 * @returns what was found, in a few words.
 * @throws BrokerError when the account cannot be read.
 */
export async function watchAccount(
  context: AppContext,
  account: AccountSettings,
  given: { readonly snapshot: Snapshot; readonly time: Promise<ClockReading | null> } | null,
): Promise<string> {
  const reading = await (given?.time ?? readBrokerTime(context, account));
  const found: (AutomaticHalt | null)[] = [
    findClockSkewHalt({ limit: account.automaticHalts.clockSkew, reading }),
    await findLoss(context, account, given?.snapshot ?? null),
  ];
  for (const halt of found) {
    if (halt !== null) await haltAutomatically(context, account.name, halt);
  }
  const rules = found.filter((halt) => halt !== null).map(({ rule }) => rule);
  return rules.length === 0 ? 'nothing to halt for' : `halted: ${rules.join(', ')}`;
}

async function findLoss(
  context: AppContext,
  account: AccountSettings,
  given: Snapshot | null,
): Promise<AutomaticHalt | null> {
  const limit = account.automaticHalts.dayLoss;
  if (limit === null) return null;
  const today = tradingDayOf(context.clock.now());
  const values = await context.store.listAccountValues(
    account.name,
    today.subtract({ days: CLOSE_WITHIN_DAYS }),
  );
  const close = values.findLast(({ date }) => Temporal.PlainDate.compare(date, today) < 0) ?? null;
  if (close === null) return null;
  const snapshot = given ?? (await takeSnapshot(context, account));
  const result = planRebalance(snapshot, account.targets, planningPolicy(account));
  if (result.type === 'refused') return null;
  const since = close.book?.readAt ?? null;
  const fills = since === null ? [] : await listAllTrades(context.store, account.name, since);
  const { balance, positions } = snapshot;
  const cashFlow = netCashFlow(close.book, fills, { cash: balance.cash, positions });
  const facts = {
    limit,
    close,
    value: result.plan.totalValue,
    acceptedLoss: await acceptedLoss(context, account.name),
  };
  const found = findDayLossHalt({ ...facts, cashFlow });
  if (found !== null || cashFlow === null || since === null) return found;
  const halt = findDayLossHalt({ ...facts, cashFlow: null });
  // Money that left explains all of it: unless somebody lost it by trades that are not recorded yet.
  if (halt === null || !(await isTradedUnrecorded(context, account, since, fills))) return null;
  return halt;
}

async function isTradedUnrecorded(
  context: AppContext,
  account: AccountSettings,
  since: Temporal.Instant,
  recorded: readonly Fill[],
): Promise<boolean> {
  const known = new Set(recorded.map(({ executionId }) => executionId));
  const told = await brokerOf(context, account.name).listFills(since);
  return told.some(({ executionId }) => !known.has(executionId));
}

/** The loss that halted the account earlier today and was resumed from. */
async function acceptedLoss(context: AppContext, account: string): Promise<Decimal> {
  const begins = tradingDayStart(context.clock.now());
  const [last] = (await resumedHalts(context, account, 'day_loss')).filter(
    ({ at }) => Temporal.Instant.compare(at, begins) >= 0,
  );
  const loss = last?.payload['loss'];
  return typeof loss === 'string' ? decimal(loss) : ZERO;
}

/** The differences that halted the account and were resumed from. */
export async function acceptedKeys(
  context: AppContext,
  account: string,
): Promise<readonly string[]> {
  const rows = await resumedHalts(context, account, 'reconciliation');
  return rows.flatMap(({ payload }) => {
    const keys = payload['keys'];
    return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
  });
}

/** The halts of a rule, newest first, that people have resumed from. */
async function resumedHalts(
  context: AppContext,
  account: string,
  rule: AutomaticHaltRule,
): Promise<readonly AuditRow[]> {
  const resumedAt = await readResumedAt(context.store, account);
  if (resumedAt === null) return [];
  const rows = await context.store.listAudit({ account, actions: ['halt'], limit: MOST_HALTS });
  return rows.filter(
    ({ at, payload }) => payload['rule'] === rule && Temporal.Instant.compare(at, resumedAt) <= 0,
  );
}

/** When a process last found the whole log good. The summaries of a thousand accounts share one reading. */
const readWhole = new WeakMap<Store, Temporal.Instant>();
const LATELY = Temporal.Duration.from({ minutes: 10 });

function readLately({ store, clock }: AppContext): boolean {
  const at = readWhole.get(store);
  const now = clock.now();
  return (
    at !== undefined &&
    Temporal.Instant.compare(at, now) <= 0 &&
    Temporal.Instant.compare(at.add(LATELY), now) > 0
  );
}

/**
 * Checks the audit log; a break halts everything.
 * @param extent `all` of it, or only what came `since_verified`: a start need not wait for a long log.
 *   `lately`: all of it, unless this process has read all of it in the last minutes; then what came since.
 * @returns what was found; null when the log could not be read.
 */
export async function verifyRecord(
  context: AppContext,
  extent: 'all' | 'since_verified' | 'lately',
): Promise<{ readonly at: Temporal.Instant; readonly fault: string | null } | null> {
  const { store, log } = context;
  try {
    const isAll = extent === 'all' || (extent === 'lately' && !readLately(context));
    const since = isAll ? null : await store.readSetting(VERIFIED_SETTING);
    const result = await store.verifyAudit(since === null ? {} : { since });
    const at = context.clock.now();
    if (since === null && result.ok) readWhole.set(store, at);
    const halt = findAuditChainHalt(result);
    if (result.ok) {
      if (result.rows > 0) {
        await store.transaction((unit) =>
          unit.writeSetting(VERIFIED_SETTING, `${result.rows}:${result.head}`),
        );
      }
      return { at, fault: null };
    }
    const fault = `row ${result.brokenSeq} is ${result.kind}. ${result.detail}`;
    log.error({ code: 'audit_broken', fault }, 'audit log is broken');
    if (halt !== null) await haltAutomatically(context, 'all', halt);
    return { at, fault };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.error({ code: error.code, error }, 'audit log could not be verified');
    return null;
  }
}

/** As `watchAccount`, for a schedule: a broker that is away is no failure. */
export async function watchAccountOnSchedule(
  context: AppContext,
  account: AccountSettings,
): Promise<string> {
  try {
    return await watchAccount(context, account, null);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const about = { account: account.name, code: error.code };
    context.log.warn(about, 'account could not be looked at');
    return 'broker away';
  }
}
