import { describe, expect, it } from 'vitest';
import { findOrderDenial, findOversell } from '../../../src/core/checks/order-checks.ts';
import { findWashSaleDenials } from '../../../src/core/checks/wash-sales.ts';
import type { AccountSettings } from '../../../src/core/account.ts';
import type { ComplianceFacts } from '../../../src/core/compliance/wash-sales.ts';
import { decimal } from '../../../src/core/decimal.ts';
import { mostPlanNotional } from '../../../src/core/most-notional.ts';
import type { OrderIntent } from '../../../src/core/order.ts';
import { NOW, sampleAccount } from '../../fixtures/sample-account.ts';
import { sampleProposal } from '../../fixtures/sample-proposal.ts';
import { lot } from '../compliance/lots-table.ts';
import { planOf } from '../compliance/plan-of.ts';

const SAMPLE = sampleAccount();
const COLLAR = { ...SAMPLE.orders, orderType: 'limit', collarBasisPoints: decimal('100') } as const;

function intent(changes: Partial<OrderIntent> = {}): OrderIntent {
  return {
    clientOrderId: 'k3f9xa-1-1',
    proposalId: 'k3f9xa',
    leg: 1,
    attempt: 1,
    account: 'core',
    side: 'buy',
    symbol: 'AAPL',
    quantity: decimal('10'),
    orderType: 'limit',
    limitPrice: decimal('101'),
    timeInForce: 'day',
    extendedHours: false,
    createdAt: NOW,
    ...changes,
  };
}

interface Row {
  readonly what: string;
  readonly order?: Partial<OrderIntent>;
  readonly account?: Partial<AccountSettings>;
  readonly volume?: string;
  readonly denied: string | null;
}

const market = { orderType: 'market', limitPrice: null } as const;
const limits = (changes: Partial<AccountSettings['limits']>) => ({
  limits: { ...SAMPLE.limits, ...changes },
});
const compliance = (changes: Partial<AccountSettings['compliance']>) => ({
  compliance: { ...SAMPLE.compliance, ...changes },
});

/** Approved at 100 with a collar of 100 basis points. */
const ROWS: readonly Row[] = [
  { what: 'a buy at the edge of the collar', denied: null },
  {
    what: 'a buy a cent beyond it',
    order: { limitPrice: decimal('101.01') },
    denied: 'price_collar: its limit $101.01 is beyond the collar, which ends at $101.00',
  },
  {
    what: 'a buy well within it',
    order: { limitPrice: decimal('99') },
    denied: null,
  },
  {
    what: 'a sell at the edge',
    order: { side: 'sell', limitPrice: decimal('99') },
    denied: null,
  },
  {
    what: 'a sell a cent beyond it',
    order: { side: 'sell', limitPrice: decimal('98.99') },
    denied: 'price_collar: its limit $98.99 is beyond the collar, which ends at $99.00',
  },
  {
    what: 'a collar that was tightened since the approval',
    account: { orders: { ...COLLAR, collarBasisPoints: decimal('50') } },
    denied: 'price_collar: its limit $101.00 is beyond the collar, which ends at $100.50',
  },
  {
    what: 'a limit for one order counts the price that is sent, not the one that was proposed',
    account: limits({ orderNotional: decimal('1009.99') }),
    denied: 'limit.order_notional: one order may be at most 1009.99, this one is up to 1010.00',
  },
  {
    what: 'and at that price it is enough',
    account: limits({ orderNotional: decimal('1010') }),
    denied: null,
  },
  {
    what: 'a sell may fill above its limit, so the approved price counts',
    order: { side: 'sell', limitPrice: decimal('99') },
    account: limits({ orderNotional: decimal('999') }),
    denied: 'limit.order_notional: one order may be at most 999.00, this one is up to 1000.00',
  },
  {
    what: 'a market order counts at the edge of the collar',
    order: market,
    account: {
      orders: { ...COLLAR, orderType: 'market' },
      ...limits({ orderNotional: decimal('1005') }),
    },
    denied: 'limit.order_notional: one order may be at most 1005.00, this one is up to 1010.00',
  },
  {
    what: 'a market order where limits are the rule',
    order: market,
    denied: 'market_order: market orders are not allowed in this account',
  },
  {
    what: 'a share of the daily volume',
    account: limits({ orderVolumeShare: decimal('0.01') }),
    volume: '900',
    denied:
      'limit.order_volume: one order of AAPL may be at most 9, 1% of its average daily volume',
  },
  {
    what: 'a daily volume that is not known',
    account: limits({ orderVolumeShare: decimal('0.01') }),
    denied: null,
  },
  {
    what: 'a symbol that became restricted',
    account: compliance({ restricted: ['AAPL'] }),
    denied: 'restricted: AAPL is on the restricted list',
  },
  { what: 'a symbol that is only watched', account: compliance({ watch: ['AAPL'] }), denied: null },
];

