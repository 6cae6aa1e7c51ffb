import type { SchwabSettings } from '../../config/config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LoginProvider } from '../../ports/login-provider.ts';
import { createLoginProvider } from './authorization-code.ts';

const API_URL = 'https://api.schwabapi.com';

/**
 * Charles Schwab: access tokens live 30 minutes, and the refresh token 7 days from the login, however
 * often it is used (developer.schwab.com, "Authenticate with OAuth"). Null without a registered app.
 */
export function schwabLogin({ app, apiUrl }: SchwabSettings, clock: Clock): LoginProvider | null {
  if (app === null) return null;
  const base = (apiUrl ?? API_URL).replace(/\/+$/u, '');
  return createLoginProvider({
    broker: 'schwab',
    authorizationEndpoint: `${base}/v1/oauth/authorize`,
    tokenEndpoint: `${base}/v1/oauth/token`,
    ...app,
    scope: null,
    clientAuthentication: 'basic',
    loginLifetime: Temporal.Duration.from({ hours: 7 * 24 }),
    clock,
  });
}
