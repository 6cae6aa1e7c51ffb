/** The earlier of two instants; null stands for never. */
export function earlier(
  a: Temporal.Instant | null,
  b: Temporal.Instant | null,
): Temporal.Instant | null {
  if (a === null) return b;
  if (b === null) return a;
  return Temporal.Instant.compare(a, b) <= 0 ? a : b;
}

/** True when `now` is at or after `at`. */
export function isDue(now: Temporal.Instant, at: Temporal.Instant): boolean {
  return Temporal.Instant.compare(now, at) >= 0;
}
