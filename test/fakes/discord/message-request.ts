/** The ways a message reaches Discord; each has a schema and flags of its own. */
export type MessageRequestKind =
  | 'create'
  | 'edit'
  | 'reply'
  | 'update'
  | 'followup'
  | 'webhookEdit';

/** What there is of the message that an edit changes. */
export interface MessageBefore {
  readonly flags: number;
  readonly content: string;
  readonly embedCount: number;
  readonly componentCount: number;
  readonly attachments: readonly { readonly id: string; readonly filename: string }[];
}

export interface MessageRequest {
  readonly kind: MessageRequestKind;
  /** Names of the uploaded files, by their `n` in `files[n]`. */
  readonly files: readonly string[];
  /** Null when the message is new. */
  readonly before: MessageBefore | null;
}
