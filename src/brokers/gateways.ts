import type { Config } from '../config/config.ts';
import type { BrokerGateway } from '../ports/broker.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Logins } from '../ports/credentials.ts';
import type { Log } from '../ports/log.ts';

/** What a gateway works with. */
export interface GatewaySurroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The logins that people have connected, for brokers that are reached through them. */
  readonly logins: Logins;
}

/**
 * Opens what the accounts of one broker share. A broker's code and its SDK are loaded here, and so only
 * for brokers that an account names. The embedded paper broker has no gateway: it shares the database.
 * @param broker a name that portfolios.yaml accepts.
 * @throws Error for a broker that has no gateway.
 */
export async function openGateway(
  broker: string,
  surroundings: GatewaySurroundings,
): Promise<BrokerGateway> {
  switch (broker) {
    case 'alpaca': {
      const { openAlpacaGateway } = await import('./alpaca/index.ts');
      return openAlpacaGateway(surroundings);
    }
    case 'ibkr': {
      const { openIbkrGateway } = await import('./ibkr/index.ts');
      return openIbkrGateway(surroundings);
    }
    case 'schwab': {
      const { openSchwabGateway } = await import('./schwab/index.ts');
      return openSchwabGateway(surroundings);
    }
    default:
      throw new Error(
        `Evenkeel cannot trade at ${broker} yet. Use broker: paper in portfolios.yaml.`,
      );
  }
}
