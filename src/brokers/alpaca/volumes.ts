import { decimalFromInteger, sum, ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import { exchangeDateOf } from '../../core/market-calendar.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { barsAnswer } from './answers.ts';
import { withoutAnswer } from './client.ts';
import type { AlpacaApi } from './client.ts';

/** Shares a day on average, from the daily bars of a month; each symbol is asked for once a day. */
export interface Volumes {
  /** Never fails: a symbol whose volume cannot be had is not in the answer. */
  find(symbols: readonly string[]): Promise<ReadonlyMap<string, Decimal>>;
}

/** About 20 sessions. */
const DAYS = 30;
/** A page has so many bars at most, over all symbols: https://docs.alpaca.markets/reference/stockbars */
const BARS_A_PAGE = 10_000;
/** As many sessions as a month can have, for each symbol of a request. */
const SYMBOLS_A_REQUEST = Math.floor(BARS_A_PAGE / DAYS);

export function createVolumes(api: AlpacaApi, clock: Clock, log: Log): Volumes {
  let day = '';
  let known = new Map<string, Decimal | null>();

  async function ask(symbols: readonly string[]): Promise<void> {
    const today = exchangeDateOf(clock.now());
    const query = new URLSearchParams({
      symbols: symbols.join(','),
      timeframe: '1Day',
      start: today.subtract({ days: DAYS }).toString(),
      // Of today there is only a part, and the newest quarter of an hour is not in every plan.
      end: today.subtract({ days: 1 }).toString(),
      limit: String(BARS_A_PAGE),
      adjustment: 'split',
    });
    const book = known;
    let answer;
    try {
      answer = await api.askData('reading', `/stocks/bars?${query.toString()}`);
    } catch (error) {
      throw withoutAnswer(error);
    }
    const { bars, next_page_token: more } = api.understand(answer, barsAnswer);
    for (const symbol of symbols) {
      const volumes = (bars?.[symbol] ?? []).map((bar) => bar.v);
      // A symbol that the page does not end with is whole; what was cut off is not known.
      const isKnown = volumes.length > 0 && (more ?? null) === null;
      book.set(symbol, isKnown ? sum(volumes).div(decimalFromInteger(volumes.length)) : null);
    }
  }

  return {
    async find(symbols) {
      const today = exchangeDateOf(clock.now()).toString();
      if (today !== day) {
        day = today;
        known = new Map();
      }
      const missing = [...new Set(symbols)].filter((symbol) => !known.has(symbol));
      const requests: Promise<void>[] = [];
      for (let start = 0; start < missing.length; start += SYMBOLS_A_REQUEST) {
        requests.push(ask(missing.slice(start, start + SYMBOLS_A_REQUEST)));
      }
      for (const outcome of await Promise.allSettled(requests)) {
        if (outcome.status === 'fulfilled') continue;
        if (!(outcome.reason instanceof BrokerError)) throw outcome.reason;
        log.warn({ code: outcome.reason.code }, 'daily volumes could not be read');
      }
      const found = new Map<string, Decimal>();
      for (const symbol of symbols) {
        const volume = known.get(symbol) ?? null;
        if (volume !== null && volume.gt(ZERO)) found.set(symbol, volume);
      }
      return found;
    },
  };
}

/** For accounts whose policy does not look at volumes: nothing is asked. */
export const NO_VOLUMES: Volumes = { find: () => Promise.resolve(new Map()) };
