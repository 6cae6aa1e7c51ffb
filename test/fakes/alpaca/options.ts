import { z } from 'zod';

const decimalText = z.string().regex(/^\d{1,18}(\.\d{1,9})?$/);
const instantText = z.string().refine((text) => {
  try {
    return Temporal.Instant.from(text).epochNanoseconds > 0n;
  } catch {
    return false;
  }
}, 'not an instant such as 2026-11-23T15:00:00Z');

const accountSchema = z.strictObject({
  name: z.string(),
  keyId: z.string(),
  secretKey: z.string(),
  /** The stream of paper accounts speaks binary frames, that of live ones text. */
  environment: z.enum(['paper', 'live']).default('paper'),
  cash: decimalText.default('100000'),
  /** 1: buying power is cash. 2: Regulation T. */
  multiplier: z.enum(['1', '2']).default('1'),
  positions: z
    .array(
      z.strictObject({
        symbol: z.string(),
        quantity: decimalText,
        averageEntryPrice: decimalText,
      }),
    )
    .default([]),
});

const assetSchema = z.strictObject({
  symbol: z.string(),
  name: z.string().optional(),
  price: decimalText,
  /** Shares traded a day, and by up to five more the later in the week. */
  volume: z.int().min(0).default(1_000_000),
  exchange: z.enum(['AMEX', 'ARCA', 'BATS', 'NYSE', 'NASDAQ', 'NYSEARCA', 'OTC']).default('NASDAQ'),
  fractionable: z.boolean().default(true),
  tradable: z.boolean().default(true),
  status: z.enum(['active', 'inactive']).default('active'),
});

const oauthSchema = z.strictObject({
  clientId: z.string(),
  clientSecret: z.string(),
  redirectUris: z.array(z.string()),
});

const defaultAccounts = [
  { name: 'core', keyId: 'PKCOREKEY', secretKey: 'core-secret' },
  { name: 'growth', keyId: 'PKGROWTHKEY', secretKey: 'growth-secret', cash: '25000' },
];

const defaultAssets = [
  {
    symbol: 'VTI',
    name: 'Vanguard Total Stock Market ETF',
    price: '300',
    exchange: 'ARCA' as const,
  },
  { symbol: 'VXUS', name: 'Vanguard Total International Stock ETF', price: '65' },
  { symbol: 'BND', name: 'Vanguard Total Bond Market ETF', price: '75' },
  { symbol: 'AAPL', name: 'Apple Inc. Common Stock', price: '200' },
  {
    symbol: 'BRK.A',
    name: 'Berkshire Hathaway Inc.',
    price: '700000',
    exchange: 'NYSE' as const,
    fractionable: false,
  },
  { symbol: 'HALT', name: 'Not to be traded', price: '10', tradable: false },
  {
    symbol: 'GONE',
    name: 'No longer listed',
    price: '1',
    status: 'inactive' as const,
    tradable: false,
  },
];

/** How the fake begins. Everything has a default: two accounts, a handful of assets, an open market if it is open now. */
export const alpacaFakeOptionsSchema = z.strictObject({
  accounts: z
    .array(accountSchema)
    .min(1)
    .default(() => defaultAccounts.map((a) => accountSchema.parse(a))),
  assets: z.array(assetSchema).default(() => defaultAssets.map((a) => assetSchema.parse(a))),
  /** Default: the real time. */
  now: instantText.optional(),
  /** Stepped: time stands still between `advance`s. */
  clock: z.enum(['real', 'stepped']).default('real'),
  /** How many times as fast as real time a real clock runs. */
  speed: z.int().min(1).default(1),
  fills: z.enum(['told', 'automatic']).default('automatic'),
  /** Real milliseconds between an order's acceptance and each of its two executions. */
  fillAfterMilliseconds: z.int().min(0).default(0),
  /** Told: an order stays `pending_cancel` until `confirmCancels`. */
  cancels: z.enum(['at_once', 'told']).default('at_once'),
  /**
   * Whether an activity's id ends with the execution's id of the stream. Nothing that Alpaca writes says
   * so; who relies on it counts fills twice under `separate`.
   */
  executionIds: z.enum(['shared', 'separate']).default('shared'),
  /** An account's requests a minute, by the fake's clock. */
  requestsPerMinute: z.int().min(1).default(200),
  /** Basic: recent data of the `iex` feed only. */
  dataPlan: z.enum(['basic', 'plus']).default('basic'),
  oauth: oauthSchema.default({
    clientId: 'evenkeel-client',
    clientSecret: 'evenkeel-client-secret',
    redirectUris: ['http://127.0.0.1/oauth/alpaca/callback'],
  }),
});

export type AlpacaFakeOptions = z.input<typeof alpacaFakeOptionsSchema>;
export type Settings = z.output<typeof alpacaFakeOptionsSchema>;
export type AccountSettings = Settings['accounts'][number];
export type AssetSettings = Settings['assets'][number];
