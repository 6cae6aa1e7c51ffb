import { z } from 'zod';

/** What kind of request a fault is for. */
export type RequestKind = 'submit' | 'cancel' | 'token' | 'read' | 'events' | 'other';

const failureSchema = z.strictObject({
  operation: z.enum(['any', 'submit', 'read', 'events', 'cancel', 'token']).default('any'),
  code: z.enum(['authentication', 'rate_limited', 'unavailable', 'garbage', 'half_open']),
  retryAfterSeconds: z.int().min(0).default(1),
  count: z.int().min(1).default(1),
});

const droppedAnswerSchema = z.strictObject({
  operation: z.enum(['submit', 'cancel']),
  order: z.enum(['placed', 'not_placed']),
  count: z.int().min(1).default(1),
});

const delaySchema = z.strictObject({
  milliseconds: z.int().min(0),
  operation: z.enum(['any', 'submit', 'read', 'events', 'cancel', 'token']).default('any'),
});

export const faultSchemas = {
  fail: failureSchema,
  dropAnswer: droppedAnswerSchema,
  delay: delaySchema,
} as const;

export type Failure = z.output<typeof failureSchema>;
export type DroppedAnswer = z.output<typeof droppedAnswerSchema>;
export type Delay = z.output<typeof delaySchema>;

/** Faults that wait for their requests. */
export interface Faults {
  fail(failure: Failure): void;
  dropAnswer(dropped: DroppedAnswer): void;
  /** Replaces the delay before; 0 milliseconds ends it. */
  delay(delay: Delay): void;
  /** Uses up and tells what happens to a request of this kind. */
  take(kind: RequestKind): {
    readonly failure: Failure | null;
    readonly dropped: DroppedAnswer['order'] | null;
    readonly milliseconds: number;
  };
}

export function createFaults(): Faults {
  const failures: (Failure & { left: number })[] = [];
  const drops: (DroppedAnswer & { left: number })[] = [];
  let delay: Delay = { milliseconds: 0, operation: 'any' };
  const take = <T extends { left: number; operation: string }>(
    waiting: readonly T[],
    kind: RequestKind,
  ): T | null => {
    const found = waiting.find(
      ({ operation, left }) => left > 0 && (operation === 'any' || operation === kind),
    );
    if (found === undefined) return null;
    found.left -= 1;
    return found;
  };
  return {
    fail: (failure) => failures.push({ ...failure, left: failure.count }),
    dropAnswer: (dropped) => drops.push({ ...dropped, left: dropped.count }),
    delay: (told) => {
      delay = told;
    },
    take: (kind) => ({
      failure: take(failures, kind),
      dropped: take(drops, kind)?.order ?? null,
      milliseconds: ['any', kind].includes(delay.operation) ? delay.milliseconds : 0,
    }),
  };
}
