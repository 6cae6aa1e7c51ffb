import type { OperationName } from './openapi.ts';

/** Which requests a fault is for; all of them when nothing is said. */
interface FaultMatch {
  readonly operation?: OperationName;
  readonly method?: string;
  /** In the path after `/api/v10`. */
  readonly path?: RegExp;
}

export type FaultEffect =
  | { readonly type: 'answer'; readonly status: number; readonly body: unknown }
  | {
      readonly type: 'rateLimit';
      readonly retryAfterSeconds: number;
      readonly scope: 'user' | 'global' | 'shared';
    }
  /** The connection breaks: before anything happens, or after the request was carried out. */
  | { readonly type: 'drop'; readonly when: 'before' | 'after' | 'idle' }
  | { readonly type: 'wait'; readonly until: Promise<void> };

/** Things that go wrong on demand with the REST API. Every one ends after `times` (default 1). */
export interface Faults {
  /** Answers with a status, and Discord's JSON error when one is given. */
  answer(
    match: FaultMatch,
    answer: { readonly status: number; readonly code?: number; readonly message?: string },
    times?: number,
  ): void;
  rateLimit(
    match: FaultMatch,
    limit: {
      readonly retryAfterSeconds: number;
      readonly scope?: 'user' | 'global' | 'shared';
    },
    times?: number,
  ): void;
  /**
   * Breaks the connection. `after` loses only the answer: what was asked for is done. `idle` closes it
   * in order, as Discord does with idle ones, when the request is already on its way.
   */
  drop(match: FaultMatch, when?: 'before' | 'after' | 'idle', times?: number): void;
  delay(match: FaultMatch, milliseconds: number, times?: number): void;
  /** Holds every such request back until the returned function is called. */
  hold(match: FaultMatch): () => void;
  /** Breaks every connection until the returned function is called. */
  down(): () => void;
  clear(): void;
}

interface Fault {
  readonly match: FaultMatch;
  readonly effect: FaultEffect | { readonly type: 'delay'; readonly milliseconds: number };
  left: number;
}

export interface FaultSource extends Faults {
  /** What goes wrong with this request, in the order in which the faults were set up. */
  take(request: {
    readonly operation: OperationName | null;
    readonly method: string;
    readonly path: string;
  }): FaultEffect[];
}

export function createFaults(): FaultSource {
  const faults = new Set<Fault>();
  const add = (match: FaultMatch, effect: Fault['effect'], times: number) => {
    const fault: Fault = { match, effect, left: times };
    faults.add(fault);
    return () => {
      faults.delete(fault);
    };
  };
  return {
    answer: (match, { status, code, message }, times = 1) => {
      const body = code === undefined ? null : { code, message: message ?? '' };
      add(match, { type: 'answer', status, body }, times);
    },
    rateLimit: (match, { retryAfterSeconds, scope = 'user' }, times = 1) => {
      add(match, { type: 'rateLimit', retryAfterSeconds, scope }, times);
    },
    drop: (match, when = 'before', times = 1) => {
      add(match, { type: 'drop', when }, times);
    },
    delay: (match, milliseconds, times = 1) => {
      add(match, { type: 'delay', milliseconds }, times);
    },
    hold: (match) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const stop = add(match, { type: 'wait', until: promise }, Infinity);
      return () => {
        stop();
        resolve();
      };
    },
    down: () => add({}, { type: 'drop', when: 'before' }, Infinity),
    clear: () => {
      faults.clear();
    },
    take: (request) => {
      const taken: FaultEffect[] = [];
      for (const fault of faults) {
        const { effect } = fault;
        const isOver = taken.some(({ type }) => type !== 'wait');
        // One request meets one end; what else is set up waits for the next.
        if (!matches(fault.match, request) || (isOver && !isPause(effect))) continue;
        fault.left -= 1;
        if (fault.left <= 0) faults.delete(fault);
        taken.push(effect.type === 'delay' ? pauseOf(effect.milliseconds) : effect);
      }
      return taken;
    },
  };
}

function isPause({ type }: Fault['effect']): boolean {
  return type === 'delay' || type === 'wait';
}

function pauseOf(milliseconds: number): FaultEffect {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, milliseconds);
  return { type: 'wait', until: promise };
}

function matches(match: FaultMatch, request: Parameters<FaultSource['take']>[0]): boolean {
  return (
    (match.operation === undefined || match.operation === request.operation) &&
    (match.method === undefined || match.method === request.method) &&
    (match.path === undefined || match.path.test(request.path))
  );
}
