import type { Socket } from 'node:net';
import type { Contract } from './contracts.ts';
import { encodeFrame } from './frames.ts';
import { errorMessage } from './encode.ts';
import type { Message } from './encode.ts';

/** What a client has subscribed to; a restart or lost data (1101) clears it. */
export interface Subscriptions {
  readonly tickers: Map<number, { readonly contract: Contract; readonly delayed: boolean }>;
  readonly positionsMulti: Map<number, string>;
  readonly accountsMulti: Map<number, { readonly account: string; readonly ledgerOnly: boolean }>;
  readonly summaries: Map<number, readonly string[]>;
  positions: boolean;
  accountUpdates: string | null;
}

/** One client's connection, from START_API on. */
export interface Session {
  readonly clientId: number;
  readonly serverVersion: number;
  readonly subscriptions: Subscriptions;
  /** 1 live, 2 frozen, 3 delayed, 4 delayed frozen. */
  marketDataType: number;
  /** The connection to what tells prices stands. */
  dataFarm: boolean;
  autoBind: boolean;
  send(message: Message): void;
  error(id: number, code: number, text: string): void;
  /** Nothing that is sent from now on reaches the client. */
  mute(): void;
  /** Cuts the line without a word. */
  cut(): void;
  /** Closes the line when everything said has been written. */
  close(): void;
}

export const freshSubscriptions = (): Subscriptions => ({
  tickers: new Map(),
  positionsMulti: new Map(),
  accountsMulti: new Map(),
  summaries: new Map(),
  positions: false,
  accountUpdates: null,
});

/** @param delay milliseconds that what is sent now has to wait. */
export function createSession(
  socket: Socket,
  { clientId, serverVersion }: { readonly clientId: number; readonly serverVersion: number },
  delay: () => number,
): Session {
  let muted = false;
  const queue: { readonly due: number; readonly message: Message }[] = [];
  const write = (message: Message) => {
    if (!socket.destroyed && !socket.writableEnded) socket.write(encodeFrame(message));
  };
  const drain = () => {
    for (let [first] = queue; first !== undefined; [first] = queue) {
      const wait = first.due - performance.now();
      if (wait > 0) {
        setTimeout(drain, Math.ceil(wait));
        return;
      }
      queue.shift();
      write(first.message);
    }
  };
  const send = (message: Message) => {
    if (muted) return;
    // What comes after a delayed answer waits behind it: a stream keeps its order.
    queue.push({ due: performance.now() + delay(), message });
    if (queue.length === 1) drain();
  };
  return {
    clientId,
    serverVersion,
    subscriptions: freshSubscriptions(),
    marketDataType: 1,
    dataFarm: true,
    autoBind: false,
    send,
    error: (id, code, text) => {
      send(errorMessage(id, code, text));
    },
    mute() {
      muted = true;
    },
    cut() {
      socket.destroy();
    },
    close() {
      socket.end();
      socket.once('finish', () => {
        socket.destroy();
      });
    },
  };
}
