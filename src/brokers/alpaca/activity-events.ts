import { z } from 'zod';
import type { Decimal } from '../../core/decimal.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { parseExactJson } from '../../lib/exact-json.ts';
import { amount, time } from './answers.ts';
import type { AlpacaApi } from './client.ts';
import { withoutAnswer } from './client.ts';
import { failureOf } from './failures.ts';

/**
 * What was executed, and what was corrected or taken back of it, as events:
 * `GET /v2beta1/events/activities` of the Trading API's document, the only place where it tells of
 * corrections. Ids are those of executions.
 */
export interface TradeEvent {
  /** Grows with each event. */
  readonly eventId: string;
  readonly at: Temporal.Instant;
  readonly executionId: string;
  /** The execution that this one corrects or takes back. */
  readonly previousId: string | null;
  readonly type: 'fill' | 'correction' | 'bust';
  readonly orderId: string;
  readonly executedAt: Temporal.Instant;
  readonly quantity: Decimal | null;
  readonly price: Decimal | null;
}

/** As documented, with `partial_fill`, which was sent before it was documented. */
const TYPES = {
  fill: 'fill',
  partial_fill: 'fill',
  trade_correct: 'correction',
  trade_bust: 'bust',
} as const;

const eventSchema = z.object({
  event_id: z.string().min(1),
  at: time,
  executed_at: time,
  ref_id: z.string().min(1),
  previous_id: z.string().nullish(),
  qty: amount.nullish(),
  price: amount.nullish(),
  details: z.object({
    order_id: z.string().min(1),
    execution_type: z.enum(['fill', 'partial_fill', 'trade_correct', 'trade_bust']),
  }),
});

/** A line of a stream of events: a comment, one of the fields that there are, or nothing. */
const FIELD = /^(?:$|:|(?:data|event|id|retry)(?::|$))/;

/** Events end where they are asked until; a moment ago is over on both clocks. */
const SETTLED = Temporal.Duration.from({ seconds: 2 });

/**
 * Reads the trades since.
 * @throws BrokerError when they cannot be read, or not all of them.
 */
export async function readTradeEvents(
  api: AlpacaApi,
  clock: Clock,
  since: Temporal.Instant,
): Promise<readonly TradeEvent[]> {
  const until = clock.now().subtract(SETTLED);
  if (Temporal.Instant.compare(since, until) >= 0) return [];
  const query = new URLSearchParams({ since: wireTime(since), until: wireTime(until) });
  let answer;
  try {
    answer = await api.askEvents('recovery', `/events/activities?${query.toString()}`);
  } catch (error) {
    throw withoutAnswer(error);
  }
  if (answer.status !== 200) throw failureOf(answer);
  if (typeof answer.body !== 'string') throw incomplete('they are no events');
  return parseTradeEvents(answer.body);
}

/**
 * The trades in a stream of events (https://html.spec.whatwg.org/multipage/server-sent-events.html); other
 * activities are left out.
 * @throws BrokerError when the stream says itself that it is not whole, or a trade does not fit.
 */
export function parseTradeEvents(text: string): readonly TradeEvent[] {
  const events: TradeEvent[] = [];
  for (const block of text.split(/(?:\r\n|\r|\n){2,}/)) {
    const lines = block.split(/\r\n|\r|\n/);
    if (!lines.every((line) => FIELD.test(line))) throw incomplete('they are no events');
    // ": internal server error", ": you are reading too slowly, dropped 10000 messages"
    const complaint = lines.find((line) => /^:.*(error|dropped)/i.test(line));
    if (complaint !== undefined) throw incomplete(complaint.slice(1, 100).trim());
    const data = lines
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice('data:'.length).trimStart())
      .join('\n');
    if (data === '') continue;
    const body = parseExactJson(data);
    if (body === undefined) throw incomplete('an event is no JSON');
    for (const event of Array.isArray(body) ? body : [body]) {
      if (!isTrade(event)) continue;
      const parsed = eventSchema.safeParse(event);
      if (!parsed.success) throw incomplete('a trade does not fit what its documentation says');
      const { details, ...told } = parsed.data;
      events.push({
        eventId: told.event_id,
        at: told.at,
        executionId: told.ref_id,
        previousId: told.previous_id ?? null,
        type: TYPES[details.execution_type],
        orderId: details.order_id,
        executedAt: told.executed_at,
        quantity: told.qty ?? null,
        price: told.price ?? null,
      });
    }
  }
  return events.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1));
}

const tradeShape = z.object({ details: z.object({ execution_type: z.string() }) });

function isTrade(event: unknown): boolean {
  return tradeShape.safeParse(event).success;
}

function incomplete(why: string): BrokerError {
  return new BrokerError('alpaca', 'unavailable', `the events of trades could not be read: ${why}`);
}

function wireTime(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'millisecond' });
}
