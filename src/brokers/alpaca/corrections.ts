import { ZERO } from '../../core/decimal.ts';
import type { TradeEvent } from './activity-events.ts';
import type { FillAnswer } from './answers.ts';

/** A fill as it stands after its corrections. */
export interface CorrectedFill extends FillAnswer {
  /** 0 for a fill as it was told first. */
  readonly revision: number;
}

/**
 * What corrections and busts make of fills. A fill's id ends in the id of its execution, as far as anybody
 * has seen; where it does not, the event of the execution says which fill is meant, by order, time,
 * quantity and price, if only one fits.
 * @param fills as the account's activities list them.
 * @returns `unmatched`: corrections of fills that are not among these.
 */
export function applyCorrections(
  fills: readonly FillAnswer[],
  events: readonly TradeEvent[],
): { readonly fills: readonly CorrectedFill[]; readonly unmatched: readonly TradeEvent[] } {
  const byExecution = new Map(fills.map((fill) => [executionOf(fill), fill]));
  const eventOf = new Map(events.map((event) => [event.executionId, event]));
  const corrections = events.filter(({ type }) => type !== 'fill');
  const unmatched: TradeEvent[] = [];
  const corrected = new Map<string, CorrectedFill>();
  for (const event of corrections) {
    const executionId = rootOf(event, eventOf);
    const fill =
      (executionId === null ? undefined : byExecution.get(executionId)) ??
      fillLike(executionId === null ? undefined : eventOf.get(executionId), fills);
    if (fill === undefined) {
      unmatched.push(event);
      continue;
    }
    corrected.set(fill.id, {
      ...fill,
      qty: event.type === 'bust' ? ZERO : (event.quantity ?? fill.qty),
      price: event.price ?? fill.price,
      revision: revisionAt(event.at),
    });
  }
  // Should the activities list a correction as well, it is none of the executions.
  const tellings = new Set(corrections.map((event) => event.executionId));
  return {
    fills: fills
      .filter((fill) => !tellings.has(executionOf(fill)))
      .map((fill) => corrected.get(fill.id) ?? { ...fill, revision: 0 }),
    unmatched,
  };
}

/** Of a correction at this time: it grows from one to the next, and is the same in every reading of them. */
export function revisionAt(at: Temporal.Instant): number {
  return Number(at.epochNanoseconds / 1000n);
}

/** The execution that was corrected first, through corrections of corrections; null when none is named. */
function rootOf(event: TradeEvent, eventOf: ReadonlyMap<string, TradeEvent>): string | null {
  let root = event.previousId;
  for (let steps = eventOf.size; root !== null && steps > 0; steps -= 1) {
    const previous = eventOf.get(root);
    if (previous === undefined || previous.type === 'fill') return root;
    root = previous.previousId;
  }
  return root;
}

/** `20220202135509981::2d7be4ff-d1f3-43e9-856a-0f5cf5c5088e`: the second half. */
function executionOf({ id }: FillAnswer): string {
  return id.split('::').at(-1) ?? id;
}

/** The only fill that an execution can be; undefined when none or several can. */
function fillLike(
  event: TradeEvent | undefined,
  fills: readonly FillAnswer[],
): FillAnswer | undefined {
  if (event?.type !== 'fill' || event.quantity === null || event.price === null) return undefined;
  const { quantity, price } = event;
  const alike = fills.filter(
    (fill) =>
      fill.order_id === event.orderId &&
      fill.qty.eq(quantity) &&
      fill.price.eq(price) &&
      fill.transaction_time.epochMilliseconds === event.executedAt.epochMilliseconds,
  );
  return alike.length === 1 ? alike[0] : undefined;
}
