import type { AuditAction, AuditHead, AuditRow, JsonValue } from '../ports/store.ts';
import { compose, context, heading, left, right, table, text } from './blocks.ts';
import { formatCount, SEPARATOR, shortHash } from './format.ts';
import type { Message, Tone } from './message.ts';
import { plain } from './plain.ts';
import { formatMoment } from './time.ts';

const ACTIONS: Readonly<Record<AuditAction, string>> = {
  command: 'command',
  denial: 'denied',
  proposal: 'proposed',
  approval: 'approved',
  rejection: 'rejected',
  expiry: 'expired',
  supersession: 'superseded',
  execution_started: 'execution started',
  execution_finished: 'execution finished',
  order_intent: 'order committed',
  order_submitted: 'order sent',
  order_accepted: 'order accepted',
  order_unknown: 'order without answer',
  outcome_asked: 'asked about an order',
  outcome_answered: 'said about an order',
  order_rejected: 'order rejected',
  order_denied: 'order denied',
  order_updated: 'order updated',
  order_canceled: 'order canceled',
  order_expired: 'order expired',
  cancel_requested: 'cancel asked for',
  fill: 'filled',
  fill_corrected: 'fill corrected',
  reconciliation: 'reconciled',
  halt: 'halted',
  resume: 'resumed',
  configuration: 'configuration changed',
  codes_enrolled: 'authenticator set up',
  codes_locked: 'one-time codes locked',
  codes_reset: 'authenticator reset',
  connection: 'login connected',
  disconnection: 'login disconnected',
  key_rotation: 'stored tokens encrypted anew',
  summary: 'summary posted',
  job: 'job ran',
  start: 'bot started',
  stop: 'bot stopped',
};

/** What an audit action is called. */
function auditActionWords(action: AuditAction): string {
  return ACTIONS[action];
}

function actionTone(action: AuditAction): Tone {
  switch (action) {
    case 'approval':
    case 'fill':
      return 'good';
    case 'rejection':
    case 'denial':
    case 'order_rejected':
    case 'order_denied':
    case 'halt':
      return 'bad';
    case 'order_unknown':
    case 'outcome_asked':
    case 'fill_corrected':
    case 'supersession':
    case 'expiry':
      return 'caution';
    default:
      return 'neutral';
  }
}

/** A row's facts in a line: `quantity 42, limit price 223.08`. */
function payloadWords(payload: AuditRow['payload'], maximum = 160): string {
  const parts = Object.entries(payload)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${nameWords(name)} ${valueWords(value)}`);
  return plain(parts.join(', '), maximum);
}

/** `limitPrice` is `limit price`. */
function nameWords(name: string): string {
  return name.replace(/(?<=\p{Ll})\p{Lu}/gu, (letter) => ` ${letter.toLowerCase()}`);
}

function valueWords(value: JsonValue): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}

/** Rows of the audit log, in the order given. */
export function presentAuditTable(input: {
  readonly rows: readonly AuditRow[];
  /** Null for all accounts. */
  readonly account: string | null;
  readonly head: AuditHead;
  readonly timeZone: string;
  readonly now: Temporal.Instant;
}): Message {
  const head = ['Audit', input.account ?? 'all accounts'].join(SEPARATOR);
  const chain = `${formatCount(input.head.seq, 'row')} in all, head ${shortHash(input.head.hash)}. “evenkeel audit verify” checks every one.`;
  if (input.rows.length === 0) {
    return compose([`${head}: no rows.`, chain], [heading(head), text('No rows.'), context(chain)]);
  }
  return compose(
    [
      `${head}: ${formatCount(input.rows.length, 'row')}.`,
      ...input.rows
        .slice(0, 8)
        .map(
          (row) =>
            `${row.seq} ${formatMoment(row.at, input.timeZone, input.now)} ${plain(row.actor, 40)} ${auditActionWords(row.action)} ${plain(row.subject, 60)}.`,
        ),
      chain,
    ],
    [
      heading(head),
      table(
        'Rows of the audit log',
        [
          right('Row'),
          left('Time'),
          left('Who'),
          left('What'),
          left('About'),
          left('Facts'),
          left('Hash'),
        ],
        input.rows.map((row) => [
          String(row.seq),
          formatMoment(row.at, input.timeZone, input.now),
          plain(row.actor, 40),
          { text: auditActionWords(row.action), tone: actionTone(row.action) },
          plain(row.subject, 60),
          payloadWords(row.payload),
          shortHash(row.hash),
        ]),
      ),
      context(chain),
    ],
  );
}
