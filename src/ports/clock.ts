/** Time, injected everywhere so that tests and the demo can step it. */
export interface Clock {
  now(): Temporal.Instant;
  /**
   * Runs `work` once, at or after `at`.
   * @returns a function that cancels it.
   */
  schedule(at: Temporal.Instant, work: () => void): () => void;
}

/** Randomness, injected everywhere. */
export interface Random {
  /** Cryptographically strong random bytes in production, seeded in tests. */
  bytes(length: number): Uint8Array;
}
