import type { AccountSettings } from '../core/account.ts';
import { sum, ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import { MOST_IN_FULL } from '../messages/accounts-overview.ts';
import { presentDailyDigest } from '../messages/daily-digest.ts';
import { accountTimeZone } from '../messages/time.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { verifyRecord } from './automatic-halts.ts';
import { destinationsOf } from './context.ts';
import type { AppContext } from './context.ts';
import { changeSince } from './payments.ts';

/** A channel in which the days of many accounts are told in one message. */
interface DigestPlace {
  readonly platform: string;
  readonly channel: string;
  readonly accounts: readonly AccountSettings[];
}

/** The last day before is looked for so many days back. */
const DAY_BEFORE_WITHIN = { days: 7 };

/** The accounts of a process stay as they are. */
const knownPlaces = new WeakMap<AppContext['accounts'], readonly DigestPlace[]>();

/** Channels of more accounts than can each have a message of its own. */
function digestPlaces(context: AppContext): readonly DigestPlace[] {
  const places = knownPlaces.get(context.accounts) ?? findPlaces(context);
  knownPlaces.set(context.accounts, places);
  return places;
}

function findPlaces(context: AppContext): readonly DigestPlace[] {
  const told = [...context.accounts.values()].filter(
    ({ schedule }) => schedule.dailySummary !== null,
  );
  const copies = told.flatMap((account) =>
    destinationsOf(context, account).map((place) => ({ ...place, account })),
  );
  const places = Map.groupBy(copies, ({ platform, channel }) => `${platform} ${channel}`);
  return [...places.values()].flatMap((here) => {
    const [first] = here;
    return first === undefined || here.length <= MOST_IN_FULL
      ? []
      : [
          {
            platform: first.platform,
            channel: first.channel,
            accounts: here.map(({ account }) => account),
          },
        ];
  });
}

/** Where an account's own summary goes: not where the days of many are told together. */
export function summaryDestinations(
  context: AppContext,
  account: AccountSettings,
): readonly { readonly platform: string; readonly channel: string }[] {
  const together = new Set(
    digestPlaces(context).map(({ platform, channel }) => `${platform} ${channel}`),
  );
  return destinationsOf(context, account).filter(
    ({ platform, channel }) => !together.has(`${platform} ${channel}`),
  );
}

/**
 * Tells a day in each channel of many accounts that some of these are among. What was told is told anew
 * only when more accounts could be read since.
 * @param scopes the names of accounts whose summaries were made, or were to be made.
 */
export async function tellDigests(
  context: AppContext,
  scopes: readonly string[],
  dueAt: Temporal.Instant,
): Promise<void> {
  const concerned = new Set(scopes);
  const places = digestPlaces(context).filter(({ accounts }) =>
    accounts.some(({ name }) => concerned.has(name)),
  );
  if (places.length === 0) return;
  const verification = await verifyRecord(context, 'lately');
  for (const place of places) {
    const [first] = place.accounts;
    if (first === undefined) continue;
    const timeZone = accountTimeZone(first);
    const date = dueAt.toZonedDateTimeISO(timeZone).toPlainDate();
    await context.store.transaction((unit) =>
      tellDigest(context, unit, place, { date, timeZone, verification }),
    );
  }
  context.changed();
}

async function tellDigest(
  context: AppContext,
  unit: StoreTransaction,
  { platform, channel, accounts }: DigestPlace,
  facts: {
    readonly date: Temporal.PlainDate;
    readonly timeZone: string;
    readonly verification: Awaited<ReturnType<typeof verifyRecord>>;
  },
): Promise<void> {
  const { date, timeZone } = facts;
  const now = context.clock.now();
  const names = new Set(accounts.map(({ name }) => name));
  const halts = new Set((await unit.listHalts()).map(({ scope }) => scope));
  const traded = await tradedOn(unit, date, timeZone);
  const known = [];
  for (const account of accounts) {
    const { name } = account;
    const values = await unit.listAccountValues(name, date.subtract(DAY_BEFORE_WITHIN));
    const today = values.find((value) => value.date.equals(date));
    if (today === undefined) continue;
    const before = values.findLast((value) => Temporal.PlainDate.compare(value.date, date) < 0);
    known.push({
      name,
      value: today.value,
      drift: today.drift,
      change: await changeSince(unit, account, before, today),
      traded: traded.get(name) ?? ZERO,
      isHalted: halts.has('all') || halts.has(name),
    });
  }
  const key = `summaries:${platform}:${channel}:${date.toString()}`;
  const toldBefore = Number((await unit.readSetting(key)) ?? '0');
  if (known.length <= toldBefore) return;
  await unit.writeSetting(key, String(known.length));
  const head = await unit.publishAuditHead();
  const pending = await unit.listProposalHeads({ statuses: ['pending'] });
  const working = await unit.listOrders({
    statuses: ['submitted', 'unknown', 'accepted', 'partially_filled'],
  });
  const toldNames = new Set(known.map(({ name }) => name));
  const message = presentDailyDigest({
    date,
    now,
    timeZone,
    accounts: known,
    missing: [...names].filter((name) => !toldNames.has(name)),
    pending: pending.flatMap(({ proposal }) => (names.has(proposal.account) ? proposal.id : [])),
    working: working.filter(({ intent }) => names.has(intent.account)).length,
    auditHead: head.hash,
    auditRows: head.seq,
    verification: facts.verification,
  });
  await unit.announce({ key, account: null, message }, [{ platform, channel }], now);
}

/** What filled on a day, by account. */
async function tradedOn(
  unit: StoreTransaction,
  date: Temporal.PlainDate,
  timeZone: string,
): Promise<ReadonlyMap<string, Decimal>> {
  const since = date.toZonedDateTime(timeZone).toInstant();
  const until = date.add({ days: 1 }).toZonedDateTime(timeZone).toInstant();
  const fills = Map.groupBy(await unit.listFills({ since, until }), ({ account }) => account);
  return new Map(
    [...fills].map(([account, theirs]) => [
      account,
      sum(theirs.map(({ quantity, price }) => quantity.times(price))),
    ]),
  );
}
