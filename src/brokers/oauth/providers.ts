import type { Config } from '../../config/config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LoginProvider } from '../../ports/login-provider.ts';
import { alpacaLogin } from './alpaca.ts';
import { schwabLogin } from './schwab.ts';

/** Every broker where people can log in through OAuth, as far as an app is registered. */
export function loginProviders(
  config: Pick<Config, 'alpaca' | 'schwab'>,
  clock: Clock,
): ReadonlyMap<string, LoginProvider> {
  const providers = [alpacaLogin(config.alpaca, clock), schwabLogin(config.schwab, clock)];
  return new Map(
    providers
      .filter((provider) => provider !== null)
      .map((provider) => [provider.broker, provider]),
  );
}
