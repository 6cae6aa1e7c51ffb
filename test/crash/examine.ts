import { z } from 'zod';
import { decimal, sum, toText, ZERO } from '../../src/core/decimal.ts';
import { PATIENCE_MILLISECONDS } from './chat-fakes/platform.ts';
import type { Late } from './chat-fakes/platform.ts';
import type { Life } from './bot-process.ts';
import type { CrashChat } from './chats.ts';
import { nonZero } from './market.ts';
import type { Books } from './market.ts';
import { readRecords } from './records.ts';
import type { Records } from './records.ts';
import type { Workplace } from './workplace.ts';

/**
 * What must not be. `untrue`: the record or the message says what is not so. `left_behind`: a message that
 * was posted a second time, at Slack, which has no key for a post; that is known and counted by itself.
 */
export interface Finding {
  readonly kind: 'duplicate' | 'loss' | 'untrue' | 'left_behind';
  readonly what: string;
}

const ENDED = ['executed', 'partially_executed', 'failed', 'superseded', 'expired', 'rejected'];
const SENT = ['submitted', 'unknown', 'accepted', 'partially_filled', 'filled'];

export function hasEnded(status: string): boolean {
  return ENDED.includes(status);
}

/** Compares what the bot says of a proposal with what the broker has, once both have come to rest. */
export async function examine(place: Workplace): Promise<readonly Finding[]> {
  const records = readRecords(place);
  const books = await place.market.books(place.folder);
  return [
    ...examineOrders(records, books),
    ...examineFills(records, books),
    ...examineBook(place, records, books),
    ...examineAudit(records),
    ...examineMessages(records),
    ...(
      await Promise.all(place.chats.map((chat) => examineChat(chat, records, place.lives())))
    ).flat(),
    ...(await examineChain(place)),
  ];
}

function examineOrders({ orders }: Records, books: Books): Finding[] {
  const findings: Finding[] = [];
  for (const order of orders) {
    const name = `${order.side} ${order.symbol} (${order.client_order_id})`;
    const there = books.orders.filter((theirs) =>
      theirs.clientOrderId === null
        ? theirs.symbol === order.symbol && theirs.side === order.side
        : theirs.clientOrderId === order.client_order_id,
    );
    if (there.length > 1) {
      findings.push({ kind: 'duplicate', what: `${name} is ${there.length} orders` });
    }
    const [theirs] = there;
    if (theirs === undefined) {
      if (SENT.includes(order.status)) {
        findings.push({ kind: 'loss', what: `${name} is ${order.status} and not at the broker` });
      }
      continue;
    }
    if (order.broker_order_id !== theirs.brokerOrderId) {
      findings.push({ kind: 'loss', what: `${name} is ${theirs.brokerOrderId} there, not known` });
    }
    if (!decimal(order.filled_quantity).eq(theirs.filledQuantity)) {
      findings.push({
        kind: 'untrue',
        what: `${name} filled ${order.filled_quantity} here and ${theirs.filledQuantity} there`,
      });
    }
    if (!theirs.isFinal) findings.push({ kind: 'loss', what: `${name} still works at the broker` });
  }
  const known = new Set(orders.map((order) => order.broker_order_id));
  for (const theirs of books.orders) {
    if (known.has(theirs.brokerOrderId)) continue;
    const what = `${theirs.side} ${theirs.symbol} ${theirs.brokerOrderId} is nobody's`;
    findings.push({ kind: 'loss', what });
  }
  const legs = orders.map((order) => `${order.proposal_id} leg ${order.leg}`);
  for (const leg of repeated(legs)) findings.push({ kind: 'duplicate', what: `${leg} twice` });
  return findings;
}

function examineFills({ fills }: Records, books: Books): Finding[] {
  const shape = (fill: { brokerOrderId: string; quantity: string; price: string }) =>
    `${fill.brokerOrderId} ${toText(decimal(fill.quantity))} at ${toText(decimal(fill.price))}`;
  const ours = fills
    .map(({ broker_order_id: brokerOrderId, quantity, price }) =>
      shape({ brokerOrderId, quantity, price }),
    )
    .toSorted();
  const theirs = books.executions.map(shape).toSorted();
  return [
    ...without(ours, theirs).map((what): Finding => ({ kind: 'duplicate', what: `fill ${what}` })),
    ...without(theirs, ours).map((what): Finding => ({ kind: 'loss', what: `fill ${what}` })),
  ];
}

