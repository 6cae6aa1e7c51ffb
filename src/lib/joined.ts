import { setImmediate as endOfTurn } from 'node:timers/promises';

interface Asked<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer | Promise<Answer>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Questions that one request can answer: those that come before it leaves join it, however long it waits for
 * its turn, and nobody gets an answer that was on its way before the question.
 * @param request gets a function to call at the moment when it leaves, which tells the questions that it is
 *   to answer; called again, it tells the same. Resolves with the answer to each of them.
 */
export function createJoined<Question, Answer>(
  request: (
    leave: () => readonly Question[],
  ) => Promise<(question: Question) => Answer | Promise<Answer>>,
): (question: Question) => Promise<Answer> {
  /** Those who wait for the request that has not left yet. */
  let open: Asked<Question, Answer>[] | null = null;

  async function run(asked: Asked<Question, Answer>[]): Promise<void> {
    const close = (): void => {
      if (open === asked) open = null;
    };
    try {
      // Those who ask in this turn of the event loop share it also where nothing has to be waited for.
      await endOfTurn();
      const answerOf = await request(() => {
        close();
        return asked.map(({ question }) => question);
      });
      close();
      for (const { question, resolve } of asked) {
        resolve((async () => await answerOf(question))());
      }
    } catch (error) {
      close();
      for (const { reject } of asked) reject(error);
    }
  }

  return (question) =>
    new Promise((resolve, reject) => {
      const each = { question, resolve, reject };
      if (open !== null) {
        open.push(each);
        return;
      }
      open = [each];
      void run(open);
    });
}
