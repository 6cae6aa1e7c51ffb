import type { Fill } from '../core/order.ts';
import { failpoint } from '../lib/failpoint.ts';
import type { BrokerOrder, ExecuteTradeResult } from '../ports/broker.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { EVENKEEL } from './audit.ts';
import type { AppContext } from './context.ts';
import { bufferOrders } from './order-buffer.ts';
import { changeOrder, recordBrokerOrder, recordFills } from './record-order.ts';

/** What a broker says: the answer to an order of ours, the state of an order, or an execution. */
export type BrokerReport =
  | {
      readonly type: 'answer';
      readonly clientOrderId: string;
      readonly result: ExecuteTradeResult;
    }
  | { readonly type: 'order'; readonly order: BrokerOrder }
  | { readonly type: 'fill'; readonly fill: Fill };

/** What became of a report. */
export interface Recorded {
  /** False when it was known already, or is an order that is not ours. */
  readonly changed: boolean;
  /** The broker counts more filled than we have fills for: the fills must be fetched. */
  readonly fillsMissing: boolean;
  /** The proposal whose order a new fill is of; null when there is none. */
  readonly filledProposal: string | null;
}

/**
 * Records reports in the order given, all of them in one transaction: a commit waits for the disk, and
 * reports come in swarms. Each is as safe as alone: what it changes and its audit row are kept together or
 * not at all. Should one fail, each is recorded by itself, so that it takes none of the others with it.
 * @returns an outcome for each.
 */
export async function recordReports(
  context: AppContext,
  account: string,
  reports: readonly BrokerReport[],
): Promise<readonly PromiseSettledResult<Recorded>[]> {
  try {
    const recorded = await context.store.transaction(async (unit) => {
      const results: Recorded[] = [];
      const buffered = bufferOrders(unit);
      await buffered.load(reports.flatMap((report) => clientOrderIdOf(report) ?? []));
      for (const alike of inRuns(reports)) {
        results.push(...(await record(context, buffered.unit, account, alike)));
      }
      await buffered.flush();
      return results;
    });
    for (const { filledProposal } of recorded) {
      if (filledProposal !== null) failpoint('fill_recorded');
    }
    return recorded.map((value) => ({ status: 'fulfilled', value }));
  } catch (error) {
    if (reports.length === 1) return [{ status: 'rejected', reason: error }];
  }
  const outcomes: PromiseSettledResult<Recorded>[] = [];
  for (const report of reports) {
    outcomes.push(...(await recordReports(context, account, [report])));
  }
  return outcomes;
}

function clientOrderIdOf(report: BrokerReport): string | null {
  switch (report.type) {
    case 'answer':
      return report.clientOrderId;
    case 'order':
      return report.order.clientOrderId;
    case 'fill':
      return report.fill.clientOrderId;
  }
}

type Told<Type extends BrokerReport['type']> = Extract<BrokerReport, { readonly type: Type }>;

/** Fills that were told one after the other, or a report of another kind by itself. */
type Run = Told<'answer'> | Told<'order'> | { readonly type: 'fills'; readonly fills: Fill[] };

function inRuns(reports: readonly BrokerReport[]): readonly Run[] {
  const runs: Run[] = [];
  for (const report of reports) {
    const last = runs.at(-1);
    if (report.type !== 'fill') runs.push(report);
    else if (last?.type === 'fills') last.fills.push(report.fill);
    else runs.push({ type: 'fills', fills: [report.fill] });
  }
  return runs;
}

async function record(
  context: AppContext,
  unit: StoreTransaction,
  account: string,
  run: Run,
): Promise<readonly Recorded[]> {
  switch (run.type) {
    case 'answer':
      return [await recordAnswer(context, unit, run.clientOrderId, run.result)];
    case 'order': {
      const recorded = await recordBrokerOrder(context, unit, run.order, account);
      return [{ ...recorded, filledProposal: null }];
    }
    case 'fills': {
      const recorded = await recordFills(context, unit, run.fills);
      return recorded.map(({ changed, proposalId }) => ({
        changed,
        fillsMissing: false,
        filledProposal: proposalId,
      }));
    }
  }
}

/** Records the broker's answer to an order, unless its updates have told more already. */
async function recordAnswer(
  context: AppContext,
  unit: StoreTransaction,
  clientOrderId: string,
  result: ExecuteTradeResult,
): Promise<Recorded> {
  const order = await unit.findOrder(clientOrderId);
  if (order === null) throw new Error(`order ${clientOrderId} is not there`);
  // A fill or a cancel can be told before the answer arrives; it says more than the answer.
  const answered = order.status !== 'submitted' && order.status !== 'unknown';
  const recorded = { changed: true, fillsMissing: false, filledProposal: null };
  switch (result.type) {
    case 'accepted':
      // Its own update, which comes with the answer, may have said as much.
      if (answered && order.brokerOrderId === result.brokerOrderId) {
        return { ...recorded, changed: false };
      }
      await changeOrder(context, unit, order, {
        status: answered ? order.status : 'accepted',
        brokerOrderId: result.brokerOrderId,
      });
      return recorded;
    case 'rejected':
      if (answered) return { ...recorded, changed: false };
      await changeOrder(context, unit, order, {
        status: 'rejected',
        reasonCode: result.brokerCode ?? result.code,
        reason: result.reason,
      });
      return recorded;
    case 'unknown':
      if (answered) return { ...recorded, changed: false };
      await changeOrder(context, unit, order, { status: 'unknown', reason: result.reason });
      return recorded;
    case 'not_sent':
      if (answered) return { ...recorded, changed: false };
      await changeOrder(
        context,
        unit,
        order,
        {
          status: 'denied',
          reasonCode: result.code,
          reason: result.reason,
          submittedAt: null,
        },
        EVENKEEL,
        'order_not_sent',
      );
      return recorded;
  }
}
