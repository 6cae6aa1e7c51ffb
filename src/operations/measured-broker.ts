import { BrokerError } from '../ports/broker-error.ts';
import type { Broker } from '../ports/broker.ts';
import type { Observer } from '../ports/observer.ts';

/** The same broker, with every question to it measured. */
export function measuredBroker(broker: Broker, observer: Observer): Broker {
  const measured = <Arguments extends readonly unknown[], Answer>(
    operation: string,
    ask: (...given: Arguments) => Promise<Answer>,
    outcomeOf: (answer: Answer) => string = () => 'ok',
  ) => {
    return async (...given: Arguments): Promise<Answer> => {
      const begun = performance.now();
      observer.brokerAsked(broker.name);
      try {
        const answer = await ask(...given);
        observer.brokerCalled(broker.name, operation, outcomeOf(answer), performance.now() - begun);
        return answer;
      } catch (error) {
        const code = error instanceof BrokerError ? error.code : 'failed';
        observer.brokerCalled(broker.name, operation, code, performance.now() - begun);
        throw error;
      }
    };
  };
  return {
    ...broker,
    // A broker may be an object with getters; what a spread would freeze is passed on as it is.
    name: broker.name,
    account: broker.account,
    capabilities: broker.capabilities,
    getAccountBalance: measured('balance', () => broker.getAccountBalance()),
    getPositions: measured('positions', () => broker.getPositions()),
    getQuotes: measured('quotes', (symbols: readonly string[]) => broker.getQuotes(symbols)),
    getMarketClock: measured('clock', () => broker.getMarketClock()),
    executeTrade: measured(
      'order',
      (...order: Parameters<Broker['executeTrade']>) => broker.executeTrade(...order),
      (answer) => (answer.type === 'accepted' ? 'ok' : answer.type),
    ),
    findOrder: measured('find_order', (intent: Parameters<Broker['findOrder']>[0]) =>
      broker.findOrder(intent),
    ),
    listOrders: measured('orders', (since: Temporal.Instant) => broker.listOrders(since)),
    listFills: measured('fills', (since: Temporal.Instant) => broker.listFills(since)),
    cancelOrder: measured('cancel', (id: string) => broker.cancelOrder(id)),
    subscribe: (listener) => broker.subscribe(listener),
    close: () => broker.close(),
  };
}
