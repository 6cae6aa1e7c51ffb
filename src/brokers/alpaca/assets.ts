import { EXCHANGE_TIME_ZONE } from '../../core/market-calendar.ts';
import type { Clock } from '../../ports/clock.ts';
import { assetAnswer, assetsAnswer } from './answers.ts';
import type { AssetAnswer } from './answers.ts';
import { withoutAnswer } from './client.ts';
import type { AlpacaApi } from './client.ts';
import { isNotFound } from './failures.ts';

/** What can be traded, as Alpaca says; each symbol is asked for once a day. */
export interface Assets {
  /** Null for a symbol that Alpaca does not know. @throws BrokerError */
  find(symbols: readonly string[]): Promise<ReadonlyMap<string, AssetAnswer | null>>;
}

/** More unknown symbols than this are looked up in one list of everything, which has some 11,000 rows. */
const MOST_SINGLE_LOOK_UPS = 20;

export function createAssets(api: AlpacaApi, clock: Clock): Assets {
  let day = '';
  let known = new Map<string, AssetAnswer>();

  async function findOne(symbol: string): Promise<AssetAnswer | null> {
    let answer;
    try {
      answer = await api.ask('reading', (client) =>
        client.getAsset({ asset_id_or_symbol: encodeURIComponent(symbol) }),
      );
    } catch (error) {
      throw withoutAnswer(error);
    }
    return isNotFound(answer) ? null : api.understand(answer, assetAnswer);
  }

  async function fetchMissing(symbols: readonly string[]): Promise<readonly AssetAnswer[]> {
    if (symbols.length > MOST_SINGLE_LOOK_UPS) {
      const wanted = new Set(symbols);
      const all = await api.read('reading', assetsAnswer, (client) =>
        client.getAssets({ asset_class: 'us_equity' }),
      );
      return all.filter((asset) => wanted.has(asset.symbol));
    }
    const found = await Promise.all(symbols.map(findOne));
    return found.filter((asset) => asset !== null);
  }

  return {
    async find(symbols) {
      const today = clock.now().toZonedDateTimeISO(EXCHANGE_TIME_ZONE).toPlainDate().toString();
      if (today !== day) {
        day = today;
        known = new Map();
      }
      const book = known;
      const missing = symbols.filter((symbol) => !book.has(symbol));
      // What nobody knows is asked for again: a list of a day ago must not hide a new symbol.
      for (const asset of await fetchMissing([...new Set(missing)])) book.set(asset.symbol, asset);
      return new Map(symbols.map((symbol) => [symbol, book.get(symbol) ?? null]));
    },
  };
}
