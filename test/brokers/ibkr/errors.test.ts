import { describe, expect, test } from 'vitest';
import {
  cancelMessage,
  codeOf,
  orderMessage,
  type OrderMessage,
} from '../../../src/brokers/ibkr/errors.ts';
import type { BrokerErrorCode } from '../../../src/ports/broker.ts';

/** Words as IB writes them: https://interactivebrokers.github.io/tws-api/message_codes.html */
describe('a message about an order', () => {
  test.each<[number, string, OrderMessage, BrokerErrorCode]>([
    [
      201,
      'Order rejected - reason:YOUR AVAILABLE FUNDS ARE NOT ENOUGH',
      'rejected',
      'insufficient_funds',
    ],
    [
      201,
      'Order rejected - reason:Margin requirement increase not met',
      'rejected',
      'insufficient_funds',
    ],
    [
      201,
      'Order rejected - reason:Cash account: short stock positions are not allowed',
      'rejected',
      'order_rejected',
    ],
    [201, 'Order rejected - reason:No trading permissions.', 'rejected', 'not_tradable'],
    [201, 'Order rejected - reason:Exchange is closed.', 'rejected', 'market_closed'],
    [201, 'Order rejected - reason:something new', 'rejected', 'order_rejected'],
    [103, 'Duplicate order id', 'rejected', 'order_rejected'],
    [104, "Can't modify a filled order.", 'rejected', 'order_rejected'],
    [
      110,
      'The price does not conform to the minimum price variation.',
      'rejected',
      'order_rejected',
    ],
    [200, 'No security definition has been found for the request', 'rejected', 'not_tradable'],
    [203, 'The security is not available or allowed for this account', 'rejected', 'not_tradable'],
    [
      321,
      'Error validating request.-bW : cause - The API interface is currently in Read-Only mode.',
      'rejected',
      'authentication',
    ],
    [10_243, 'Fractional-sized order cannot be placed via API.', 'rejected', 'order_rejected'],
    [202, 'Order Canceled - reason:', 'canceled', 'order_rejected'],
    [
      399,
      'Order Message: your order will not be placed at the exchange until 2026-11-23 09:30:00',
      'held',
      'order_rejected',
    ],
    [399, 'Order Message: Warning: price capped', 'note', 'order_rejected'],
    [2109, 'Order Event Warning: an attribute is ignored', 'note', 'order_rejected'],
    [
      404,
      'Shares for this order are not immediately available for short sale.',
      'note',
      'order_rejected',
    ],
    [77_777, 'Something that this table does not know', 'unclear', 'order_rejected'],
    [100, 'Max rate of messages per second has been exceeded', 'rejected', 'rate_limited'],
  ])('%i %s: %s, %s', (code, text, meaning, stable) => {
    expect(orderMessage(code, text)).toBe(meaning);
    expect(codeOf(code, text)).toBe(stable);
  });

  test.each([
    [202, 'done'],
    [135, 'gone'],
    [10_147, 'gone'],
    [161, 'refused'],
    [10_148, 'refused'],
    [104, 'refused'],
    [2109, 'note'],
  ])('that is to be cancelled, %i: %s', (code, meaning) => {
    expect(cancelMessage(code)).toBe(meaning);
  });
});
