import { decodeContract, decodePlaceOrder } from './decode-order.ts';
import { createFieldReader, NotModelled, UnreadableField } from './fields.ts';
import type { FieldReader } from './fields.ts';
import type { Request } from './requests.ts';

/** A message id that no gateway of these versions knows: fatal, answered with 505. */
export class UnknownMessage extends Error {
  override readonly name = 'UnknownMessage';
}

/** The highest message id of the classic protocol (REQ_USER_INFO). */
const HIGHEST_MESSAGE_ID = 104;

type Decode = (reader: FieldReader, serverVersion: number) => Request;

/** Reads the version that older messages begin with, and whatever follows. */
const versioned =
  (decode: (reader: FieldReader) => Request): Decode =>
  (reader) => {
    reader.integer();
    const request = decode(reader);
    reader.end();
    return request;
  };
const simple = (request: Request) => versioned(() => request);
const withId = (
  type:
    | 'cancel_market_data'
    | 'cancel_account_updates_multi'
    | 'cancel_account_summary'
    | 'cancel_positions_multi',
) => versioned((reader) => ({ type, id: reader.integer() }));

/** Messages by their id; see OUT_MSG_ID of the clients. */
const DECODERS: Readonly<Record<number, Decode>> = {
  1: versioned((reader) => {
    const id = reader.integer();
    const contract = decodeContract(reader);
    if (contract.secType === 'BAG') throw new NotModelled('combinations (BAG)');
    if (reader.flag()) throw new NotModelled('delta-neutral contracts');
    const genericTicks = reader.text();
    const snapshot = reader.flag();
    const regulatory = reader.flag();
    reader.text(); // options, for internal use
    if (regulatory) throw new NotModelled('regulatory snapshots');
    return { type: 'market_data', id, contract, genericTicks, snapshot };
  }),
  2: withId('cancel_market_data'),
  3: decodePlaceOrder,
  4(reader, serverVersion) {
    if (serverVersion < 192) reader.integer();
    const id = reader.integer();
    reader.text(); // manualOrderCancelTime
    if (serverVersion >= 187 && serverVersion < 190) for (let n = 0; n < 3; n += 1) reader.text();
    if (serverVersion >= 192) for (let n = 0; n < 2; n += 1) reader.text();
    reader.end();
    return { type: 'cancel_order', id };
  },
  5: simple({ type: 'open_orders' }),
  6: versioned((reader) => ({
    type: 'account_updates',
    subscribe: reader.flag(),
    account: reader.text(),
  })),
  7: versioned((reader) => ({
    type: 'executions',
    id: reader.integer(),
    filter: {
      clientId: reader.integer(),
      account: reader.text(),
      time: reader.text(),
      symbol: reader.text().toUpperCase(),
      secType: reader.text().toUpperCase(),
      exchange: reader.text().toUpperCase(),
      side: reader.text().toUpperCase(),
    },
  })),
  8: versioned((reader) => {
    reader.integer(); // how many: always ignored
    return { type: 'next_ids' };
  }),
  9: versioned((reader) => {
    const id = reader.integer();
    const contract = decodeContract(reader);
    reader.flag(); // includeExpired
    const secIdType = reader.text().toUpperCase();
    const secId = reader.text().toUpperCase();
    reader.text(); // issuerId
    return { type: 'contract_details', id, contract: { ...contract, secIdType, secId } };
  }),
  14: versioned((reader) => {
    reader.integer();
    return { type: 'server_log_level' };
  }),
  15: versioned((reader) => ({ type: 'auto_open_orders', bind: reader.flag() })),
  16: simple({ type: 'all_open_orders' }),
  17: simple({ type: 'managed_accounts' }),
  49: simple({ type: 'current_time' }),
  58(reader, serverVersion) {
    for (let n = 0; n < (serverVersion >= 192 ? 2 : 1); n += 1) reader.text();
    reader.end();
    return { type: 'global_cancel' };
  },
  59: versioned((reader) => ({ type: 'market_data_type', marketDataType: reader.integer() })),
  61: simple({ type: 'positions' }),
  62: versioned((reader) => ({
    type: 'account_summary',
    id: reader.integer(),
    group: reader.text(),
    tags: reader
      .text()
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  })),
  63: withId('cancel_account_summary'),
  64: simple({ type: 'cancel_positions' }),
  71: versioned((reader) => {
    const clientId = reader.integer();
    reader.text(); // optional capabilities
    return { type: 'start_api', clientId };
  }),
  74: versioned((reader) => ({
    type: 'positions_multi',
    id: reader.integer(),
    account: reader.text(),
    model: reader.text(),
  })),
  75: withId('cancel_positions_multi'),
  76: versioned((reader) => ({
    type: 'account_updates_multi',
    id: reader.integer(),
    account: reader.text(),
    model: reader.text(),
    ledgerOnly: reader.flag(),
  })),
  77: withId('cancel_account_updates_multi'),
  91(reader) {
    const rule = reader.integer();
    reader.end();
    return { type: 'market_rule', rule };
  },
  99(reader) {
    const apiOnly = reader.flag();
    reader.end();
    return { type: 'completed_orders', apiOnly };
  },
};

/**
 * Reads one message of a client.
 * @throws UnknownMessage, UnreadableField, NotModelled
 */
export function decodeRequest(fields: readonly string[], serverVersion: number): Request {
  const [first = '', ...rest] = fields;
  if (!/^\d{1,4}$/.test(first)) throw new UnknownMessage(first);
  const messageId = Number(first);
  const decode = DECODERS[messageId];
  if (decode !== undefined) return decode(createFieldReader(rest), serverVersion);
  if (messageId === 0 || messageId > HIGHEST_MESSAGE_ID) throw new UnknownMessage(first);
  throw new NotModelled(`message ${messageId}`);
}

/** The request id that an error about a message can name: -1 where the message has none. */
export function requestIdOf(fields: readonly string[], serverVersion: number): number {
  const [message = '', first = '', second = ''] = fields;
  const unversioned = message === '3' || (message === '4' && serverVersion >= 192);
  const withoutId = ['5', '6', '8', '14', '15', '16', '17', '49', '58', '59', '61', '64', '71'];
  if (withoutId.includes(message) || ['91', '99'].includes(message)) return -1;
  const id = unversioned ? first : second;
  return /^\d{1,9}$/.test(id) ? Number(id) : -1;
}

export { NotModelled, UnreadableField };
