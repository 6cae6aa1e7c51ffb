import { setImmediate as pause } from 'node:timers/promises';
import { findChecks } from '../core/checks/find-checks.ts';
import type { AccountSettings } from '../core/account.ts';
import type { Proposal } from '../core/proposal.ts';
import type { AppContext } from './context.ts';
import { readCheckFacts } from './read-check-facts.ts';
import { mattersWhichLots } from './remember-book.ts';
import { heldIn, newestBook } from './remembered-lots.ts';

/** Small enough that nothing else waits long. */
const SYMBOLS_AT_ONCE = 10;

/** So many looks; what proposals have in common is known then. */
const LOOKS = 3;

/** Lots that are being made. */
export interface Warming {
  /** Resolves when it has ended, one way or the other. Never rejects. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Makes the lots that are not kept yet, after an update of the bot or another method in portfolios.yaml,
 * beside whatever else is done. Nothing depends on it: until then they are replayed when asked. Then the
 * newest proposals are checked once for nobody: a first look costs twice as much as those after it.
 */
export function warmLots(context: AppContext): Warming {
  let stopped = false;
  const { store } = context;
  const warm = async (): Promise<void> => {
    for (const account of context.accounts.values()) {
      if (!mattersWhichLots(account)) continue;
      const method = account.compliance.taxLots;
      const records = await store.listLotRecords(account.name);
      const absent = records.filter(({ made }) => made?.method !== method);
      if (absent.length === 0) continue;
      const book = await newestBook(store, account.name);
      for (let from = 0; from < absent.length; from += SYMBOLS_AT_ONCE) {
        if (stopped) return;
        await store.transaction(async (unit) => {
          for (const { symbol, made } of absent.slice(from, from + SYMBOLS_AT_ONCE)) {
            const held = made?.held ?? heldIn(book, symbol);
            if (held !== null) await unit.makeLotRecord(account.name, symbol, { held, method });
          }
        });
        await pause();
      }
    }
    for (const { proposal, account } of await newestProposals(context)) {
      if (stopped) return;
      findChecks(await readCheckFacts(context, store, proposal, account));
      await pause();
    }
  };
  const ended = warm().catch((error: unknown) => {
    context.log.warn({ err: error }, 'the lots could not be made beforehand');
  });
  return {
    ended,
    stop: async () => {
      stopped = true;
      await ended;
    },
  };
}

/**
 * What is looked at: the newest proposal of some accounts. Those of few accounts come again, since code that
 * ran once is not compiled yet.
 */
async function newestProposals({
  store,
  accounts,
}: AppContext): Promise<
  readonly { readonly proposal: Proposal; readonly account: AccountSettings }[]
> {
  const found: { readonly proposal: Proposal; readonly account: AccountSettings }[] = [];
  for (const account of accounts.values()) {
    if (found.length === LOOKS) break;
    const [newest] = await store.listProposals({ account: account.name, limit: 1 });
    if (newest !== undefined) found.push({ proposal: newest.proposal, account });
  }
  return Array.from({ length: LOOKS }, () => found)
    .flat()
    .slice(0, LOOKS);
}
