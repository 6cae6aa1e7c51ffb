/** One check that a proposal went through, with its result as an approver should see it. */
export interface Check {
  /** What was checked, e.g. `Market hours`. */
  readonly name: string;
  /** `failed` stops the trade, `warned` is for the approver to weigh. */
  readonly result: 'passed' | 'warned' | 'failed';
  /** The finding with its figures, e.g. `market closes in 3 h 12 min`; empty when there is nothing to say. */
  readonly detail: string;
}
