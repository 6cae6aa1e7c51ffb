/** What Alpaca answers instead of doing what it was asked. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(typeof body['message'] === 'string' ? body['message'] : `refused with ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** The request is not understood: 422, code 40010001. */
export function badInput(message: string): Refusal {
  return new Refusal(422, { code: 40010001, message });
}

/** The request is understood, and breaks a rule: 422, code 42210000. */
export function unprocessable(message: string): Refusal {
  return new Refusal(422, { code: 42210000, message });
}

/** Not allowed: 403, code 40310000; Alpaca adds figures to some. */
export function forbidden(
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): Refusal {
  return new Refusal(403, { ...details, code: 40310000, message });
}

export function notFound(message: string): Refusal {
  return new Refusal(404, { code: 40410000, message });
}

export function unauthorized(): Refusal {
  return new Refusal(401, { code: 40110000, message: 'request is not authorized' });
}
