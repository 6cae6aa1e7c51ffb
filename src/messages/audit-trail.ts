import type { Decision, ProposalRecord } from '../core/proposal.ts';
import type { AuditAction, AuditHead, AuditRow, JsonValue } from '../ports/store.ts';
import { compose, context, heading, left, right, table, text } from './blocks.ts';
import { formatCount, SEPARATOR, shortHash, shortId } from './format.ts';
import type { Message, Tone } from './message.ts';
import { plain } from './plain.ts';
import { formatMoment } from './time.ts';
import { proposalStatusWord } from './words.ts';

const ACTIONS: Readonly<Record<AuditAction, string>> = {
  command: 'command',
  denial: 'denied',
  proposal: 'proposed',
  approval: 'approved',
  rejection: 'rejected',
  expiry: 'expired',
  escalation: 'second group asked',
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
  order_not_sent: 'order not sent after all',
  order_updated: 'order updated',
  order_canceled: 'order canceled',
  order_expired: 'order expired',
  cancel_requested: 'cancel asked for',
  fill: 'filled',
  fill_corrected: 'fill corrected',
  reconciliation: 'reconciled',
  foreign_order: 'foreign order seen',
  outside_fill: 'traded outside Evenkeel',
  outside_fill_corrected: 'trade outside corrected',
  book_agreed: 'book agreed on',
  drill: 'drill',
  halt: 'halted',
  resume_vote: 'agreed to resume',
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
    case 'order_not_sent':
    case 'halt':
      return 'bad';
    case 'foreign_order':
    case 'outside_fill':
    case 'outside_fill_corrected':
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

/** What a reader looks for first; whatever a row has beside these follows in the row's own order. */
const FIRST_FACTS: readonly string[] = [
  'text',
  'reason',
  'rule',
  'code',
  'side',
  'quantity',
  'symbol',
  'price',
  'limitPrice',
  'status',
];

/** A row's facts in a line: `side buy, quantity 42, limit price 223.08`. */
function payloadWords(payload: AuditRow['payload'], maximum = 160): string {
  const rank = (name: string): number =>
    FIRST_FACTS.includes(name) ? FIRST_FACTS.indexOf(name) : FIRST_FACTS.length;
  const parts = Object.entries(payload)
    .filter(([, value]) => value !== null && value !== '')
    .toSorted(([a], [b]) => rank(a) - rank(b))
    .map(([name, value]) => `${nameWords(name)} ${valueWords(value)}`);
  return plain(parts.join(', '), maximum);
}

/** A number with more digits behind its point than anybody reads. */
const MANY_DIGITS = /^(-?\d+\.\d{6})\d{2,}$/u;

/** `limitPrice` is `limit price`. */
function nameWords(name: string): string {
  return name.replace(/(?<=\p{Ll})\p{Lu}/gu, (letter) => ` ${letter.toLowerCase()}`);
}

function valueWords(value: JsonValue): string {
  // The log has every digit; a line is read by people.
  if (typeof value === 'string') return value.replace(MANY_DIGITS, '$1…');
  // The log has each of them; a line has room for how many.
  if (Array.isArray(value) && value.some((entry) => typeof entry === 'object')) {
    return `(${value.length})`;
  }
  return JSON.stringify(value);
}

/** A proposal and who decided on it. */
interface AuditedProposal {
  readonly record: ProposalRecord;
  readonly proposerName: string;
  /** Oldest first. */
  readonly decisions: readonly (Decision & { readonly name: string })[];
}

/** `Proposed by Ana 14:02 ET. Approved by Ben (slack) 14:10 ET. It is executed.` */
function decisionWords(
  { record, proposerName, decisions }: AuditedProposal,
  timeZone: string,
  now: Temporal.Instant,
): string {
  const { proposal, status } = record;
  const proposed = `Proposed by ${plain(proposerName, 60)} ${formatMoment(proposal.createdAt, timeZone, now)}.`;
  const said = decisions.map(({ name, verdict, platform, at, reason }) => {
    const what = verdict === 'approve' ? 'Approved' : 'Rejected';
    const why = reason === null ? '' : `: “${plain(reason, 200)}”`;
    return `${what} by ${plain(name, 60)} (${plain(platform, 20)}) ${formatMoment(at, timeZone, now)}${why}.`;
  });
  const nobody = decisions.length === 0 ? ['Nobody has decided on it.'] : [];
  return [proposed, ...said, ...nobody, `It is ${proposalStatusWord(status)}.`].join(' ');
}

/** Rows of the audit log, in the order given. */
export function presentAuditTable(input: {
  readonly rows: readonly AuditRow[];
  /** Null for all accounts. */
  readonly account: string | null;
  /** The only person whose rows these are. */
  readonly person?: string | null;
  /** The only proposal whose rows these are: then who decided on it comes first. */
  readonly proposal?: AuditedProposal | null;
  /** What messages call an actor; left out, as the log does. */
  readonly nameOf?: (actor: string) => string;
  readonly head: AuditHead;
  readonly timeZone: string;
  readonly now: Temporal.Instant;
}): Message {
  const { proposal = null, person = null } = input;
  const head = [
    'Audit',
    input.account ?? 'all accounts',
    ...(proposal === null ? [] : [shortId(proposal.record.proposal.id)]),
    ...(person === null ? [] : [plain(person, 60)]),
  ].join(SEPARATOR);
  const name = (actor: string): string => plain(input.nameOf?.(actor) ?? actor, 40);
  const decided = proposal === null ? '' : decisionWords(proposal, input.timeZone, input.now);
  const chain = `${formatCount(input.head.seq, 'row')} in all, head ${shortHash(input.head.hash)}. “evenkeel audit verify” checks every one.`;
  if (input.rows.length === 0) {
    return compose(
      [`${head}: no rows.`, decided, chain],
      [heading(head), decided === '' ? null : text(decided), text('No rows.'), context(chain)],
    );
  }
  return compose(
    [
      `${head}: ${formatCount(input.rows.length, 'row')}.`,
      decided,
      ...input.rows
        .slice(0, 8)
        .map(
          (row) =>
            `${row.seq} ${formatMoment(row.at, input.timeZone, input.now)} ${name(row.actor)} ${auditActionWords(row.action)} ${plain(row.subject, 60)}.`,
        ),
      chain,
    ],
    [
      heading(head),
      decided === '' ? null : text(decided),
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
          name(row.actor),
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
