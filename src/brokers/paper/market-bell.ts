/**
 * Accounts on one price source share its market: a step that one broker makes is told to the others
 * of this process, so that their waiting orders trade too. Kept by database, so that two databases in
 * one process know nothing of each other. What another process steps is noticed with the next request.
 */
const bells = new WeakMap<object, Set<Listener>>();

type Listener = (source: string) => void;

/** @returns a function that ends it. */
export function onMarketStep(database: object, listener: Listener): () => void {
  const listeners = bells.get(database) ?? new Set();
  bells.set(database, listeners);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function ringMarketStep(database: object, source: string): void {
  for (const listener of bells.get(database) ?? []) listener(source);
}
