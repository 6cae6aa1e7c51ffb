/** What a chat platform can fail with. Stable: operators alert on it. */
export type ChatErrorCode =
  | 'unavailable'
  | 'rate_limited'
  | 'authentication'
  | 'missing_scope'
  | 'channel_unavailable'
  | 'message_refused'
  | 'stopped';

/** What to do next, a sentence a code. */
const NEXT_STEP: Readonly<Record<ChatErrorCode, string>> = {
  unavailable: 'It is tried again; "evenkeel doctor" tells whether the platform answers.',
  rate_limited: 'It is tried again when the platform allows it.',
  authentication: 'Put a fresh token into .env, start again, and check with "evenkeel doctor".',
  missing_scope: 'Give the app the permissions of "evenkeel manifest", and install it again.',
  channel_unavailable: 'Invite the bot to the channel, or correct the channel in portfolios.yaml.',
  message_refused: 'Report this: the message did not fit what the platform takes.',
  stopped: 'Start the bot again.',
};

/** A failure at a chat platform's edge: a stable code, the platform's own words, what to do next. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ChatErrorCode;
  readonly platform: string;
  /** The platform's own code where it has one. */
  readonly platformCode: string | null;
  readonly nextStep: string;

  /** @param reason the platform's own words, without secrets. */
  constructor(
    platform: string,
    code: ChatErrorCode,
    reason: string,
    options: { readonly platformCode?: string | null; readonly cause?: unknown } = {},
  ) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.platform = platform;
    this.platformCode = options.platformCode ?? null;
    this.nextStep = NEXT_STEP[code];
  }
}
