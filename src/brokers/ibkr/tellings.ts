import { sum } from '../../core/decimal.ts';
import type { BrokerOrder } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { revisionOf, splitExecutionId, type Execution } from './executions.ts';
import { toBrokerOrder, type KnownOrder } from './order-state.ts';

/** What subscribers of one account are told. */
export type DeskUpdate =
  | { readonly type: 'order'; readonly order: BrokerOrder }
  | { readonly type: 'execution'; readonly execution: Execution }
  | { readonly type: 'reconnected' };

/**
 * Puts what TWS tells into the order in which the port promises it: a fill with its fees, and the order
 * as its fills make it, never ahead of them.
 */
export interface Tellings {
  takeExecution(execution: Execution): void;
  takeOrder(order: KnownOrder, executions: readonly Execution[]): void;
  /** Resolves when no execution of the account waits for its commission any more. */
  settled(account: string): Promise<void>;
  stop(): void;
}

/**
 * TWS sends the commission within a second of the execution. A fill is not held back for longer: it is
 * told without fees, and with them as a correction when they come.
 */
const COMMISSION_PATIENCE = Temporal.Duration.from({ seconds: 5 });

interface Wait {
  readonly account: string;
  readonly over: Promise<void>;
  readonly end: () => void;
}

export function createTellings(
  clock: Clock,
  tell: (account: string, update: DeskUpdate) => void,
  lookAgain: (permId: number) => void,
): Tellings {
  /** The revision of each execution that was told last. */
  const told = new Map<string, number>();
  const waits = new Map<string, Wait>();
  /** Orders that TWS counts more of than it has told executions for, for too long. */
  const overdue = new Map<number, string>();
  const overdueTimers = new Map<number, () => void>();
  const orders = new Map<number, string>();

  function tellExecution(execution: Execution): void {
    const { prefix } = splitExecutionId(execution.executionId);
    const revision = revisionOf(execution);
    waits.get(prefix)?.end();
    if (revision <= (told.get(prefix) ?? -1)) return;
    told.set(prefix, revision);
    tell(execution.account, { type: 'execution', execution });
    lookAgain(execution.permId);
  }

  function waitForCommission(execution: Execution): void {
    const { prefix } = splitExecutionId(execution.executionId);
    waits.get(prefix)?.end();
    const over = Promise.withResolvers<void>();
    const cancelTimer = clock.schedule(clock.now().add(COMMISSION_PATIENCE), () => {
      tellExecution(execution);
    });
    waits.set(prefix, {
      account: execution.account,
      over: over.promise,
      end: () => {
        cancelTimer();
        waits.delete(prefix);
        over.resolve();
      },
    });
  }

  /** Until their executions come, more are counted than are told; not for ever. */
  function waitForExecutions(order: KnownOrder): void {
    if (overdueTimers.has(order.permId)) return;
    overdueTimers.set(
      order.permId,
      clock.schedule(clock.now().add(COMMISSION_PATIENCE), () => {
        overdueTimers.delete(order.permId);
        overdue.set(order.permId, order.filled.toFixed());
        lookAgain(order.permId);
      }),
    );
  }

  return {
    takeExecution(execution) {
      if (execution.feesAreFinal) tellExecution(execution);
      else waitForCommission(execution);
    },
    takeOrder(order, executions) {
      const known = executions.filter(({ executionId }) =>
        told.has(splitExecutionId(executionId).prefix),
      );
      const missing = sum(known.map((execution) => execution.quantity)).lt(order.filled);
      const waiting = missing && overdue.get(order.permId) !== order.filled.toFixed();
      if (waiting) waitForExecutions(order);
      else overdueTimers.get(order.permId)?.();
      const view = toBrokerOrder(order, known, { executionsDecide: waiting });
      const seen = `${view.status} ${view.filledQuantity.toFixed()} ${view.quantity.toFixed()}`;
      if (orders.get(order.permId) === seen) return;
      orders.set(order.permId, seen);
      tell(order.account, { type: 'order', order: view });
    },
    async settled(account) {
      const open = [...waits.values()].filter((wait) => wait.account === account);
      await Promise.all(open.map((wait) => wait.over));
    },
    stop() {
      for (const wait of waits.values()) wait.end();
      for (const cancel of overdueTimers.values()) cancel();
    },
  };
}
