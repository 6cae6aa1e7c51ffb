/** An answer of the fake, before it is sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; undefined for an empty body. */
  readonly body: unknown;
}

export function json(status: number, body: unknown): Reply {
  return { status, headers: {}, body };
}

/** A refusal with the body of Schwab's errors: ServiceError of its document. */
export function serviceError(
  status: number,
  message: string,
  errors: readonly string[] = [message],
): Reply {
  return json(status, { message, errors });
}

/** What was wrong with the request, item by item. */
export function validationError(errors: readonly string[]): Reply {
  return serviceError(
    400,
    'A validation error occurred while processing the request.',
    errors.length === 0 ? ['The request is not valid.'] : errors,
  );
}

/** A refusal of the token endpoint: RFC 6749, 5.2. */
export function oauthError(status: number, error: string, description: string): Reply {
  return {
    status,
    headers: { 'cache-control': 'no-store', pragma: 'no-cache' },
    body: { error, error_description: description },
  };
}

/** A refusal of the market data API, which lists objects where the Trader API lists sentences. */
export function marketDataError(status: number, title: string, detail: string, id: string): Reply {
  return json(status, { errors: [{ id, status: String(status), title, detail }] });
}