describe('before each order', () => {
  it.each(ROWS)('$what', ({ order, account, volume, denied }) => {
    const denial = findOrderDenial(
      intent(order),
      { referencePrice: decimal('100') },
      { ...SAMPLE, orders: COLLAR, ...account },
      volume === undefined ? null : decimal(volume),
    );
    expect(denial === null ? null : `${denial.code}: ${denial.reason}`).toBe(denied);
  });
});

describe('a wash sale before each order', () => {
  const sold: ComplianceFacts = {
    lots: [],
    owned: [
      {
        account: 'joint',
        taxable: true,
        method: 'fifo',
        lots: [],
        sales: [
          {
            symbol: 'VTI',
            soldOn: Temporal.PlainDate.from('2026-11-10'),
            quantity: decimal('5'),
            proceeds: decimal('400'),
            parts: [{ lot: lot('100 @ 100 2025-01-06'), quantity: decimal('5') }],
          },
        ],
        proposals: [],
      },
    ],
  };

  it.each([
    [
      'block',
      '2026-12-10',
      [
        'wash_sale: a wash sale: buys 5 VTI, sold at a loss in joint on 10 Nov; may be bought again from 11 Dec',
      ],
    ],
    ['block', '2026-12-11', []],
    ['warn', '2026-12-10', []],
  ] as const)('under %s on %s', (washSales, on, expected) => {
    const denials = findWashSaleDenials({
      proposal: sampleProposal({ plan: planOf(['buy 5 VTI @ 80', 'buy 1 ITOT @ 80']) }),
      account: { ...SAMPLE, ...compliance({ washSales }) },
      compliance: sold,
      on: Temporal.PlainDate.from(on),
    });
    expect([...denials].map(([, { code, reason }]) => `${code}: ${reason}`)).toEqual(expected);
  });
});

it('what limits count of a plan is what its orders may come to at most', () => {
  const plan = planOf(['buy 10 AAPL @ 100', 'sell 10 IBM @ 50']);
  expect(mostPlanNotional(plan, COLLAR).toFixed(2)).toBe('1510.00');
});

describe('a sale of more than is held', () => {
  it.each<{
    readonly what: string;
    readonly order: Partial<OrderIntent>;
    readonly held: readonly string[];
    readonly outside?: readonly string[];
    readonly denied: string | null;
  }>([
    {
      what: 'all of it',
      order: { side: 'sell', quantity: decimal('10') },
      held: ['AAPL 10'],
      denied: null,
    },
    {
      what: 'a fraction more',
      order: { side: 'sell', quantity: decimal('10.000000001') },
      held: ['AAPL 10'],
      denied: 'it sells 10.000000001 AAPL, and 10 are held',
    },
    {
      what: 'what is not held at all',
      order: { side: 'sell', quantity: decimal('1') },
      held: ['IBM 10'],
      denied: 'it sells 1 AAPL, and 0 are held',
    },
    {
      what: 'what somebody has sold by hand meanwhile',
      order: { side: 'sell', quantity: decimal('10') },
      held: ['AAPL 10'],
      outside: ['sell 1 AAPL'],
      denied: 'it sells 10 AAPL, and 9 are held, after what was traded outside Evenkeel since',
    },
    {
      what: 'what somebody has sold of another symbol',
      order: { side: 'sell', quantity: decimal('10') },
      held: ['AAPL 10'],
      outside: ['sell 1 IBM'],
      denied: null,
    },
    {
      what: 'what was bought by hand, and more is held since',
      order: { side: 'sell', quantity: decimal('11') },
      held: ['AAPL 10'],
      outside: ['sell 1 AAPL', 'buy 2 AAPL'],
      denied: null,
    },
    {
      what: 'a short position',
      order: { side: 'sell', quantity: decimal('1') },
      held: ['AAPL -5'],
      denied: 'it sells 1 AAPL, and -5 are held',
    },
    { what: 'a purchase, of nothing held', order: {}, held: [], denied: null },
  ])('$what', ({ order, held, outside = [], denied }) => {
    const positions = held.map((text) => {
      const [symbol = '', quantity = ''] = text.split(' ');
      return { symbol, quantity: decimal(quantity) };
    });
    const traded = outside.map((text) => {
      const [side, quantity = '', symbol = ''] = text.split(' ');
      const bought = side === 'buy' ? ('buy' as const) : ('sell' as const);
      return { side: bought, symbol, quantity: decimal(quantity) };
    });
    expect(findOversell(intent(order), positions, traded)?.reason ?? null).toBe(denied);
  });
});
