import type { IBApi } from '@stoqey/ib';
import type { Urgency } from '../../lib/pacer.ts';
import type { BrokerError } from '../../ports/broker-error.ts';
import type { SendPermit } from '../../ports/broker.ts';
import { endsRequestsWithoutId, isNotice, isUnreadable, readError } from './errors.ts';
import type { TwsEvent } from './wire.ts';

/** How a question is settled; only the first counts. */
export interface Answer<T> {
  readonly give: (value: T) => void;
  readonly fail: (error: BrokerError) => void;
}

/** One request to TWS and the events that answer it. */
export interface Question<T> {
  readonly urgency: Urgency;
  /** For sentences: `TWS did not tell {what} within 15 seconds.` */
  readonly what: string;
  /** Its answers carry no id: the callbacks of @stoqey/ib that they come by. Left out: they carry ours. */
  readonly callbacks?: readonly string[];
  readonly patience?: Temporal.Duration;
  /** For an order: asked when its turn has come. */
  readonly permit?: SendPermit;
  /** Writes the request, with an id that is ours alone. */
  readonly send: (api: IBApi, id: number) => void;
  readonly hear: (event: TwsEvent, id: number, answer: Answer<T>) => void;
  /** A message about our id. Left out: all but notices fail the question. */
  readonly hearMessage?: (code: number, text: string, answer: Answer<T>, id: number) => void;
  /**
   * The request was sent, and no answer came in time or can come any more. Left out: an error,
   * unavailable.
   */
  readonly unanswered?: (reason: string, answer: Answer<T>, why: 'too_late' | 'lost') => void;
}

/** What ends a question whatever it asks for; null when this event does not. */
export function endOf<T>(
  event: TwsEvent,
  id: number,
  question: Question<T>,
): BrokerError | 'unanswered' | null {
  switch (event.type) {
    case 'disconnected':
      return 'unanswered';
    case 'unreadable':
      return event.id === id || question.callbacks?.includes(event.callback) === true
        ? 'unanswered'
        : null;
    case 'message': {
      const { code, text } = event;
      if (event.id === null) {
        if (isUnreadable(code)) return 'unanswered';
        return question.callbacks !== undefined && endsRequestsWithoutId(code, text)
          ? readError(code, text)
          : null;
      }
      if (event.id !== id || question.hearMessage !== undefined || isNotice(code, text))
        return null;
      return readError(code, text);
    }
    default:
      return null;
  }
}

export function reasonOf(event: TwsEvent, what: string): string {
  return event.type === 'disconnected'
    ? `The connection to TWS was lost before it told ${what}.`
    : `What TWS told of ${what} could not be read.`;
}
