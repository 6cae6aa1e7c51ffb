import { createHash } from 'node:crypto';
import { decimal } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import type { AssetSettings } from './options.ts';

/** Something that can be traded, with its prices. */
export interface Asset extends AssetSettings {
  readonly id: string;
  last: Decimal;
  bid: Decimal;
  ask: Decimal;
  /** The closing price of the day before. */
  readonly previousClose: Decimal;
  /** When it was quoted; null: all the time while the market is open. */
  quotedAt: Temporal.Instant | null;
}

export interface ToldQuote {
  readonly bid?: Decimal | undefined;
  readonly ask?: Decimal | undefined;
  readonly quotedAt?: Temporal.Instant | undefined;
}

export interface Market {
  readonly assets: readonly Asset[];
  /** By symbol or asset id; null when there is none. */
  find(symbolOrId: string): Asset | null;
  /** A trade at a price; bid and ask stand a cent to each side unless told. */
  setPrice(symbol: string, price: Decimal, told: ToldQuote): Asset;
}

const CENT = decimal('0.01');

/** An id that is the same in every run, so that answers can be compared. */
export function stableUuid(of: string): string {
  const hex = createHash('sha256').update(of).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function createMarket(settings: readonly AssetSettings[]): Market {
  const assets = settings.map((asset): Asset => {
    const last = decimal(asset.price);
    return {
      ...asset,
      id: stableUuid(`asset ${asset.symbol}`),
      last,
      ...around(last),
      previousClose: last,
      quotedAt: null,
    };
  });
  const find = (symbolOrId: string) =>
    assets.find((asset) => asset.symbol === symbolOrId || asset.id === symbolOrId) ?? null;
  return {
    assets,
    find,
    setPrice: (symbol, price, { bid, ask, quotedAt }) => {
      const asset = find(symbol);
      if (asset === null) throw new Error(`there is no asset ${symbol}`);
      const sides = around(price);
      asset.last = price;
      asset.bid = bid ?? sides.bid;
      asset.ask = ask ?? sides.ask;
      asset.quotedAt = quotedAt ?? null;
      return asset;
    },
  };
}

function around(price: Decimal): { bid: Decimal; ask: Decimal } {
  const below = price.minus(CENT);
  return { bid: below.gt(CENT) ? below : CENT, ask: price.plus(CENT) };
}
