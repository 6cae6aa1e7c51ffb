import type { Config } from '../../config/config.ts';
import { createPacer } from '../../lib/pacer.ts';
import type { Pacer } from '../../lib/pacer.ts';
import type { BrokerGateway, GatewayAccount } from '../../ports/broker.ts';
import { parseAccountSettings } from '../account-settings.ts';
import type { GatewaySurroundings } from '../gateways.ts';
import { addressesOf } from './addresses.ts';
import { openAlpacaBroker } from './broker.ts';
import { createApi } from './client.ts';
import { connectedLogin, keyPairLogin, missingLogin } from './login.ts';
import type { Login } from './login.ts';
import { alpacaSettingsSchema } from './settings.ts';
import type { AlpacaAccountSettings } from './settings.ts';
import { createTransport } from './transport.ts';

/** https://docs.alpaca.markets/docs/usage-limits: 200 requests a minute for a login. */
const LIMIT = { requests: 200, window: Temporal.Duration.from({ minutes: 1 }) };

/** Of the surroundings, what Alpaca works with. */
interface AlpacaSurroundings extends Pick<GatewaySurroundings, 'clock' | 'log' | 'logins'> {
  readonly config: Pick<Config, 'alpaca'>;
}

/** What the accounts at Alpaca share: a pacer for each login. */
export function openAlpacaGateway(surroundings: AlpacaSurroundings): BrokerGateway {
  const { config, clock, log, logins } = surroundings;
  const pacers = new Map<string, Pacer>();

  function loginOf(account: GatewayAccount, settings: AlpacaAccountSettings): Login {
    const { connection, apiKey, secret } = settings;
    if (connection !== undefined) {
      return connectedLogin(connection, () => logins.tokensOf('alpaca', connection));
    }
    if (apiKey !== undefined && secret !== undefined) return keyPairLogin(apiKey, secret);
    const shared = config.alpaca.credentials;
    return shared === null
      ? missingLogin(account.name)
      : keyPairLogin(shared.apiKey, shared.secret);
  }

  function pacerOf(login: Login): Pacer {
    const pacer = pacers.get(login.id) ?? createPacer(clock, LIMIT);
    pacers.set(login.id, pacer);
    return pacer;
  }

  return {
    openAccount(account) {
      const settings = parseAccountSettings(
        'alpaca',
        account.name,
        alpacaSettingsSchema,
        account.brokerSettings,
      );
      const addresses = addressesOf(account, settings, config.alpaca);
      const login = loginOf(account, settings);
      const transport = createTransport({ login, pacer: pacerOf(login), clock });
      const redact = (text: string): string => login.redact(text);
      const api = createApi({ addresses, transport, log, redact });
      const { name, mode, needsVolumes = false } = account;
      return openAlpacaBroker({
        account: name,
        mode,
        addresses,
        login,
        api,
        needsVolumes,
        clock,
        log,
      });
    },
    async close() {
      for (const pacer of pacers.values()) pacer.close();
    },
  };
}
