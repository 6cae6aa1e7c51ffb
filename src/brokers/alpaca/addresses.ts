import type { AlpacaSettings } from '../../config/config.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { AlpacaAccountSettings } from './settings.ts';

/** Where an account is reached; without a slash at the end. */
export interface Addresses {
  /** Trading, up to and without `/v2`. */
  readonly api: string;
  /** Market data, up to and without `/v2`. */
  readonly data: string;
  /** The stream of trade updates, whole. */
  readonly stream: string;
}

/** https://docs.alpaca.markets/docs/paper-trading: one address for each, and keys work at one of them. */
const PAPER_HOST = 'paper-api.alpaca.markets';
const LIVE_HOST = 'api.alpaca.markets';
const DATA_URL = 'https://data.alpaca.markets';

/**
 * The account's own addresses, else those of the environment, else Alpaca's for its mode.
 * @throws BrokerError when the addresses are those of the other mode: a paper account must never reach
 *   real money by a slip in an override.
 */
export function addressesOf(
  account: { readonly name: string; readonly mode: 'paper' | 'live' },
  own: AlpacaAccountSettings,
  shared: AlpacaSettings,
): Addresses {
  const host = account.mode === 'live' ? LIVE_HOST : PAPER_HOST;
  const api = base(own.apiUrl ?? shared.apiUrl ?? `https://${host}`);
  const data = base(own.dataUrl ?? shared.dataUrl ?? DATA_URL);
  const stream =
    own.streamUrl ??
    // An address of trading that is the account's own has its own stream beside it.
    (own.apiUrl === undefined ? shared.streamUrl : null) ??
    `${api.replace(/^http/, 'ws')}/stream`;
  const otherHost = account.mode === 'live' ? PAPER_HOST : LIVE_HOST;
  const wrong = [api, stream].find((address) => URL.parse(address)?.hostname === otherHost);
  if (wrong !== undefined) {
    const other = account.mode === 'live' ? 'paper' : 'live';
    throw new BrokerError(
      'alpaca',
      'authentication',
      `account ${account.name} is ${account.mode}, and its address ${wrong} is that of ${other} trading: take ALPACA_API_URL and ALPACA_STREAM_URL (or apiUrl and streamUrl of the account) out, or change its mode`,
    );
  }
  return { api, data, stream };
}

/** People copy the address with and without the version. */
function base(address: string): string {
  return address.replace(/\/+$/, '').replace(/\/v2$/, '');
}
