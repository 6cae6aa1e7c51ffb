/**
 * Accounts on one price source share its market: a step that one broker makes is told to the others
 * of this process, so that their waiting orders trade too. Who hears it looks into its own database;
 * hearing it once too often does nothing. What another process steps is noticed with the next request.
 */
const listeners = new Set<(source: string) => void>();

/** @returns a function that ends it. */
export function onMarketStep(listener: (source: string) => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function ringMarketStep(source: string): void {
  for (const listener of listeners) listener(source);
}
