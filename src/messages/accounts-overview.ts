import type { AccountSettings } from '../core/account.ts';
import type { Decimal } from '../core/decimal.ts';
import { sum, ZERO } from '../core/decimal.ts';
import type { Halt } from '../ports/store.ts';
import type { Cell } from './blocks.ts';
import { alert, compose, context, fields, heading, left, right, table } from './blocks.ts';
import { formatCount, formatMoney, formatPercent, SEPARATOR } from './format.ts';
import type { Block, Message } from './message.ts';
import { plain } from './plain.ts';
import { formatMoment } from './time.ts';
import { venue } from './words.ts';

/** So many accounts are shown in full, under one another; more become one table. */
export const MOST_IN_FULL = 8;

/** Rows of that table: what fits on a screen of every platform. */
export const MOST_ROWS = 20;

/** An account at a glance. */
export interface AccountState {
  readonly account: AccountSettings;
  /** Null when it cannot be read now. */
  readonly state: {
    readonly totalValue: Decimal;
    readonly cash: Decimal;
    readonly drift: Decimal;
  } | null;
  /** Why it cannot be read: the broker's own words. */
  readonly problem: string | null;
  readonly halt: { readonly halt: Halt; readonly byName: string } | null;
}

export interface OverviewInput {
  readonly accounts: readonly AccountState[];
  /** When the accounts were looked at. */
  readonly at: Temporal.Instant;
  readonly timeZone: string;
  readonly now: Temporal.Instant;
}

/** Many accounts: what they come to, and those that are halted, cannot be read or have drifted farthest. */
export function presentOverview(input: OverviewInput): Message {
  const { title, counts, farthest } = overviewWords(input);
  const blocks = overviewBlocks(input);
  return compose([`${title}.`, `${counts}.`, farthest], blocks);
}

/** The same as a part of another message. */
export function overviewBlocks(input: OverviewInput): readonly (Block | null)[] {
  const { accounts, timeZone, now } = input;
  const { title, counts } = overviewWords(input);
  const halted = accounts.filter(({ halt }) => halt !== null).length;
  const unread = accounts.filter(({ state }) => state === null);
  const rows = inNeed(accounts).slice(0, MOST_ROWS);
  const rest = accounts.length - rows.length;
  return [
    heading(title),
    halted === 0 ? null : alert('bad', `${formatCount(halted, 'account')} halted.`),
    unread.length === 0 ? null : alert('caution', unreadWords(unread)),
    fields([{ label: 'Cash', value: formatMoney(total(accounts, ({ cash }) => cash)) }]),
    table(
      'Accounts, the farthest from their targets first',
      [left('Account'), left('At'), right('Value'), right('Cash'), right('Drift'), left('State')],
      rows.map(({ account, state, halt }): readonly (Cell | string)[] => [
        account.name,
        venue(account),
        state === null ? '-' : formatMoney(state.totalValue),
        state === null ? '-' : formatMoney(state.cash),
        state === null ? '-' : formatPercent(state.drift),
        halt !== null
          ? { text: 'halted', tone: 'bad' }
          : state === null
            ? { text: 'cannot be read', tone: 'caution' }
            : 'may trade',
      ]),
    ),
    context(
      [
        `${counts}, as of ${formatMoment(input.at, timeZone, now)}.`,
        rest === 0 ? '' : `${formatCount(rest, 'more account')}, closer to their targets.`,
        'Name an account to see all of it: /portfolio NAME.',
      ]
        .filter((words) => words !== '')
        .join(' '),
    ),
  ];
}

function overviewWords({ accounts }: OverviewInput) {
  const value = formatMoney(total(accounts, ({ totalValue }) => totalValue));
  const halted = accounts.filter(({ halt }) => halt !== null).length;
  const unread = accounts.filter(({ state }) => state === null).length;
  const farthest = accounts
    .toSorted((a, b) => (b.state?.drift ?? ZERO).cmp(a.state?.drift ?? ZERO))
    .flatMap(({ account, state }) =>
      state === null ? [] : [`${account.name} ${formatPercent(state.drift)}`],
    )
    .slice(0, 5);
  return {
    title: [formatCount(accounts.length, 'account'), value].join(SEPARATOR),
    counts: `${halted === 0 ? 'None' : halted} halted, ${unread === 0 ? 'all' : accounts.length - unread} read`,
    farthest: farthest.length === 0 ? '' : `Farthest from their targets: ${farthest.join(', ')}.`,
  };
}

function unreadWords(unread: readonly AccountState[]): string {
  const [first] = unread;
  const reason = plain(first?.problem ?? '', 300);
  return unread.length === 1
    ? `${first?.account.name ?? ''} cannot be read: ${reason}`
    : `${formatCount(unread.length, 'account')} cannot be read, ${first?.account.name ?? ''} for one: ${reason}`;
}

/** Halted and unreadable ones first, then by drift. */
function inNeed(accounts: readonly AccountState[]): readonly AccountState[] {
  const rank = ({ halt, state }: AccountState): number =>
    halt !== null ? 0 : state === null ? 1 : 2;
  return accounts.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (b.state?.drift ?? ZERO).cmp(a.state?.drift ?? ZERO) ||
      (a.account.name < b.account.name ? -1 : 1),
  );
}

function total(
  accounts: readonly AccountState[],
  of: (state: NonNullable<AccountState['state']>) => Decimal,
): Decimal {
  return sum(accounts.flatMap(({ state }) => (state === null ? [] : [of(state)])));
}
