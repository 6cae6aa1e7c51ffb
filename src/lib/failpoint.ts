/**
 * The steps after which something is durable, or known outside, that the program has not gone on from
 * yet. `npm run test:crash` ends the process at each of them; nothing else does.
 */
export const FAILPOINTS = [
  'interaction_claimed',
  'proposal_committed',
  'decision_committed',
  'execution_begun',
  'intents_committed',
  'orders_marked_submitted',
  'send_permitted',
  'order_answered',
  'answer_recorded',
  'fill_recorded',
  'cancel_recorded',
  'cancel_answered',
  'execution_finished',
  'message_posted',
] as const;

export type Failpoint = (typeof FAILPOINTS)[number];

/** Where to end or to freeze: at the `hit`th time that the step is reached, counted from 1. */
export interface ArmedFailpoint {
  readonly name: Failpoint;
  readonly hit: number;
  readonly action: 'kill' | 'freeze';
}

let reach: (name: Failpoint) => void = () => {};

/** Marks a step. Does nothing unless it was armed when the program started. */
export function failpoint(name: Failpoint): void {
  reach(name);
}

/**
 * From now on the process kills itself there as a power cut would: no handler runs, nothing is flushed.
 * Or it freezes, as in a suspended virtual machine, until somebody lets it go on.
 */
export function armFailpoint(armed: ArmedFailpoint): void {
  let hits = 0;
  reach = (name) => {
    if (name !== armed.name) return;
    hits += 1;
    if (hits !== armed.hit) return;
    process.kill(process.pid, armed.action === 'kill' ? 'SIGKILL' : 'SIGSTOP');
  };
}
