import type { Config } from '../../config/config.ts';
import { createPacer } from '../../lib/pacer.ts';
import type { BrokerGateway, GatewayAccount } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logins } from '../../ports/credentials.ts';
import type { Log } from '../../ports/log.ts';
import { parseAccountSettings } from '../account-settings.ts';
import { openSchwabBroker } from './broker.ts';
import type { SharedReads } from './broker.ts';
import { createAccountReads } from './account-reads.ts';
import { createSchwabClient } from './client.ts';
import { BROKER } from './errors.ts';
import { createSchwabLogin } from './login.ts';
import type { SchwabLogin } from './login.ts';
import { createOrderLists } from './order-lists.ts';
import { schwabSettingsSchema } from './settings.ts';

const API_URL = 'https://api.schwabapi.com';

const MINUTE = Temporal.Duration.from({ minutes: 1 });

/** Reads a minute of one login; what users of the API report (schwab-py's documentation), unconfirmed by Schwab. */
const READS_A_MINUTE = 120;

export interface SchwabSurroundings {
  readonly config: Pick<Config, 'accounts' | 'schwab'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly logins: Logins;
}

interface OpenLogin {
  readonly login: SchwabLogin;
  readonly reads: SharedReads;
}

/** Opens accounts at Charles Schwab. Those of one person share that person's login and its limits. */
export function openSchwabGateway(surroundings: SchwabSurroundings): BrokerGateway {
  const { config, clock, log } = surroundings;
  const apiUrl = (config.schwab.apiUrl ?? API_URL).replace(/\/+$/, '');
  const logins = new Map<string, OpenLogin>();

  function loginOf(person: string): OpenLogin {
    const known = logins.get(person);
    if (known !== undefined) return known;
    const tokens = surroundings.logins.tokensOf(BROKER, person);
    const trading = createPacer(clock, { requests: ordersAMinute(config, person), window: MINUTE });
    const reading = createPacer(clock, { requests: READS_A_MINUTE, window: MINUTE });
    const client = createSchwabClient({ apiUrl, tokens, clock, log, trading, reading });
    const login = createSchwabLogin({ person, tokens, client, pacers: [trading, reading], log });
    const reads = { account: createAccountReads(login), orders: createOrderLists(login, clock) };
    const opened = { login, reads };
    logins.set(person, opened);
    return opened;
  }

  return {
    openAccount({ name, mode, brokerSettings }) {
      const { connection, accountNumber } = settingsOf({ name, brokerSettings });
      return openSchwabBroker({
        account: name,
        mode,
        accountNumber,
        ...loginOf(connection),
        clock,
        log,
      });
    },
    async close() {
      for (const { login } of logins.values()) login.close();
    },
  };
}

function settingsOf({ name, brokerSettings }: Pick<GatewayAccount, 'name' | 'brokerSettings'>) {
  return parseAccountSettings(BROKER, name, schwabSettingsSchema, brokerSettings);
}

/** The limit belongs to the app and not to an account: the smallest that is written counts. */
function ordersAMinute(config: SchwabSurroundings['config'], person: string): number {
  const limits = config.accounts
    .filter((account) => account.broker === BROKER)
    .map(settingsOf)
    .filter((settings) => settings.connection === person)
    .map((settings) => settings.ordersAMinute);
  return Math.min(...limits);
}
