import { setImmediate as endOfTurn } from 'node:timers/promises';

/**
 * Work whose result those share who ask for it in the same turn of the event loop: it begins when all of them
 * have asked, so that nobody gets an answer that was on its way before the question.
 * @param keyOf who asks for the same thing.
 */
export function createSameTurn<Question, Answer>(
  keyOf: (question: Question) => string,
  work: (question: Question) => Promise<Answer>,
): (question: Question) => Promise<Answer> {
  const asked = new Map<string, Promise<Answer>>();
  return (question) => {
    const key = keyOf(question);
    const shared =
      asked.get(key) ??
      endOfTurn().then(() => {
        asked.delete(key);
        return work(question);
      });
    asked.set(key, shared);
    return shared;
  };
}
