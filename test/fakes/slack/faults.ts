/** What goes wrong on demand with calls of the app to Slack. */
export type SlackFault =
  | { readonly type: 'error'; readonly error: string }
  | { readonly type: 'rate_limited'; readonly retryAfterSeconds: number }
  | { readonly type: 'status'; readonly status: number; readonly body?: string }
  /** `after`: Slack did what was asked, but the answer is lost. */
  | { readonly type: 'drop'; readonly when: 'before' | 'after' }
  | { readonly type: 'delay'; readonly milliseconds: number }
  /** Waits for the promise before it acts. */
  | { readonly type: 'hold'; readonly until: Promise<unknown> }
  /** Status 200 with a body that is no JSON, after the call took effect. */
  | { readonly type: 'wrong_json'; readonly body?: string };

/** `*` stands for every method; `response_url` and `upload` are methods here too. */
export interface SlackFaults {
  /** The next so many calls of the method fail so; several faults line up. */
  next(method: string, fault: SlackFault, times?: number): void;
  /** Every call fails so until the answered function is called. */
  always(method: string, fault: SlackFault): () => void;
  /** Slack is down: every call is answered with 503, or the connection breaks. */
  down(how?: '503' | 'drop'): () => void;
  clear(): void;
}

export interface FaultQueue extends SlackFaults {
  take(method: string): SlackFault | null;
}

export function createFaults(): FaultQueue {
  let queued: { readonly method: string; readonly fault: SlackFault }[] = [];
  let standing: { readonly method: string; readonly fault: SlackFault }[] = [];

  function always(method: string, fault: SlackFault): () => void {
    const entry = { method, fault };
    standing.push(entry);
    return () => {
      standing = standing.filter((each) => each !== entry);
    };
  }

  return {
    next: (method, fault, times = 1) => {
      for (let count = 0; count < times; count += 1) queued.push({ method, fault });
    },
    always,
    down: (how = '503') =>
      always(
        '*',
        how === 'drop' ? { type: 'drop', when: 'before' } : { type: 'status', status: 503 },
      ),
    clear: () => {
      queued = [];
      standing = [];
    },
    take: (method) => {
      const matches = (entry: { readonly method: string }): boolean =>
        entry.method === method || entry.method === '*';
      const entry = queued.find(matches);
      queued = queued.filter((each) => each !== entry);
      return entry?.fault ?? standing.find(matches)?.fault ?? null;
    },
  };
}
