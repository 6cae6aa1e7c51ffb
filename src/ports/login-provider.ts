import type { Secret } from '../lib/secret.ts';
import type { IssuedTokens } from './login-store.ts';

/** What came of asking an authorization server for tokens. Reasons are the broker's words, without secrets. */
export type TokenAnswer =
  | { readonly type: 'issued'; readonly tokens: IssuedTokens }
  /** The person said no on the broker's page. */
  | { readonly type: 'declined' }
  /** What was presented, a code or a refresh token, is over or was never good. */
  | { readonly type: 'ended'; readonly reason: string }
  /** The registered app, its secret or its redirect address is not accepted. */
  | { readonly type: 'app_refused'; readonly reason: string }
  /**
   * No answer that can be understood. `answerLost`: the request may have been carried out, and tokens that
   * we do not have may have been issued.
   */
  | { readonly type: 'unavailable'; readonly reason: string; readonly answerLost: boolean };

/** Logging in at one broker through OAuth's authorization code (RFC 6749, section 4.1). */
export interface LoginProvider {
  /** `alpaca`, `schwab`. */
  readonly broker: string;
  /** Where the broker sends the browser afterwards, as registered with the app. */
  readonly redirectUri: string;
  /** How long a login lasts from the moment it is made; null when it does not end by itself. */
  readonly loginLifetime: Temporal.Duration | null;
  /** The page where a person logs in. */
  authorizationUrl(request: {
    readonly state: string;
    readonly codeVerifier: Secret;
  }): Promise<string>;
  /** Exchanges the code in the redirected address for tokens. Never rejects. */
  exchange(request: {
    readonly redirected: URL;
    readonly state: string;
    readonly codeVerifier: Secret;
  }): Promise<TokenAnswer>;
  /** Never rejects. A refresh token that comes along replaces the one that was given. */
  refresh(refreshToken: Secret): Promise<TokenAnswer>;
}
