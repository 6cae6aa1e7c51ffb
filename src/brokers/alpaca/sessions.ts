import type { MarketClock } from '../../core/portfolio.ts';
import { isDue } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { clockAnswer } from './answers.ts';
import type { AlpacaApi } from './client.ts';

/** The market's sessions as Alpaca tells them. */
export interface Sessions {
  /** Asks. @throws BrokerError */
  read(): Promise<MarketClock>;
  /** Alpaca's own time. @throws BrokerError */
  time(): Promise<Temporal.Instant>;
  /**
   * Whether the regular session runs, from what was told last as long as that holds.
   * @throws BrokerError when it must be asked and cannot.
   */
  isOpen(): Promise<boolean>;
}

export function createSessions(api: AlpacaApi, clock: Clock): Sessions {
  let told: { readonly open: boolean; readonly until: Temporal.Instant } | null = null;

  async function ask() {
    return await api.read('reading', clockAnswer, (client) => client.getClock());
  }

  async function read(): Promise<MarketClock> {
    const answer = await ask();
    const change = answer.is_open ? answer.next_close : answer.next_open;
    // By how far ahead the change is: their clock and ours need not agree.
    told = {
      open: answer.is_open,
      until: clock.now().add(answer.timestamp.until(change)),
    };
    return { open: answer.is_open, nextOpen: answer.next_open, nextClose: answer.next_close };
  }

  return {
    read,
    time: async () => (await ask()).timestamp,
    async isOpen() {
      if (told === null || isDue(clock.now(), told.until)) return (await read()).open;
      return told.open;
    },
  };
}