/** What is left of the first list when each of the second has taken one away. */
function without(from: readonly string[], taken: readonly string[]): readonly string[] {
  const left = [...from];
  for (const item of taken) {
    const at = left.indexOf(item);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}

/** Cash and positions at the beginning, with our fills, are what the broker has. */
function examineBook(place: Workplace, { fills }: Records, books: Books): Finding[] {
  const { market } = place;
  const flows = fills.map((fill) => {
    const notional = decimal(fill.quantity).times(fill.price);
    return (fill.side === 'sell' ? notional : ZERO.minus(notional)).minus(fill.fees);
  });
  const cash = decimal(market.cash).plus(sum(flows));
  const positions = { ...market.positions };
  for (const fill of fills) {
    const before = decimal(positions[fill.symbol] ?? '0');
    const after =
      fill.side === 'buy' ? before.plus(fill.quantity) : before.minus(decimal(fill.quantity));
    positions[fill.symbol] = toText(after);
  }
  const findings: Finding[] = [];
  if (!cash.eq(books.cash)) {
    findings.push({ kind: 'untrue', what: `cash ${toText(cash)}, the broker has ${books.cash}` });
  }
  const line = (book: Readonly<Record<string, string>>) =>
    Object.entries(nonZero(book))
      .map(([symbol, quantity]) => `${symbol} ${toText(decimal(quantity))}`)
      .toSorted()
      .join(', ');
  if (line(positions) !== line(books.positions)) {
    const what = `positions ${line(positions)}, the broker has ${line(books.positions)}`;
    findings.push({ kind: 'untrue', what });
  }
  return findings;
}

const fillPayload = z.object({ executionId: z.string() });
const submittedPayload = z.object({ again: z.boolean().optional() });

/** Each approval, intent, first sending, fill and end is on the record exactly once. */
function examineAudit(records: Records): Finding[] {
  const { audit, decisions, fills, orders, proposals } = records;
  const rows = (action: string) => audit.filter((row) => row.action === action);
  const facts: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    [
      'approval',
      rows('approval').map((row) => row.subject),
      decisions.filter(({ verdict }) => verdict === 'approve').map((row) => row.proposal_id),
    ],
    ['proposal', rows('proposal').map((row) => row.subject), proposals.map(({ id }) => id)],
    [
      'fill',
      rows('fill').map(
        (row) => `${row.subject} ${fillPayload.parse(JSON.parse(row.payload)).executionId}`,
      ),
      fills.map((fill) => `${fill.client_order_id ?? ''} ${fill.execution_id}`),
    ],
    [
      'intent',
      [...rows('order_intent'), ...rows('order_denied')].map((row) => row.subject),
      orders.map((order) => order.client_order_id),
    ],
    [
      'end of an execution',
      rows('execution_finished').map((row) => row.subject),
      proposals
        .filter(({ status }) => ['executed', 'partially_executed', 'failed'].includes(status))
        .map(({ id }) => id),
    ],
  ];
  const findings = facts.flatMap(([name, recorded, true_]): Finding[] => [
    ...without(recorded, true_).map((what): Finding => ({
      kind: 'duplicate',
      what: `audit row of the ${name} ${what}`,
    })),
    ...without(true_, recorded).map((what): Finding => ({
      kind: 'loss',
      what: `audit row of the ${name} ${what}`,
    })),
  ]);
  const firstSendings = rows('order_submitted').filter(
    (row) => submittedPayload.parse(JSON.parse(row.payload)).again !== true,
  );
  for (const subject of repeated(firstSendings.map((row) => row.subject))) {
    findings.push({ kind: 'duplicate', what: `audit row of the sending of ${subject}` });
  }
  return findings;
}

/** What the message of a proposal says in words, by what became of it. */
const WORDS_OF: Readonly<Record<string, RegExp>> = {
  executed: /\bexecuted\b/iu,
  partially_executed: /partially executed/iu,
  failed: /\bfailed\b|not executed|nothing was/iu,
};

