import type { TradeUpdate } from './venue.ts';

/** Carries `trade_updates` to whoever listens, in order unless told otherwise. */
export interface Updates {
  publish(account: string, update: TradeUpdate): void;
  /** @returns a function that ends it. */
  listen(account: string, listener: (update: TradeUpdate) => void): () => void;
  /** Sends every update so far again. */
  replay(): void;
  /** On: the next two updates swap places. Off: what is held back goes out. */
  reorder(on: boolean): void;
}

interface Sent {
  readonly account: string;
  readonly update: TradeUpdate;
}

export function createUpdates(): Updates {
  const sent: Sent[] = [];
  const listeners = new Set<{ account: string; hear: (update: TradeUpdate) => void }>();
  let reordering = false;
  let held: Sent | null = null;

  const send = ({ account, update }: Sent) => {
    for (const listener of listeners) if (listener.account === account) listener.hear(update);
  };
  const release = () => {
    const late = held;
    held = null;
    reordering = false;
    if (late !== null) send(late);
  };

  return {
    publish(account, update) {
      const item = { account, update };
      sent.push(item);
      if (reordering && held === null) {
        held = item;
        return;
      }
      send(item);
      if (held !== null) release();
    },
    listen(account, hear) {
      const listener = { account, hear };
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    replay() {
      for (const item of sent) send(item);
    },
    reorder(on) {
      if (on) reordering = true;
      else release();
    },
  };
}
