import type { Request } from './requests.ts';

/** Kinds of requests that faults are aimed at. */
export type Operation = 'any' | 'submit' | 'read' | 'cancel';
export type FaultCode = 'authentication' | 'rate_limited' | 'unavailable' | 'garbage' | 'half_open';

export interface DroppedAnswer {
  readonly operation: 'submit' | 'cancel';
  readonly order: 'placed' | 'not_placed';
}

/** What is to go wrong with the next requests, told through the control interface. */
export interface Faults {
  dropAnswers(drop: DroppedAnswer, count: number): void;
  fail(operation: Operation, code: FaultCode, count: number): void;
  delay(operation: Operation, milliseconds: number): void;
  /** Takes the drop that this request falls to. */
  takeDrop(request: Request): DroppedAnswer | null;
  takeFailure(request: Request): FaultCode | null;
  delayOf(request: Request): number;
}

function operationOf(request: Request): Operation | null {
  switch (request.type) {
    case 'place_order':
      return 'submit';
    case 'cancel_order':
    case 'global_cancel':
      return 'cancel';
    case 'start_api':
      return null;
    default:
      return 'read';
  }
}

export function createFaults(): Faults {
  let drops: DroppedAnswer[] = [];
  let failures: { readonly operation: Operation; readonly code: FaultCode }[] = [];
  const delays = new Map<Operation, number>();
  const concerns = (operation: Operation, request: Request) => {
    const own = operationOf(request);
    return own !== null && (operation === 'any' || operation === own);
  };
  return {
    dropAnswers(drop, count) {
      drops.push(...Array.from({ length: count }, () => drop));
    },
    fail(operation, code, count) {
      failures.push(...Array.from({ length: count }, () => ({ operation, code })));
    },
    delay(operation, milliseconds) {
      delays.set(operation, milliseconds);
    },
    takeDrop(request) {
      const found = drops.find((drop) => concerns(drop.operation, request));
      if (found === undefined) return null;
      const index = drops.indexOf(found);
      drops = drops.filter((_, position) => position !== index);
      return found;
    },
    takeFailure(request) {
      const index = failures.findIndex(({ operation }) => concerns(operation, request));
      const found = failures[index];
      if (found === undefined) return null;
      failures = failures.filter((_, position) => position !== index);
      return found.code;
    },
    delayOf(request) {
      const own = operationOf(request);
      return (own === null ? undefined : delays.get(own)) ?? delays.get('any') ?? 0;
    },
  };
}
