import type { Config } from '../../config/config.ts';
import type { BrokerGateway } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { parseAccountSettings } from '../account-settings.ts';
import { createAccountReads } from './account-reads.ts';
import { createIbkrBroker, type SharedLogin } from './broker.ts';
import { createContracts } from './contracts.ts';
import { createDesk } from './desk.ts';
import { createLogin } from './login.ts';
import { createQuotes } from './quotes.ts';
import { createServerTime } from './server-time.ts';
import { ibkrSettingsSchema } from './settings.ts';
import { createSubmitter } from './submit.ts';

export interface IbkrSurroundings {
  /** Where accounts that do not say it themselves are reached. */
  readonly config: Pick<Config, 'ibkr'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Where TWS listens by default. IB Gateway: 4002 and 4001. */
const TWS_PORT = { paper: 7497, live: 7496 } as const;

/** Interactive Brokers through TWS or IB Gateway: one connection for each host, port and client id. */
export function openIbkrGateway({ config, clock, log }: IbkrSurroundings): BrokerGateway {
  const defaults = config.ibkr;
  const logins = new Map<string, SharedLogin>();

  function sharedLogin(
    address: { readonly host: string; readonly port: number; readonly clientId: number },
    messagesPerSecond: number,
  ): SharedLogin {
    const key = `${address.host}:${address.port}:${address.clientId}`;
    const known = logins.get(key);
    if (known !== undefined) return known;
    const login = createLogin({ address, messagesPerSecond, clock, log });
    const desk = createDesk(login, clock, log);
    const serverTime = createServerTime(login);
    const shared: SharedLogin = {
      login,
      desk,
      reads: createAccountReads(login, log),
      serverTime,
      quotes: createQuotes(login, clock, serverTime),
      submitter: createSubmitter(login, desk, log),
    };
    logins.set(key, shared);
    return shared;
  }

  return {
    openAccount({ name, mode, brokerSettings, needsVolumes = false }) {
      const settings = parseAccountSettings('ibkr', name, ibkrSettingsSchema, brokerSettings);
      const shared = sharedLogin(
        {
          host: settings.host ?? defaults.host,
          port: settings.port ?? defaults.port ?? TWS_PORT[mode],
          clientId: settings.clientId ?? defaults.clientId,
        },
        settings.messagesPerSecond,
      );
      return createIbkrBroker({
        ...shared,
        name,
        mode,
        account: settings.account,
        marketData: settings.marketData ?? (mode === 'paper' ? 'delayed' : 'live'),
        needsVolumes,
        contracts: createContracts(shared.login, settings.contracts),
        clock,
      });
    },
    close: async () => {
      for (const { desk } of logins.values()) desk.stop();
      await Promise.all([...logins.values()].map(({ login }) => login.close()));
      logins.clear();
    },
  };
}
