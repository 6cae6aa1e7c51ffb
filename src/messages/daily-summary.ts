import type { AccountSettings } from '../core/account.ts';
import type { Decimal } from '../core/decimal.ts';
import { toText } from '../core/decimal.ts';
import type { Order } from '../core/order.ts';
import type { Side } from '../core/plan-types.ts';
import { changeShare } from '../core/value-change.ts';
import type { ValueChange } from '../core/value-change.ts';
import type { AccountValue } from '../ports/store.ts';
import type { ActualWeight } from './blocks.ts';
import { alert, compose, context, fields, heading, weightsChart } from './blocks.ts';
import {
  capitalize,
  formatCount,
  formatMoney,
  formatPayment,
  formatPercent,
  formatQuantity,
  formatSignedPercent,
  joinNames,
  listSome,
  SEPARATOR,
  shortHash,
  shortId,
} from './format.ts';
import { haltWords } from './halt.ts';
import type { NamedHalt } from './halt.ts';
import type { Block, Message, Tone } from './message.ts';
import { plain } from './plain.ts';
import { loginLeft, loginTone } from './login-runway.ts';
import { describeBand } from './policy.ts';
import { accountTimeZone, formatDay, formatDayOfMonth, formatMoment } from './time.ts';
import { brokerName, orderWords } from './words.ts';

/** One account's day. */
export interface DailySummaryInput {
  readonly account: AccountSettings;
  /** The exchange day that is told about. */
  readonly date: Temporal.PlainDate;
  readonly now: Temporal.Instant;
  readonly value: Decimal;
  /** Null where the day or month before is not known. */
  readonly day: ValueChange | null;
  readonly month: ValueChange | null;
  readonly drift: Decimal;
  /** The account's tolerance band. */
  readonly band: AccountSettings['policy']['toleranceBand'];
  /** Oldest first, this day included; 30 days are drawn. */
  readonly values: readonly Pick<AccountValue, 'date' | 'value'>[];
  readonly weights: readonly ActualWeight[];
  readonly traded: readonly {
    readonly proposalId: string;
    readonly notional: Decimal;
    readonly approverNames: readonly string[];
  }[];
  /** At the broker, by orders that are not ours. */
  readonly tradedOutside: readonly {
    readonly side: Side;
    readonly symbol: string;
    readonly quantity: Decimal;
  }[];
  readonly pending: readonly {
    readonly proposalId: string;
    readonly expiresAt: Temporal.Instant;
  }[];
  readonly working: readonly Order[];
  /** Shares of limits that are used up, e.g. `day` 0.49. */
  readonly limits?: readonly { readonly name: string; readonly used: Decimal }[] | undefined;
  /** The login that the account is reached through, when it ends. */
  readonly login?: { readonly endsAt: Temporal.Instant } | null | undefined;
  /** The halt that stops the account; null when it may trade. */
  readonly halt: NamedHalt | null;
  /** What else someone should know today, e.g. a market holiday. */
  readonly notices?: readonly string[] | undefined;
  readonly auditHead: string;
  readonly auditRows: number;
  /** What checking the audit chain just before gave; null when it could not be checked. */
  readonly verification: { readonly at: Temporal.Instant; readonly fault: string | null } | null;
}

