import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** What the token endpoint was asked. */
export interface TokenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
}

/** `lost`: the connection is cut; a text is sent as it is. */
export type TokenReply =
  | { readonly status: number; readonly body: object | string }
  | 'lost'
  | Promise<{ readonly status: number; readonly body: object | string } | 'lost'>;

/** A token endpoint that answers as a test says, on loopback. */
export interface TokenServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly TokenRequest[];
  /** Answers from now on; `count` from 1 is how often it was asked before this and with this. */
  answer(reply: (request: TokenRequest, count: number) => TokenReply): void;
}

export async function startTokenServer(): Promise<TokenServer> {
  const requests: TokenRequest[] = [];
  let reply: (request: TokenRequest, count: number) => TokenReply = () => 'lost';
  const server = createServer((incoming, outgoing) => {
    void text(incoming).then(async (body) => {
      const request = {
        path: incoming.url ?? '',
        authorization: incoming.headers.authorization,
        parameters: Object.fromEntries(new URLSearchParams(body)),
      };
      requests.push(request);
      const answer = await reply(request, requests.length);
      if (answer === 'lost') {
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(answer.status, { 'content-type': 'application/json' });
      outgoing.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    answer(next) {
      reply = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A good answer as Schwab gives it, id_token included. */
export function issued(token: string, changes: object = {}): { status: number; body: object } {
  return {
    status: 200,
    body: {
      expires_in: 1800,
      token_type: 'Bearer',
      scope: 'api',
      refresh_token: 'refresh-canary-1@',
      access_token: token,
      id_token: 'not-a-jwt',
      ...changes,
    },
  };
}
