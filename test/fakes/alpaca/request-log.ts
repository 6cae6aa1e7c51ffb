import { rfc3339 } from './clock.ts';

/** One request that reached the fake. Holds no secrets: no headers, and no bodies of logins. */
export interface LoggedRequest {
  readonly at: string;
  readonly api: 'trading' | 'data' | 'login';
  account: string | null;
  readonly method: string;
  readonly path: string;
  /** Null: there is no such operation. */
  readonly operation: string | null;
  readonly body: string;
  /** Null: it was not answered. */
  status: number | null;
}

export interface RequestLog {
  readonly requests: readonly LoggedRequest[];
  begin(
    api: LoggedRequest['api'],
    method: string,
    url: URL,
    operation: string | null,
    text: string,
    at: Temporal.Instant,
  ): LoggedRequest;
}

export function createRequestLog(): RequestLog {
  const requests: LoggedRequest[] = [];
  return {
    requests,
    begin(api, method, url, operation, text, at) {
      const entry: LoggedRequest = {
        at: rfc3339(at),
        api,
        account: null,
        method,
        path: api === 'login' ? url.pathname : url.pathname + url.search,
        operation,
        body: api === 'login' ? '' : text,
        status: null,
      };
      requests.push(entry);
      return entry;
    },
  };
}
