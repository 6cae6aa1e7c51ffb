import { setImmediate as pause } from 'node:timers/promises';
import type { AppContext } from './context.ts';
import { newestBook } from './read-compliance-facts.ts';
import { readLots } from './remembered-lots.ts';

/** Small enough that nothing else waits long. */
const SYMBOLS_AT_ONCE = 10;

/** Lots that are being read beforehand. */
export interface Warming {
  /** Resolves when it has ended, one way or the other. Never rejects. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Replays the fills of every account whose lots matter, beside whatever else is done, so that the first
 * proposal after a start does not wait for it. Nothing depends on it: what is missing is read when asked.
 */
export function warmLots(context: AppContext): Warming {
  let stopped = false;
  const warm = async (): Promise<void> => {
    for (const account of context.accounts.values()) {
      if (!account.compliance.taxable && account.compliance.washSales === 'ignore') continue;
      const traded = await context.store.lastTraded(account.name);
      const symbols = traded.map(({ symbol }) => symbol);
      const book = await newestBook(context.store, account.name);
      for (let from = 0; from < symbols.length; from += SYMBOLS_AT_ONCE) {
        if (stopped) return;
        const some = symbols.slice(from, from + SYMBOLS_AT_ONCE);
        await readLots(context, context.store, account, book, some);
        await pause();
      }
    }
  };
  const ended = warm().catch((error: unknown) => {
    context.log.warn({ err: error }, 'the lots could not be read beforehand');
  });
  return {
    ended,
    stop: async () => {
      stopped = true;
      await ended;
    },
  };
}