export function presentDailySummary(input: DailySummaryInput): Message {
  const { account } = input;
  const timeZone = accountTimeZone(account);
  const value = formatMoney(input.value);
  const drift = `${formatPercent(input.drift)} (band ${describeBand(input.band)})`;
  const head = [account.name, formatDay(input.date), value].join(SEPARATOR);
  const { day, month } = input;
  const changes = [
    day === null ? null : `${changeWords(day)} day`,
    month === null ? null : `${changeWords(month, 1)} month`,
  ].filter((change) => change !== null);
  const payments = paymentWords(day, month);
  const outside =
    input.tradedOutside.length === 0 ? null : listSome(input.tradedOutside.map(orderWords), 5);
  const traded =
    input.traded.length === 0
      ? 'nothing'
      : input.traded
          .map((trade) => {
            const names = trade.approverNames.map((name) => plain(name, 60));
            const by = names.length === 0 ? '' : `, approved by ${joinNames(names)}`;
            return `${shortId(trade.proposalId)}, ${formatMoney(trade.notional)}${by}`;
          })
          .join('; ');
  const pending =
    input.pending.length === 0
      ? 'none'
      : input.pending
          .map(
            (entry) =>
              `${shortId(entry.proposalId)} until ${formatMoment(entry.expiresAt, timeZone, input.now)}`,
          )
          .join(', ');
  const working = input.working.length === 0 ? 'none' : workingWords(input.working);
  const limits =
    input.limits === undefined || input.limits.length === 0
      ? null
      : input.limits
          .map((limit) => `${plain(limit.name, 40)} ${formatPercent(limit.used, 0)}`)
          .join(', ');
  const login =
    input.login === null || input.login === undefined
      ? null
      : {
          label: `${capitalize(brokerName(account.broker))} login`,
          value: loginLeft(input.login.endsAt, input.now),
          tone: loginTone(input.login.endsAt, input.now),
        };
  const notices = (input.notices ?? []).map((notice) => plain(notice, 300));
  const halted = input.halt === null ? null : haltWords(input.halt, timeZone, input.now);
  const { verification } = input;
  const fault = verification === null ? null : verification.fault;
  const verified =
    verification === null
      ? 'not verified'
      : `${fault === null ? 'verified' : 'found broken'} ${formatMoment(verification.at, timeZone, input.now)}`;
  const warning =
    verification === null
      ? alert('caution', 'The audit log could not be verified today.')
      : fault === null
        ? null
        : alert('bad', `The audit log is broken: ${plain(fault, 300)}`);
  const audit = `Audit: ${formatCount(input.auditRows, 'row')}, head ${shortHash(input.auditHead)}, ${verified}`;
  return compose(
    [
      `${head}${changes.length === 0 ? '' : ` (${changes.join(', ')})`}.`,
      halted ?? '',
      `Drift ${drift}.`,
      payments === null ? '' : `Payments, no part of the gain: ${payments}.`,
      `Traded: ${traded}. Pending: ${pending}. Orders working: ${working}.`,
      outside === null ? '' : `Traded outside Evenkeel: ${outside}.`,
      limits === null ? '' : `Limits used: ${limits}.`,
      login === null ? '' : `${login.label}: ${login.value}.`,
      ...notices.map((notice) => `${notice}.`),
      `${audit}.`,
    ],
    [
      heading(head),
      halted === null ? null : alert('bad', halted),
      fields([
        ...(day === null ? [] : [{ label: 'Day', value: changeWords(day), tone: changeTone(day) }]),
        ...(month === null
          ? []
          : [{ label: 'Month', value: changeWords(month, 1), tone: changeTone(month) }]),
        ...(payments === null ? [] : [{ label: 'Payments', value: payments }]),
        { label: 'Drift', value: drift },
      ]),
      valueChart(input.values),
      weightsChart('Weight now against target', input.weights),
      fields([
        { label: 'Traded', value: traded },
        ...(outside === null
          ? []
          : [{ label: 'Traded outside Evenkeel', value: outside, tone: 'caution' as const }]),
        { label: 'Pending', value: pending },
        { label: 'Orders working', value: working },
        ...(limits === null ? [] : [{ label: 'Limits used', value: limits }]),
        ...(login === null ? [] : [login]),
      ]),
      ...notices.map((notice) => alert('caution', notice)),
      warning,
      context(audit),
    ],
  );
}

function changeTone({ gain }: ValueChange): Tone {
  return gain.lt('0') ? 'bad' : 'good';
}

/** `+0.42%`; where payments cannot be told apart, that they are in it. */
function changeWords(change: ValueChange, places?: number): string {
  const share = formatSignedPercent(changeShare(change), places);
  return change.payments === null ? `${share} with payments` : share;
}

/** `$5,000.00 in (day), $2,000.00 out (month)`; null where nothing was paid in or out. */
function paymentWords(day: ValueChange | null, month: ValueChange | null): string | null {
  const words = [
    { payments: day?.payments ?? null, name: 'day' },
    { payments: month?.payments ?? null, name: 'month' },
  ].flatMap(({ payments, name }) =>
    payments === null || payments.eq('0') ? [] : [`${formatPayment(payments)} (${name})`],
  );
  return words.length === 0 ? null : words.join(', ');
}

function workingWords(orders: readonly Order[]): string {
  const words = orders.map((order) => {
    const filled = order.filledQuantity.gt('0')
      ? ` (${formatQuantity(order.filledQuantity)} filled)`
      : '';
    return `${orderWords(order.intent)}${filled}`;
  });
  return `${orders.length}: ${listSome(words, 5)}`;
}

/** The last 30 days; null while there are fewer than two. */
function valueChart(values: readonly Pick<AccountValue, 'date' | 'value'>[]): Block | null {
  const days = values.slice(-30);
  if (days.length < 2) return null;
  return {
    type: 'chart',
    title: `Value, ${formatCount(days.length, 'day')}`,
    kind: 'line',
    unit: '$',
    categories: days.map((day) => formatDayOfMonth(day.date)),
    series: [{ name: 'Value', values: days.map((day) => toText(day.value.round(2, 2))) }],
  };
}
