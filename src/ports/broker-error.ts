import type { BrokerErrorCode } from './broker.ts';

/** What to do next, a sentence a code. */
const NEXT_STEP: Readonly<Record<BrokerErrorCode, string>> = {
  authentication:
    'Check the credentials of this account with "evenkeel doctor" and connect it again.',
  insufficient_funds: 'Add cash or make a smaller proposal.',
  market_closed: 'Propose again while the market is open.',
  order_rejected: "Read the broker's reason, then make a fresh proposal.",
  rate_limited: 'Wait a minute and try again.',
  not_tradable: 'Take the symbol out of the targets or mark it untouchable.',
  unavailable:
    "Try again in a few minutes; when it stays so, look at the network and the broker's status page.",
  unknown_outcome:
    'Nothing is sent again until the broker has been asked; wait for reconciliation.',
};

/** A failure at the broker's edge: a stable code, the broker's own words, and what to do next. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly code: BrokerErrorCode;
  readonly broker: string;
  /** The broker's own code where it has one. */
  readonly brokerCode: string | null;
  readonly nextStep: string;

  /** @param reason the broker's own words, without secrets. */
  constructor(
    broker: string,
    code: BrokerErrorCode,
    reason: string,
    options: { readonly brokerCode?: string | null; readonly cause?: unknown } = {},
  ) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.broker = broker;
    this.brokerCode = options.brokerCode ?? null;
    this.nextStep = NEXT_STEP[code];
  }
}
