/** What kind of request a fault is for. */
export type FaultOperation = 'any' | 'submit' | 'read' | 'cancel' | 'token';
export type RequestKind = Exclude<FaultOperation, 'any'>;

export type Fault =
  | {
      readonly type: 'fail';
      readonly operation: FaultOperation;
      readonly code: 'authentication' | 'rate_limited' | 'unavailable' | 'garbage' | 'half_open';
      readonly retryAfterSeconds: number | null;
    }
  | {
      /** The connection is cut without an answer, before or after acting. */
      readonly type: 'dropAnswer';
      readonly operation: FaultOperation;
      readonly order: 'placed' | 'not_placed';
    };

/** Faults that wait for the requests they are for. */
export interface Faults {
  add(fault: Fault, count: number): void;
  /** The next fault for such a request, which is used up by it. */
  take(kind: RequestKind): Fault | null;
  delay(milliseconds: number, operation: FaultOperation): void;
  /** How long the answer to such a request is held back, in milliseconds. */
  delayOf(kind: RequestKind): number;
}

export function createFaults(): Faults {
  const waiting: Fault[] = [];
  const delays = new Map<FaultOperation, number>();
  return {
    add: (fault, count) => {
      for (let n = 0; n < count; n += 1) waiting.push(fault);
    },
    take: (kind) => {
      const index = waiting.findIndex(({ operation }) => operation === 'any' || operation === kind);
      return index === -1 ? null : (waiting.splice(index, 1)[0] ?? null);
    },
    delay: (milliseconds, operation) => {
      delays.set(operation, milliseconds);
    },
    delayOf: (kind) => delays.get(kind) ?? delays.get('any') ?? 0,
  };
}
