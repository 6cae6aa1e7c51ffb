/** One check that a proposal went through, with its result as an approver should see it. */
export interface Check {
  /** Stable: what the record and tests name it by, e.g. `market_hours`, `limit.day_notional`. */
  readonly rule: string;
  /** What was checked, e.g. `Market hours`. */
  readonly name: string;
  /** `failed` stops the trade, `warned` is for the approver to weigh. */
  readonly result: 'passed' | 'warned' | 'failed';
  /** The finding with its figures, e.g. `market closes in 3 h 12 min`; empty when there is nothing to say. */
  readonly detail: string;
  /**
   * What would let it pass and who can do that, a sentence: `An admin can raise limits.dayNotional of
   * core in portfolios.yaml.` Empty when it passed.
   */
  readonly remedy: string;
}

/** A check with nothing to say against the trade. */
export function passed(rule: string, name: string, detail = ''): Check {
  return { rule, name, result: 'passed', detail, remedy: '' };
}

/** A check that an approver should weigh. */
export function warned(rule: string, name: string, detail: string, remedy: string): Check {
  return { rule, name, result: 'warned', detail, remedy };
}

/** A check that stops the trade. */
export function failed(rule: string, name: string, detail: string, remedy: string): Check {
  return { rule, name, result: 'failed', detail, remedy };
}
