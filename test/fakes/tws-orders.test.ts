import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrderType, TimeInForce } from '@stoqey/ib';
import type { Contract, Order } from '@stoqey/ib';
import { connectTws, limitOrder, stock } from './tws-client.ts';
import type { ListeningClient } from './tws-client.ts';
import { startTwsFake } from './tws/index.ts';
import type { TwsFake } from './tws/index.ts';

const PRICES = 'The price does not conform to the minimum price variation for this contract.';
const INVALID = "Error validating request.-'bW' : cause -";

/** Orders that are refused, with the code and the words of the answer. */
const REFUSALS: readonly {
  readonly name: string;
  readonly order?: Partial<Order>;
  readonly contract?: Partial<Contract>;
  readonly answer: string;
}[] = [
  { name: 'a price between ticks', order: { lmtPrice: 220.005 }, answer: `${PRICES} 110` },
  {
    name: 'no limit price',
    order: { lmtPrice: 0 },
    answer: 'Cannot transmit incomplete order. 107',
  },
  {
    name: 'an unknown symbol',
    contract: { symbol: 'NOPE' },
    answer: 'No security definition has been found for the request 200',
  },
  {
    name: 'an ambiguous symbol',
    contract: { symbol: 'CSCO' },
    answer: 'The contract description specified for CSCO is ambiguous. 200',
  },
  {
    name: 'no exchange',
    contract: { exchange: '' },
    answer: `${INVALID} Missing order exchange 321`,
  },
  {
    name: 'no quantity',
    order: { totalQuantity: 0 },
    answer: `${INVALID} The size value cannot be zero 321`,
  },
  {
    name: 'a fraction of a share',
    order: { totalQuantity: 1.5 },
    answer:
      'Fractional-sized order cannot be placed via API. Please use desktop version to revise the order. 10243',
  },
  {
    name: "an account that is not the login's",
    order: { account: 'DU9999999' },
    answer: `${INVALID} Invalid account code 'DU9999999'. 321`,
  },
  {
    name: 'no account where there are several',
    order: { account: '' },
    answer: 'You must specify an account. 435',
  },
  {
    name: 'an order type that the fake does not play',
    order: { orderType: OrderType.STP },
    answer: 'Unsupported order type for this exchange and security type. 387',
  },
  {
    name: 'a time in force that the fake does not play',
    order: { tif: TimeInForce.OPG },
    answer: `${INVALID} this fake does not play time in force OPG 321`,
  },
  {
    name: 'an attribute that TWS gave up',
    order: { eTradeOnly: true },
    answer: "The 'EtradeOnly' order attribute is not supported. 10268",
  },
  {
    name: 'an attribute that the fake does not play',
    order: { hidden: true },
    answer: `${INVALID} this fake does not play hidden 321`,
  },
  {
    name: 'an algorithm',
    order: { algoStrategy: 'Adaptive' },
    answer: `${INVALID} this fake does not play algoStrategy 321`,
  },
];

const TWO_ACCOUNTS = {
  accounts: [
    { id: 'DU1234567', cash: '50000' },
    { id: 'DU7654321', cash: '20000' },
  ],
};

