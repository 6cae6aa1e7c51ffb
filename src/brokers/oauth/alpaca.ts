import type { AlpacaSettings } from '../../config/config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LoginProvider } from '../../ports/login-provider.ts';
import { createLoginProvider } from './authorization-code.ts';

/**
 * Alpaca: one token without an end, and nothing to refresh it with
 * (docs.alpaca.markets, "Using OAuth2 and Trading API"); quotes need the scope `data`. Null without a registered app.
 */
export function alpacaLogin(
  { app, oauthUrl }: Pick<AlpacaSettings, 'app' | 'oauthUrl'>,
  clock: Clock,
): LoginProvider | null {
  if (app === null) return null;
  const other = oauthUrl?.replace(/\/+$/u, '');
  return createLoginProvider({
    broker: 'alpaca',
    authorizationEndpoint: `${other ?? 'https://app.alpaca.markets'}/oauth/authorize`,
    tokenEndpoint: `${other ?? 'https://api.alpaca.markets'}/oauth/token`,
    ...app,
    scope: 'account:write trading data',
    clientAuthentication: 'body',
    loginLifetime: null,
    clock,
  });
}
