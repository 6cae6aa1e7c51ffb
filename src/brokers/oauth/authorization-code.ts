import type * as OAuth from 'oauth4webapi';
import { z } from 'zod';
import { reveal, secret, type Secret } from '../../lib/secret.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LoginProvider, TokenAnswer } from '../../ports/login-provider.ts';
import { isLoopback } from './loopback.ts';

/** How one broker has built its OAuth. */
export interface AuthorizationCodeOptions {
  readonly broker: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly clientId: Secret;
  readonly clientSecret: Secret;
  readonly redirectUri: string;
  /** Null when the broker has none. */
  readonly scope: string | null;
  /** How the app proves who it is: in an HTTP Basic header, or in the body. */
  readonly clientAuthentication: 'basic' | 'body';
  readonly loginLifetime: Temporal.Duration | null;
  readonly clock: Clock;
  /** 15 s by default. */
  readonly timeoutMilliseconds?: number;
}

const TIMEOUT_MILLISECONDS = 15_000;
const MOST_ANSWER_BYTES = 65_536;

/** OAuth's codes for an app that is not accepted (RFC 6749, section 5.2). */
const APP_ERRORS: ReadonlySet<string> = new Set([
  'invalid_client',
  'unauthorized_client',
  'invalid_request',
  'unsupported_grant_type',
  'invalid_scope',
]);

const tokensSchema = z.object({
  access_token: z.string().min(1).max(16_384),
  token_type: z.string().regex(/^bearer$/i),
  // Servers differ: 1800 and "1800" are both seen.
  expires_in: z.coerce.number().positive().max(315_360_000).optional(),
  refresh_token: z.string().min(1).max(16_384).optional(),
});

/**
 * The authorization code grant as oauth4webapi speaks it, with PKCE (RFC 7636) on top: a server that
 * does not know it ignores it (RFC 6749, section 3.1). What the broker says of itself besides, such as
 * the id_token that Schwab adds and whose issuer it does not publish, is left alone.
 */