describe('orders at the fake TWS', () => {
  it('become Submitted and are filled in two executions with commissions apart', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.clear();
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 11, 220.5));
    await client.until(/^orderStatus 1 Submitted 0\/11 @0/);
    await fake.fillNext();
    await client.until(/^commissionReport .*00000001/);
    await fake.fillNext();
    await client.until(/^commissionReport .*00000002/);
    expect(client.lines).toEqual([
      'openOrder 1 PreSubmitted BUY 11 LMT 220.5 ref DU1234567',
      'orderStatus 1 PreSubmitted 0/11 @0',
      'openOrder 1 Submitted BUY 11 LMT 220.5 ref DU1234567',
      'orderStatus 1 Submitted 0/11 @0',
      'execDetails -1 order 1 0000e0d5.00000001.01.01 BOT 5@220.01 of 5 ref',
      'openOrder 1 Submitted BUY 11 LMT 220.5 ref DU1234567',
      'orderStatus 1 Submitted 5/6 @220.01',
      'commissionReport 0000e0d5.00000001.01.01 1',
      // The status may come before the execution: this time it does.
      'openOrder 1 Filled BUY 11 LMT 220.5 ref DU1234567',
      'orderStatus 1 Filled 11/0 @220.01',
      'execDetails -1 order 1 0000e0d5.00000002.01.01 BOT 6@220.01 of 11 ref',
      'commissionReport 0000e0d5.00000002.01.01 0',
    ]);
    const { accounts } = await fake.state();
    expect(accounts[0]).toMatchObject({
      cash: '97578.89',
      positions: [{ symbol: 'AAPL', quantity: '11' }],
    });
  });

  describe('are refused by the gateway itself, which keeps nothing of them, for', () => {
    let fake: TwsFake;
    let client: ListeningClient;
    beforeAll(async () => {
      fake = await startTwsFake(TWO_ACCOUNTS);
      client = await connectTws(fake);
    });
    afterAll(async () => {
      await client[Symbol.asyncDispose]();
      await fake.stop();
    });

    it.each(REFUSALS)('$name', async ({ order, contract, answer }) => {
      client.clear();
      client.api.placeOrder(1, stock('AAPL', contract), limitOrder('BUY', 10, 220, order));
      await client.until(/^error /);
      expect(client.lines).toEqual([`error ${answer} 1`]);
      expect((await fake.state()).orders).toEqual([]);
    });
  });

  it('takes fractions of a contract that allows them', async () => {
    await using fake = await startTwsFake({
      contracts: [{ symbol: 'AAPL', conId: 265598, last: '220', fractional: true }],
    });
    await using client = await connectTws(fake);
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 1.5, 221));
    await expect(client.until(/^orderStatus 1 Submitted 0\/1.5/)).resolves.toBeDefined();
  });

  it('holds back an order without transmit, and takes it when it is sent again', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.clear();
    const { transmit: _, ...order } = limitOrder('BUY', 10, 220.5);
    client.api.placeOrder(1, stock('AAPL'), order);
    client.api.reqAllOpenOrders();
    await client.until(/^openOrderEnd/);
    expect(client.lines).toEqual(['openOrderEnd']);
    client.api.placeOrder(1, stock('AAPL'), { ...order, transmit: true });
    await client.until(/^orderStatus 1 Submitted/);
  });

  it.each(['0', ''])('takes %j for a price that a market order does not have', async (unset) => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    const order = limitOrder('BUY', 10, 0, { orderType: OrderType.MKT });
    if (unset === '') delete order.lmtPrice;
    client.api.placeOrder(1, stock('AAPL'), order);
    await expect(client.until(/^orderStatus 1 Submitted/)).resolves.toBeDefined();
  });

  it('rejects at the servers what the account cannot pay, as Inactive with 201', async () => {
    await using fake = await startTwsFake({
      accounts: [{ id: 'DU1234567', type: 'cash', cash: '1000' }],
    });
    await using client = await connectTws(fake);
    client.clear();
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 220));
    await client.until(/^orderStatus 1 Inactive/);
    expect(client.lines[0]).toBe(
      'error Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION ' +
        'YOUR EQUITY WITH LOAN VALUE [1000 USD] MUST EXCEED THE INITIAL MARGIN [2200 USD] 201 1',
    );
  });

  it.each([
    { type: 'cash', answer: /^error Order rejected - reason:SHORT STOCK POSITIONS .* 201 1/ },
    { type: 'margin', answer: /^orderStatus 1 Submitted/ },
  ] as const)('a sale of more than is held, in a $type account', async ({ type, answer }) => {
    await using fake = await startTwsFake({
      accounts: [
        {
          id: 'DU1234567',
          type,
          cash: '10000',
          positions: [{ symbol: 'AAPL', quantity: '5', averageCost: '200' }],
        },
      ],
    });
    await using client = await connectTws(fake);
    client.api.placeOrder(1, stock('AAPL'), limitOrder('SELL', 6, 219));
    await expect(client.until(answer)).resolves.toBeDefined();
  });

  it('allows twenty working orders for a contract, side and account, and no more', async () => {
    await using fake = await startTwsFake(TWO_ACCOUNTS);
    await using client = await connectTws(fake);
    for (let id = 1; id <= 20; id += 1) {
      client.api.placeOrder(id, stock('AAPL'), limitOrder('BUY', 1, 100));
    }
    await client.until(/^orderStatus 20 Submitted/);
    client.api.placeOrder(21, stock('AAPL'), limitOrder('BUY', 1, 100));
    await client.until(/^error Order rejected - reason:20 ACTIVE ORDERS .* 201 21/);
    client.api.placeOrder(22, stock('AAPL'), limitOrder('BUY', 1, 100, { account: 'DU7654321' }));
    client.api.placeOrder(23, stock('MSFT'), limitOrder('BUY', 1, 100));
    client.api.placeOrder(24, stock('AAPL'), limitOrder('SELL', 1, 300));
    await client.until(/^orderStatus 24 Submitted/);
    expect(client.matching(/^orderStatus 2[23] Submitted/)).toHaveLength(2);
  });

  it('answers a what-if with margins and a commission, and keeps nothing of it', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.clear();
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 100, 220, { whatIf: true }));
    await client.until(/^openOrder 1/);
    expect(client.lines).toEqual([
      'openOrder 1 PreSubmitted BUY 100 LMT 220 ref DU1234567 margin 11000 fee 1',
    ]);
    client.api.reqIds();
    await client.until(/^nextValidId 1$/);
    expect((await fake.state()).orders).toEqual([]);
  });

  describe('order ids', () => {
    it('must not go back: 103', async () => {
      await using fake = await startTwsFake();
      await using client = await connectTws(fake);
      client.api.placeOrder(5, stock('AAPL'), limitOrder('BUY', 1, 100));
      await client.until(/^orderStatus 5 Submitted/);
      client.api.placeOrder(4, stock('AAPL'), limitOrder('BUY', 1, 100));
      await client.until(/^error Duplicate order id 103 4/);
      client.api.reqIds();
      await client.until(/^nextValidId 6$/);
      expect((await fake.state()).orders).toHaveLength(1);
    });

    it('of a working order change it, and of a filled one nothing: 104', async () => {
      await using fake = await startTwsFake();
      await using client = await connectTws(fake);
      client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 1, 100));
      await client.until(/^orderStatus 1 Submitted/);
      client.api.placeOrder(1, stock('AAPL'), limitOrder('SELL', 1, 101));
      await client.until(/^error Order being modified does not match original order 105 1/);
      client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 2, 230));
      await client.until(/^openOrder 1 Submitted BUY 2 LMT 230/);
      await fake.fillNext();
      await fake.fillNext();
      await client.until(/^orderStatus 1 Filled/);
      client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 3, 230));
      await expect(
        client.until(/^error Cannot modify a filled order. 104 1/),
      ).resolves.toBeDefined();
    });

    it('of other clients that were shown must be exceeded', async () => {
      await using fake = await startTwsFake();
      await using other = await connectTws(fake, 8);
      await using client = await connectTws(fake, 7);
      other.api.placeOrder(30, stock('AAPL'), limitOrder('BUY', 1, 100));
      await other.until(/^orderStatus 30 Submitted/);
      client.api.reqAllOpenOrders();
      await client.until(/^openOrderEnd/);
      client.api.placeOrder(30, stock('AAPL'), limitOrder('BUY', 1, 100));
      await expect(client.until(/^error Duplicate order id 103 30/)).resolves.toBeDefined();
    });
  });

  describe('cancels', () => {
    it('are told by a status and by 202, in either order', async () => {
      await using fake = await startTwsFake();
      await using client = await connectTws(fake);
      for (const id of [1, 2]) client.api.placeOrder(id, stock('AAPL'), limitOrder('BUY', 1, 100));
      await client.until(/^orderStatus 2 Submitted/);
      client.clear();
      client.api.cancelOrder(1);
      client.api.cancelOrder(2);
      await client.until(/^error .* 202 2/);
      const told = client.matching(/Cancelled|202/).filter((line) => !line.startsWith('openOrder'));
      expect(told).toEqual([
        'error Order Canceled - reason: 202 1',
        'orderStatus 1 Cancelled 0/1 @0',
        'orderStatus 2 Cancelled 0/1 @0',
        'error Order Canceled - reason: 202 2',
      ]);
    });

    it.each([
      {
        cancelErrors: 'documented',
        unknown: /^error Can't find order with id =9 135 9/,
        late: /^error Cancel attempted when order is not in a cancellable state. Order permId =\d+ 161 1/,
      },
      {
        cancelErrors: 'observed',
        unknown: /^error OrderId 9 that needs to be cancelled is not found. 10147 9/,
        late: /^error OrderId 1 that needs to be cancelled cannot be cancelled, state: Filled. 10148 1/,
      },
    ] as const)(
      'come too late or find nothing ($cancelErrors codes)',
      async ({ cancelErrors, unknown, late }) => {
        await using fake = await startTwsFake({ cancelErrors, fills: 'automatic' });
        await using client = await connectTws(fake);
        client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 1, 221));
        await client.until(/^orderStatus 1 Filled/);
        client.api.cancelOrder(1);
        await client.until(late);
        client.api.cancelOrder(9);
        await expect(client.until(unknown)).resolves.toBeDefined();
      },
    );

    it('can be overtaken by executions', async () => {
      await using fake = await startTwsFake();
      await using client = await connectTws(fake);
      await fake.holdCancels(true);
      client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 221));
      client.api.cancelOrder(1);
      await expect(client.until(/^orderStatus 1 PendingCancel 0\/10/)).resolves.toBeDefined();
      await fake.fillNext();
      await fake.holdCancels(false);
      await expect(client.until(/^orderStatus 1 Cancelled 5\/5 @220.01/)).resolves.toBeDefined();
    });
  });

  describe('a closed market', () => {
    it('holds a day order with 399 and trades it when it opens', async () => {
      await using fake = await startTwsFake({
        clock: 'stepped',
        now: '2026-11-25T12:00:00Z',
        market: 'calendar',
        fills: 'automatic',
      });
      await using client = await connectTws(fake);
      client.clear();
      client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 221));
      await client.until(/ 399 1$/);
      expect(client.matching(/orderStatus|399/)).toEqual([
        'orderStatus 1 PreSubmitted 0/10 @0',
        'error Order Message:\nBUY 10 AAPL NASDAQ\nWarning: Your order will not be placed at the exchange until ' +
          '20261125 09:30:00 US/Eastern. 399 1',
      ]);
      await fake.advance(3 * 3600);
      await client.until(/^orderStatus 1 Filled/);
    });

    it('can reject instead: 201', async () => {
      await using fake = await startTwsFake({ market: 'closed', closedMarket: 'reject' });
      await using client = await connectTws(fake);
      client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 221));
      await expect(
        client.until(/^error Order rejected - reason:Exchange is closed. 201 1/),
      ).resolves.toBeDefined();
    });

    it('takes a limit order for outside regular hours', async () => {
      await using fake = await startTwsFake({
        clock: 'stepped',
        now: '2026-11-25T12:00:00Z',
        market: 'calendar',
      });
      await using client = await connectTws(fake);
      client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 221, { outsideRth: true }));
      await client.until(/^orderStatus 1 Submitted/);
      await fake.fillNext();
      await expect(client.until(/^orderStatus 1 Submitted 5\/5/)).resolves.toBeDefined();
    });

    it('ends day orders when it closes, and no others', async () => {
      await using fake = await startTwsFake();
      await using client = await connectTws(fake);
      client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 100));
      client.api.placeOrder(2, stock('AAPL'), limitOrder('BUY', 10, 100, { tif: TimeInForce.GTC }));
      await client.until(/^orderStatus 2 Submitted/);
      await fake.closeMarket();
      await client.until(/^orderStatus 1 Cancelled/);
      const { orders } = await fake.state();
      expect(orders.map(({ orderId, status }) => [orderId, status])).toEqual([
        [1, 'Cancelled'],
        [2, 'Submitted'],
      ]);
      expect(client.matching(/^error/)).toEqual([]);
    });
  });

  it('fills by itself when the price comes, after its time', async () => {
    await using fake = await startTwsFake({
      clock: 'stepped',
      fills: 'automatic',
      fillAfterMilliseconds: 500,
    });
    await using client = await connectTws(fake);
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 10, 200));
    await client.until(/^orderStatus 1 Submitted/);
    await fake.advance(5);
    expect((await fake.state()).executions).toEqual([]);
    await fake.setPrice('AAPL', '199');
    await fake.advance(0.5);
    expect((await fake.state()).executions).toMatchObject([{ quantity: '5', price: '199.01' }]);
    await fake.advance(0.5);
    await client.until(/^orderStatus 1 Filled 10\/0/);
  });

  it('corrects an execution under .02 of its id and books the difference', async () => {
    await using fake = await startTwsFake();
    await using client = await connectTws(fake);
    client.api.placeOrder(1, stock('AAPL'), limitOrder('BUY', 1, 221));
    await client.until(/^orderStatus 1 Submitted/);
    await fake.fillNext();
    await client.until(/^execDetails -1 .*01.01 BOT 1@220.01/);
    const before = await fake.state();
    await fake.correctExecution('0000e0d5.00000001.01.01', { price: '219.01' });
    await client.until(/^execDetails -1 order 1 0000e0d5.00000001.01.02 BOT 1@219.01 of 1/);
    await client.until(/^commissionReport 0000e0d5.00000001.01.02/);
    const after = await fake.state();
    expect([before.accounts[0]?.cash, after.accounts[0]?.cash]).toEqual(['99778.99', '99779.99']);
    expect(after.accounts[0]?.positions).toMatchObject([{ quantity: '1', averageCost: '220.01' }]);
    client.api.reqExecutions(4, {});
    await client.until(/^execDetailsEnd 4/);
    expect(client.matching(/^execDetails 4 /)).toHaveLength(2);
  });
});
