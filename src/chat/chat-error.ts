/** Stable codes of what can go wrong with a chat platform. */
export type ChatErrorCode =
  /** The token is wrong, expired or revoked. */
  | 'unauthorized'
  /** The platform knows the bot and does not let it do that here. */
  | 'forbidden'
  /** There is no such channel, or the bot cannot see it. */
  | 'channel_unknown'
  /** The platform asked to come back later, and longer than its SDK waits. */
  | 'rate_limited'
  /** No answer, or an answer of 5xx: it may or may not have been done. */
  | 'unavailable'
  /** The platform did not take what it was sent. */
  | 'refused'
  /** The chat is not connected, or no longer. */
  | 'closed';

/** What to do next, a sentence a code. */
const NEXT_STEP: Readonly<Record<ChatErrorCode, string>> = {
  unauthorized: 'Put a valid token into .env and start the program again.',
  forbidden: 'Give the bot the permissions that "evenkeel doctor" names, or invite it again.',
  channel_unknown: 'Check the id of the channel in portfolios.yaml, and that the bot is in it.',
  rate_limited: 'Nothing: it is tried again later.',
  unavailable: 'Nothing: it is tried again. If it lasts, look at the status page of the platform.',
  refused: 'This is a defect of the program: please report it.',
  closed: 'Start the program again.',
};

/** A failure of a chat platform: a stable code, what happened, and what to do next. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly platform: string;
  readonly code: ChatErrorCode;
  /** The platform's own code, where it gave one. */
  readonly platformCode: string | null;
  readonly nextStep: string;

  /** @param reason what happened, in a sentence, without secrets. */
  constructor(
    platform: string,
    code: ChatErrorCode,
    reason: string,
    options: { readonly platformCode?: string; readonly cause?: unknown } = {},
  ) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    this.platform = platform;
    this.code = code;
    this.platformCode = options.platformCode ?? null;
    this.nextStep = NEXT_STEP[code];
  }

  /** Whether the same may succeed later without anybody doing anything. */
  get isTransient(): boolean {
    return this.code === 'rate_limited' || this.code === 'unavailable';
  }
}