export function createLoginProvider(options: AuthorizationCodeOptions): LoginProvider {
  const { broker, redirectUri, scope, loginLifetime, clock } = options;
  const server = {
    // The library wants a name for who answers; nothing is compared with it.
    issuer: new URL(options.tokenEndpoint).origin,
    authorization_endpoint: options.authorizationEndpoint,
    token_endpoint: options.tokenEndpoint,
  };
  const client = { client_id: reveal(options.clientId) };
  const authenticate = (
    _server: unknown,
    _client: unknown,
    body: URLSearchParams,
    headers: Headers,
  ): void => {
    if (options.clientAuthentication === 'basic') {
      // Encoded where RFC 6749 (2.3.1) must have it. The library encodes hyphens and dots too, which
      // is the same to a server that decodes, and wrong to one that does not.
      const pair = [client.client_id, reveal(options.clientSecret)]
        .map(encodeURIComponent)
        .join(':');
      headers.set('authorization', `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`);
      return;
    }
    body.set('client_id', client.client_id);
    body.set('client_secret', reveal(options.clientSecret));
  };

  /** What every request to the token endpoint is sent with. */
  const requestOptions = (oauth: typeof OAuth) => ({
    signal: () => AbortSignal.timeout(options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS),
    [oauth.allowInsecureRequests]: isLoopback(options.tokenEndpoint),
  });

  /** @param hidden what the broker may repeat and nobody may see. */
  async function ask(
    send: (oauth: typeof OAuth) => Promise<Response>,
    hidden: readonly Secret[],
  ): Promise<TokenAnswer> {
    const oauth = await loadOAuth();
    const askedAt = clock.now();
    let response: Response;
    let text: string;
    try {
      response = await send(oauth);
      text = (await response.text()).slice(0, MOST_ANSWER_BYTES);
    } catch (error) {
      return { type: 'unavailable', reason: networkWords(error), answerLost: true };
    }
    const body = readJson(text);
    if (!response.ok) {
      return refusal(response.status, body, [...hidden, options.clientId, options.clientSecret]);
    }
    const parsed = tokensSchema.safeParse(body);
    if (!parsed.success) {
      const reason = 'its answer holds no token that can be understood';
      return { type: 'unavailable', reason, answerLost: true };
    }
    const { access_token, expires_in, refresh_token } = parsed.data;
    return {
      type: 'issued',
      tokens: {
        accessToken: secret(access_token),
        accessTokenExpiresAt:
          expires_in === undefined ? null : askedAt.add({ seconds: Math.floor(expires_in) }),
        refreshToken: refresh_token === undefined ? null : secret(refresh_token),
      },
    };
  }

  return {
    broker,
    redirectUri,
    loginLifetime,
    async authorizationUrl({ state, codeVerifier }) {
      const oauth = await loadOAuth();
      const url = new URL(options.authorizationEndpoint);
      const parameters = {
        response_type: 'code',
        client_id: client.client_id,
        redirect_uri: redirectUri,
        ...(scope === null ? {} : { scope }),
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(reveal(codeVerifier)),
        code_challenge_method: 'S256',
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },
    async exchange({ redirected, state, codeVerifier }) {
      const oauth = await loadOAuth();
      let parameters: URLSearchParams;
      try {
        parameters = oauth.validateAuthResponse(server, client, redirected, state);
      } catch (error) {
        if (error instanceof oauth.AuthorizationResponseError) {
          if (error.error === 'access_denied') return { type: 'declined' };
          return refusal(400, { error: error.error, error_description: error.error_description }, [
            options.clientId,
          ]);
        }
        return notARedirect;
      }
      const [code = '', ...more] = parameters.getAll('code');
      if (code === '' || more.length > 0) return notARedirect;
      return await ask(
        async () =>
          await oauth.authorizationCodeGrantRequest(
            server,
            client,
            authenticate,
            parameters,
            redirectUri,
            reveal(codeVerifier),
            requestOptions(oauth),
          ),
        [secret(code), codeVerifier],
      );
    },
    refresh: async (refreshToken) =>
      await ask(
        async (oauth) =>
          await oauth.refreshTokenGrantRequest(
            server,
            client,
            authenticate,
            reveal(refreshToken),
            requestOptions(oauth),
          ),
        [refreshToken],
      ),
  };
}

const notARedirect = {
  type: 'ended',
  reason: 'the redirected address is not what the broker sends',
} as const;

/** Loaded at the first login, so that a bot without connected logins does not pay for it. */
async function loadOAuth(): Promise<typeof OAuth> {
  return await import('oauth4webapi');
}

function refusal(status: number, body: unknown, hidden: readonly Secret[]): TokenAnswer {
  const parsed = z
    .object({ error: z.string(), error_description: z.string().optional() })
    .safeParse(body);
  if (status === 429 || status >= 500 || status < 400) {
    return { type: 'unavailable', reason: `it answered with HTTP ${status}`, answerLost: false };
  }
  if (!parsed.success) {
    // Not OAuth's words: a gateway in between, or the wrong address.
    return status === 401
      ? { type: 'app_refused', reason: 'HTTP 401' }
      : { type: 'unavailable', reason: `it answered with HTTP ${status}`, answerLost: false };
  }
  const { error, error_description: description } = parsed.data;
  const words = description === undefined ? error : `${error}: ${description}`;
  const reason = withoutSecrets(words, hidden).slice(0, 200);
  return { type: APP_ERRORS.has(error) ? 'app_refused' : 'ended', reason };
}

/** The broker's words, with whatever was sent to it taken out, in clear and as it travels. */
function withoutSecrets(text: string, hidden: readonly Secret[]): string {
  const forms = hidden
    .map(reveal)
    .filter((value) => value.length > 3)
    .flatMap((value) => [value, encodeURIComponent(value), Buffer.from(value).toString('base64')]);
  return forms.reduce((words, form) => words.replaceAll(form, '[secret]'), text);
}

function networkWords(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer came in time';
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : null;
  const code = cause !== null && 'code' in cause ? String(cause.code) : null;
  return code === null ? 'the connection failed' : `the connection failed (${code})`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is not JSON fits no schema either.
    return null;
  }
}
