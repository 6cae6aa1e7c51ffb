import { BrokerError } from '../../ports/broker-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { unavailable } from './errors.ts';
import type { Link } from './link.ts';
import type { OnTheWay } from './on-the-way.ts';
import { endOf, reasonOf, type Answer, type Question } from './question.ts';
import type { TwsEvent } from './wire.ts';

/** The questions of a login that wait for their answers. */
export interface Questions {
  /**
   * Sends a question at once, and waits for its answer.
   * @param counted called when TWS has certainly read it.
   */
  put<T>(link: Link, question: Question<T>, counted: () => void): Promise<T>;
  hear(event: TwsEvent): void;
}

/** Someone who waits for an answer. */
interface Pending {
  readonly hear: (event: TwsEvent) => void;
}

const PATIENCE = Temporal.Duration.from({ seconds: 15 });

/** @param probe looks whether the other end is there still: a question was not answered, and nothing else told. */
export function createQuestions({
  clock,
  onTheWay,
  probe,
}: {
  readonly clock: Clock;
  readonly onTheWay: OnTheWay;
  readonly probe: (link: Link) => void;
}): Questions {
  const pending = new Set<Pending>();

  async function put<T>(link: Link, question: Question<T>, counted: () => void): Promise<T> {
    const id = link.nextId();
    const { what } = question;
    const patience = question.patience ?? PATIENCE;
    const result = Promise.withResolvers<T>();
    const answer: Answer<T> = { give: result.resolve, fail: result.reject };
    let answered = (): void => {};
    const heardAnswer: Answer<T> = {
      give: (value) => {
        answered();
        result.resolve(value);
      },
      fail: (error) => {
        answered();
        result.reject(error);
      },
    };
    const unanswered = (reason: string, why: 'too_late' | 'lost'): void => {
      if (question.unanswered === undefined) result.reject(unavailable(reason));
      else question.unanswered(reason, answer, why);
    };
    const entry: Pending = {
      hear: (event) => {
        const outcome = endOf(event, id, question);
        if (outcome === 'unanswered') unanswered(reasonOf(event, what), 'lost');
        else if (outcome instanceof BrokerError) heardAnswer.fail(outcome);
        else if (event.type === 'message' && event.id === id && question.hearMessage) {
          question.hearMessage(event.code, event.text, heardAnswer, id);
        } else question.hear(event, id, heardAnswer);
      },
    };
    const heardBefore = link.heard();
    const cancelTimer = clock.schedule(clock.now().add(patience), () => {
      unanswered(
        `TWS did not tell ${what} within ${patience.total('seconds')} seconds.`,
        'too_late',
      );
      if (link.heard() === heardBefore) probe(link);
    });
    pending.add(entry);
    try {
      link.send((api) => {
        question.send(api, id);
      });
      answered = onTheWay.add(counted);
      return await result.promise;
    } finally {
      cancelTimer();
      pending.delete(entry);
    }
  }

  return {
    put,
    hear: (event) => {
      for (const each of pending) each.hear(event);
    },
  };
}
