import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { WebChat } from '../../../src/chat/web/web-chat.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request, with any headers at all: `fetch` would not let us lie about Host and Origin. */
export function ask(port: number, path: string, options: Ask = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    sent.end(body);
  });
}

/** What a browser that opened the link would send. */
export interface BrowserSession {
  readonly cookie: string;
  get(path: string): Promise<Answer>;
  /** As the page's own script does it. `delivery` makes it a redelivery of an earlier one. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** Opens the one-time link and keeps the cookie it is exchanged for. */
export async function signIn(chat: WebChat): Promise<BrowserSession> {
  const link = new URL(chat.url);
  const answer = await ask(chat.port, `${link.pathname}${link.search}`);
  const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0];
  if (cookie === undefined) throw new Error(`the link was refused: ${answer.status}`);
  return {
    cookie,
    get: (path) => ask(chat.port, path, { headers: { cookie } }),
    post: (path, body, headers = {}) =>
      ask(chat.port, path, {
        method: 'POST',
        headers: {
          cookie,
          origin: `http://127.0.0.1:${chat.port}`,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/json',
          ...headers,
        },
        body: JSON.stringify(body),
      }),
  };
}
