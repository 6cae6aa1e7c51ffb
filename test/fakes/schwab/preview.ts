import { decimal } from '../../../src/core/decimal.ts';
import { number, projectedBuyingPower } from './accounts-view.ts';
import { estimatedPrice, refusal } from './order-book.ts';
import type { FakeAccount, OrderTicket, World } from './world.ts';

/** An order of the preview's own shape, as the order that it stands for; anything else as it is. */
export function orderOfPreview(body: unknown): unknown {
  if (!isRecord(body) || !isRecord(body['orderStrategy'])) return body;
  const { orderLegs, ...strategy } = body['orderStrategy'];
  const kept = ['session', 'duration', 'orderType', 'orderStrategyType', 'price', 'quantity'];
  return {
    ...Object.fromEntries(Object.entries(strategy).filter(([key]) => kept.includes(key))),
    orderLegCollection: (Array.isArray(orderLegs) ? orderLegs : []).filter(isRecord).map((leg) => ({
      instruction: leg['instruction'],
      quantity: leg['quantity'],
      instrument: { symbol: leg['finalSymbol'], assetType: leg['assetType'] },
    })),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an order would do, without doing it. A refusal is among the rejects of an answer 200. */
export function previewView(world: World, account: FakeAccount, ticket: OrderTicket) {
  const price = estimatedPrice(world, ticket);
  const value = ticket.quantity.times(price);
  const signed = ticket.instruction === 'BUY' ? value : decimal('0').minus(value);
  const projected = projectedBuyingPower(world, account).minus(signed);
  const problem = refusal(world, account, ticket);
  const symbol = world.symbols.get(ticket.symbol);
  return {
    orderId: 0,
    orderStrategy: {
      accountNumber: account.number,
      advancedOrderType: 'NONE',
      orderBalance: {
        orderValue: number(value),
        projectedAvailableFund: number(projected),
        projectedBuyingPower: number(projected),
        projectedCommission: 0,
      },
      orderStrategyType: 'SINGLE',
      session: ticket.session,
      status: problem === null ? 'ACCEPTED' : 'REJECTED',
      duration: ticket.duration,
      filledQuantity: 0,
      orderType: ticket.orderType,
      orderValue: number(value),
      ...(ticket.price === null ? {} : { price: number(ticket.price) }),
      quantity: number(ticket.quantity),
      remainingQuantity: number(ticket.quantity),
      strategy: 'NONE',
      amountIndicator: 'SHARES',
      orderLegs: [
        {
          ...(symbol === undefined
            ? {}
            : {
                askPrice: number(symbol.ask),
                bidPrice: number(symbol.bid),
                lastPrice: number(symbol.last),
              }),
          projectedCommission: 0,
          quantity: number(ticket.quantity),
          finalSymbol: ticket.symbol,
          legId: 1,
          assetType: 'EQUITY',
          instruction: ticket.instruction,
        },
      ],
    },
    orderValidationResult: {
      alerts: [],
      accepts: [],
      rejects:
        problem === null
          ? []
          : [
              {
                validationRuleName: 'ACCOUNT',
                message: problem,
                activityMessage: problem,
                originalSeverity: 'REJECT',
              },
            ],
      reviews: [],
      warns: [],
    },
    commissionAndFee: { commission: { commissionLegs: [] }, fee: { feeLegs: [] } },
  };
}
