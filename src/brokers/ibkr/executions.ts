import { ZERO, type Decimal } from '../../core/decimal.ts';
import type { Fill } from '../../core/order.ts';
import type { Side } from '../../core/plan-types.ts';
import { parseTwsTime } from './instants.ts';
import { fromIbSymbol } from './symbols.ts';
import type { ExecutionTold } from './wire.ts';

/**
 * Executions joined with their commissions and corrections.
 *
 * A correction has the id of what it corrects but for the digits after the last point, which count up.
 * https://interactivebrokers.github.io/tws-api/executions_commissions.html
 */

/** One telling of one execution. */
interface Telling {
  readonly executionId: string;
  /** The digits after the last point: 1 for the first telling. */
  readonly correction: number;
  readonly permId: number;
  readonly account: string;
  readonly orderRef: string | null;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly at: Temporal.Instant;
}

/** An execution as it stands, with the commission of its newest telling that has one. */
export interface Execution extends Telling {
  readonly fees: Decimal | null;
  /** Whether the fees are those of this very telling. */
  readonly feesAreFinal: boolean;
}

/** `0000e0d5.6554e3f2.01.02` -> what all its tellings share, and 2. */
export function splitExecutionId(id: string): {
  readonly prefix: string;
  readonly correction: number;
} {
  const point = id.lastIndexOf('.');
  const digits = id.slice(point + 1);
  return point > 0 && /^\d{1,6}$/.test(digits)
    ? { prefix: id.slice(0, point), correction: Number(digits) }
    : { prefix: id, correction: 1 };
}

/**
 * The revision of a fill: the commission is news of its own, so each telling counts twice, without and
 * with it.
 */
export function revisionOf(execution: Pick<Execution, 'correction' | 'feesAreFinal'>): number {
  return execution.correction * 2 + (execution.feesAreFinal ? 1 : 0);
}

export function toFill(execution: Execution, accountName: string): Fill {
  return {
    executionId: splitExecutionId(execution.executionId).prefix,
    revision: revisionOf(execution),
    clientOrderId: execution.orderRef,
    brokerOrderId: String(execution.permId),
    account: accountName,
    symbol: execution.symbol,
    side: execution.side,
    quantity: execution.quantity,
    price: execution.price,
    fees: execution.fees ?? ZERO,
    at: execution.at,
  };
}

export interface Executions {
  /** @returns the execution when this telling is news; null when it is known, older or not of a stock. */
  take(told: ExecutionTold, offsetMinutes: number | null): Execution | null;
  /** @returns the execution that the commission is for; null when that is not known (yet) or has it. */
  takeCommission(executionId: string, commission: Decimal): Execution | null;
  get(prefix: string): Execution | null;
  /** Of one account at IB, oldest first. */
  of(account: string): readonly Execution[];
  ofOrder(permId: number): readonly Execution[];
}

/**
 * @param now for a time that cannot be read: that an execution happened is worth more than when.
 */
export function createExecutions(now: () => Temporal.Instant): Executions {
  const tellings = new Map<string, Telling>();
  const commissions = new Map<string, { correction: number; fees: Decimal }[]>();

  function joined(telling: Telling): Execution {
    const { prefix } = splitExecutionId(telling.executionId);
    const known = commissions.get(prefix) ?? [];
    const newest = known
      .filter((each) => each.correction <= telling.correction)
      .toSorted((a, b) => b.correction - a.correction)[0];
    return {
      ...telling,
      fees: newest?.fees ?? null,
      feesAreFinal: newest?.correction === telling.correction,
    };
  }

  const get = (prefix: string): Execution | null => {
    const telling = tellings.get(prefix);
    return telling === undefined ? null : joined(telling);
  };

  return {
    get,
    take(told, offsetMinutes) {
      if (told.contract.secType !== 'STK') return null;
      const { execution } = told;
      const { prefix, correction } = splitExecutionId(execution.execId);
      const known = tellings.get(prefix);
      if (known !== undefined && known.correction >= correction) return null;
      const telling: Telling = {
        executionId: execution.execId,
        correction,
        permId: execution.permId,
        account: execution.acctNumber,
        orderRef: execution.orderRef,
        symbol: fromIbSymbol(told.contract.symbol),
        side: execution.side === 'BOT' ? 'buy' : 'sell',
        quantity: execution.shares,
        price: execution.price,
        at: known?.at ?? parseTwsTime(execution.time, offsetMinutes) ?? now(),
      };
      tellings.set(prefix, telling);
      return joined(telling);
    },
    takeCommission(executionId, fees) {
      const { prefix, correction } = splitExecutionId(executionId);
      const known = commissions.get(prefix) ?? [];
      if (known.some((each) => each.correction === correction)) return null;
      commissions.set(prefix, [...known, { correction, fees }]);
      return get(prefix);
    },
    of: (account) =>
      [...tellings.values()]
        .filter((telling) => telling.account === account)
        .toSorted((a, b) => Temporal.Instant.compare(a.at, b.at))
        .map(joined),
    ofOrder: (permId) =>
      [...tellings.values()].filter((telling) => telling.permId === permId).map(joined),
  };
}
