import type { Settings } from './options.ts';
import type { FakeOrder } from './orders.ts';
import type { Session } from './session.ts';
import type { World } from './world.ts';

/** What the handlers of requests work on. */
export interface GatewayContext {
  readonly settings: Settings;
  readonly world: World;
  readonly orderIds: OrderIds;
}

/** Order ids that each client has used or been shown. */
export interface OrderIds {
  next(clientId: number): number;
  /** An id that this client used or saw: its next ones must be higher. */
  note(clientId: number, orderId: number): void;
  /** "Reset API order ID sequence" in the gateway's settings. */
  reset(): void;
}

export function createOrderIds(): OrderIds {
  const highest = new Map<number, number>();
  return {
    next: (clientId) => (highest.get(clientId) ?? 0) + 1,
    note(clientId, orderId) {
      highest.set(clientId, Math.max(highest.get(clientId) ?? 0, orderId));
    },
    reset() {
      highest.clear();
    },
  };
}

/** A person's order at the trading window that client 0 has not bound to itself. */
export const isUnbound = (order: FakeOrder): boolean => order.manual && order.orderId === 0;

/** Refuses a request as TWS does when it does not validate. `'bW'` stands for TWS's obfuscated names. */
export function invalid(session: Session, id: number, cause: string): void {
  session.error(id, 321, `Error validating request.-'bW' : cause - ${cause}`);
}
