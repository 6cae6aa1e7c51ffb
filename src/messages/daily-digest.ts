import type { Decimal } from '../core/decimal.ts';
import { sum, ZERO } from '../core/decimal.ts';
import { changeShare } from '../core/value-change.ts';
import type { ValueChange } from '../core/value-change.ts';
import { MOST_ROWS } from './accounts-overview.ts';
import type { Cell } from './blocks.ts';
import { alert, compose, context, fields, heading, left, right, table } from './blocks.ts';
import {
  formatCount,
  formatMoney,
  formatPayment,
  formatPercent,
  formatSignedPercent,
  listSome,
  SEPARATOR,
  shortHash,
  shortId,
} from './format.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';
import { formatDay, formatMoment } from './time.ts';

/** One account's day in the digest of many. */
interface DigestedAccount {
  readonly name: string;
  readonly value: Decimal;
  readonly drift: Decimal;
  /** Since the last day before that is known; null where there is none. */
  readonly change: ValueChange | null;
  /** What filled on the day. */
  readonly traded: Decimal;
  readonly isHalted: boolean;
}

/** The day of all accounts that are told about in one channel. */
export interface DailyDigestInput {
  readonly date: Temporal.PlainDate;
  readonly now: Temporal.Instant;
  readonly timeZone: string;
  /** Those whose day is known. */
  readonly accounts: readonly DigestedAccount[];
  /** The names of those that could not be read yet. */
  readonly missing: readonly string[];
  /** The ids of the proposals that wait for a decision. */
  readonly pending: readonly string[];
  /** How many orders work at the brokers. */
  readonly working: number;
  readonly auditHead: string;
  readonly auditRows: number;
  /** What checking the audit chain gave; null when it could not be checked. */
  readonly verification: { readonly at: Temporal.Instant; readonly fault: string | null } | null;
}

/** Many accounts' day in one message: a thousand messages would be read by nobody. */
export function presentDailyDigest(input: DailyDigestInput): Message {
  const { accounts, missing, verification, timeZone, now } = input;
  const value = sum(accounts.map((account) => account.value));
  const head = [
    formatCount(accounts.length, 'account'),
    formatDay(input.date),
    formatMoney(value),
  ].join(SEPARATOR);
  const change = dayChange(accounts);
  const payments = paymentWords(accounts);
  const traded = accounts.filter((account) => account.traded.gt(ZERO));
  const halted = accounts.filter(({ isHalted }) => isHalted);
  const tradedWords =
    traded.length === 0
      ? 'nothing'
      : `${formatMoney(sum(traded.map((account) => account.traded)))} in ${formatCount(traded.length, 'account')}`;
  const pending =
    input.pending.length === 0
      ? 'none'
      : `${input.pending.length}: ${listSome(input.pending.map(shortId), 5)}`;
  const haltedWords =
    halted.length === 0
      ? null
      : `Halted: ${listSome(
          halted.map(({ name }) => name),
          10,
        )}.`;
  const missingWords =
    missing.length === 0 ? null : `Not read yet, and tried again: ${listSome(missing, 10)}.`;
  const fault = verification?.fault ?? null;
  const verified =
    verification === null
      ? 'not verified'
      : `${fault === null ? 'verified' : 'found broken'} ${formatMoment(verification.at, timeZone, now)}`;
  const audit = `Audit: ${formatCount(input.auditRows, 'row')}, head ${shortHash(input.auditHead)}, ${verified}`;
  const rows = accounts
    .toSorted(
      (a, b) =>
        Number(b.isHalted) - Number(a.isHalted) ||
        b.drift.cmp(a.drift) ||
        (a.name < b.name ? -1 : 1),
    )
    .slice(0, MOST_ROWS);
  return compose(
    [
      `${head}${change === null ? '' : ` (${formatSignedPercent(change)} day)`}.`,
      haltedWords ?? '',
      missingWords ?? '',
      payments === null ? '' : `Payments: ${payments}.`,
      `Traded: ${tradedWords}. Pending: ${pending}. Orders working: ${input.working === 0 ? 'none' : input.working}.`,
      `${audit}.`,
    ],
    [
      heading(head),
      haltedWords === null ? null : alert('bad', haltedWords),
      missingWords === null ? null : alert('caution', missingWords),
      fields([
        ...(change === null
          ? []
          : [
              {
                label: 'Day',
                value: formatSignedPercent(change),
                tone: change.lt(ZERO) ? ('bad' as const) : ('good' as const),
              },
            ]),
        ...(payments === null ? [] : [{ label: 'Payments', value: payments }]),
        { label: 'Traded', value: tradedWords },
        { label: 'Pending', value: pending },
        { label: 'Orders working', value: input.working === 0 ? 'none' : String(input.working) },
      ]),
      rows.length === 0
        ? null
        : table(
            'Accounts, the farthest from their targets first',
            [left('Account'), right('Value'), right('Day'), right('Drift'), right('Traded')],
            rows.map((account): readonly (Cell | string)[] => [
              account.isHalted ? { text: `${account.name}, halted`, tone: 'bad' } : account.name,
              formatMoney(account.value),
              changeCell(account),
              formatPercent(account.drift),
              account.traded.eq(ZERO) ? '-' : formatMoney(account.traded),
            ]),
          ),
      verification === null
        ? alert('caution', 'The audit log could not be verified today.')
        : fault === null
          ? null
          : alert('bad', `The audit log is broken: ${plain(fault, 300)}`),
      context(
        [
          rows.length < accounts.length
            ? `${formatCount(accounts.length - rows.length, 'more account')}, closer to their targets.`
            : '',
          'Name an account to see all of it: /portfolio NAME.',
          audit,
        ]
          .filter((words) => words !== '')
          .join(' '),
      ),
    ],
  );
}

/** Of all accounts whose day before is known; null when none is. */
function dayChange(accounts: readonly DigestedAccount[]): Decimal | null {
  const known = accounts.flatMap(({ change }) => (change === null ? [] : [change]));
  const base = sum(known.map((change) => change.base));
  return base.lte(ZERO) ? null : sum(known.map(({ gain }) => gain)).div(base);
}

/** `$5,000.00 in, $2,000.00 out, in the gain of 2 accounts`; null where nothing was paid anywhere. */
function paymentWords(accounts: readonly DigestedAccount[]): string | null {
  const paid = accounts.flatMap(({ change }) => (change === null ? [] : [change.payments]));
  const known = paid.filter((payment) => payment !== null);
  const totals = [
    sum(known.filter((payment) => payment.gt(ZERO))),
    sum(known.filter((payment) => payment.lt(ZERO))),
  ].filter((total) => !total.eq(ZERO));
  const untold = paid.length - known.length;
  const words = [
    ...totals.map(formatPayment),
    // Where they cannot be told apart.
    ...(untold === 0 ? [] : [`in the gain of ${formatCount(untold, 'account')}`]),
  ];
  return words.length === 0 ? null : words.join(', ');
}

function changeCell({ change }: DigestedAccount): Cell | string {
  if (change === null) return '-';
  const payments = change.payments === null ? ' with payments' : '';
  return {
    text: `${formatSignedPercent(changeShare(change))}${payments}`,
    tone: change.gain.lt(ZERO) ? 'bad' : 'good',
  };
}