/** Each announcement is one message, which says what is so and offers no vote that does not count. */
function examineMessages({ deliveries, messages, proposals }: Records): Finding[] {
  const findings: Finding[] = [];
  for (const copy of deliveries) {
    if (copy.delivered_version !== copy.wanted_version) {
      findings.push({ kind: 'untrue', what: `message of ${copy.announcement_key} is behind` });
    }
  }
  const onPage = deliveries.filter(({ platform }) => platform === 'web');
  const shown = new Set(onPage.map((copy) => copy.reference_message_id));
  const announced = messages.filter(
    ({ author, body }) => author === null && body.includes('"proposalId"'),
  );
  for (const { id, body } of announced) {
    if (shown.has(String(id))) continue;
    const buttons = body.includes('"approve"') ? ' and asks for a vote' : '';
    findings.push({ kind: 'duplicate', what: `message ${id} is left behind${buttons}` });
  }
  for (const { id, status } of proposals) {
    const copy = onPage.find(({ announcement_key: key }) => key === `proposal:${id}`);
    const message = messages.find((row) => String(row.id) === copy?.reference_message_id);
    if (message === undefined) {
      findings.push({ kind: 'loss', what: `proposal ${id} has no message` });
      continue;
    }
    const words = WORDS_OF[status];
    if (words !== undefined && !words.test(message.body)) {
      findings.push({ kind: 'untrue', what: `the message of ${id} does not say ${status}` });
    }
    if (status !== 'pending' && message.body.includes('"action":"approve"')) {
      findings.push({ kind: 'untrue', what: `the message of ${id} still asks for a vote` });
    }
  }
  return findings;
}

/** The same of what a chat platform shows, by its own account. */
async function examineChat(
  chat: CrashChat,
  records: Records,
  lives: readonly Life[],
): Promise<Finding[]> {
  const { messages, problems, late } = await chat.state();
  const copies = records.deliveries.filter(({ platform }) => platform === chat.name);
  const shown = new Set(copies.map((copy) => copy.reference_message_id));
  const findings = [
    ...problems,
    ...late
      .filter((one) => couldHaveAnswered(lives, one))
      .map(({ what }) => `${chat.name}: ${what} was not acknowledged within 3 s by a living bot`),
  ].map((what): Finding => ({ kind: 'untrue', what }));
  for (const { id, text, buttons } of messages) {
    if (shown.has(id)) continue;
    const asks = buttons.some(({ action }) => action === 'approve') ? ' and asks for a vote' : '';
    const what = `${chat.name}: a message is left behind${asks}: ${text.slice(0, 60)}`;
    findings.push({ kind: chat.name === 'slack' ? 'left_behind' : 'duplicate', what });
  }
  for (const { id, status } of records.proposals) {
    const copy = copies.find(({ announcement_key: key }) => key === `proposal:${id}`);
    const message = messages.find((one) => one.id === copy?.reference_message_id);
    if (message === undefined) {
      findings.push({ kind: 'loss', what: `${chat.name}: proposal ${id} has no message` });
      continue;
    }
    if (WORDS_OF[status]?.test(message.text) === false) {
      findings.push({ kind: 'untrue', what: `${chat.name}: ${id} is not said to be ${status}` });
    }
    if (status !== 'pending' && message.buttons.some(({ action }) => action === 'approve')) {
      findings.push({ kind: 'untrue', what: `${chat.name}: ${id} still asks for a vote` });
    }
  }
  return findings;
}

/** Whether a bot lived when it was sent and for as long as the chat waited: none was killed, stopped or started meanwhile. */
function couldHaveAnswered(lives: readonly Life[], { sentAt }: Late): boolean {
  const until = sentAt + PATIENCE_MILLISECONDS;
  return lives.some(
    ({ startedAt, endedAt }) => startedAt <= sentAt && (endedAt === null || endedAt > until),
  );
}

/** `evenkeel audit verify`, as a person runs it. */
async function examineChain(place: Workplace): Promise<Finding[]> {
  const verify = place.command('audit', 'verify');
  const { code } = await verify.ended;
  return code === 0 ? [] : [{ kind: 'untrue', what: `audit verify: ${verify.said().trim()}` }];
}

function repeated(items: readonly string[]): readonly string[] {
  return [...new Set(items.filter((item, index) => items.indexOf(item) !== index))];
}
