/** Structured logging: a static message, fields beside it. Never a secret. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  /** `fields.code` is required: operators alert on it. */
  error(fields: LogFields & { readonly code: string }, message: string): void;
}

export type LogFields = Readonly<Record<string, unknown>>;
