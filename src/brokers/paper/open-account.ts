import type { Kysely } from 'kysely';
import { decimal, ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { Position } from '../../core/portfolio.ts';
import type { Log } from '../../ports/log.ts';
import {
  insertAccount,
  readAccount,
  readMarket,
  writeAccount,
  writeMarket,
} from './exchange-store.ts';
import type { PriceHistory } from './price-history.ts';
import { readPositions, type PriceSource } from './read-files.ts';
import { withinHistory } from './replay.ts';
import type { PaperSettings } from './settings.ts';
import { PaperSetupError } from './setup-error.ts';
import type { PaperDatabase } from './tables.ts';

/** Builtin prices are replayed from here unless the settings say otherwise. */
const BUILTIN_START = Temporal.PlainYearMonth.from('2006-01');

/** What an account begins with whose settings say nothing about it. */
const DEMO_CASH = decimal('25000');
const DEMO_POSITIONS: Readonly<Record<string, Decimal>> = {
  AAPL: decimal('120'),
  MSFT: decimal('380'),
  AMZN: decimal('180'),
  IBM: decimal('130'),
  GOOG: decimal('20'),
};
const CASH_WITHOUT_POSITIONS = decimal('100000');

export interface OpenAccountOptions {
  readonly account: string;
  readonly settings: PaperSettings;
  readonly prices: PriceSource;
  /** What relative paths in the settings start from. */
  readonly directory: string;
  readonly now: Temporal.Instant;
  readonly log: Log;
}

/**
 * Makes sure the account and its market exist. The first time it is filled as the settings say; later
 * the settings' holdings and cash are not looked at again.
 * @throws PaperSetupError
 */
export async function openAccount(
  database: Kysely<PaperDatabase>,
  options: OpenAccountOptions,
): Promise<void> {
  const { account, settings, prices, now, log } = options;
  const firstMonth = startMonth(options);
  // Files are read before the transaction, and only for an account that is not there yet.
  const known = await readAccount(database, account);
  const holdings = known === null ? await firstHoldings(options) : null;
  await database.transaction().execute(async (transaction) => {
    const market = await readMarket(transaction, prices.source, firstMonth);
    const month = monthAtOpening(options, market.month);
    const revision = month.equals(market.month)
      ? market.revision
      : await writeMarket(transaction, prices.source, month);
    const state = await readAccount(transaction, account);
    if (state !== null) {
      // Another source: whatever works is matched again at its prices.
      const moved = state.source !== prices.source;
      await writeAccount(transaction, state, {
        ...state,
        source: prices.source,
        matchedRevision: moved ? 0 : state.matchedRevision,
      });
      return;
    }
    if (holdings === null) throw new Error(`the paper account ${account} vanished while opening`);
    if (settings.start !== undefined && !settings.start.equals(month)) {
      log.warn(
        { account, start: settings.start.toString(), month: month.toString() },
        'another paper account has moved this market already; its month is kept',
      );
    }
    const positions = holdings.positions.map((position) => ({
      ...position,
      costBasis: position.costBasis ?? costAt(prices.history, month, position),
    }));
    await insertAccount(
      transaction,
      {
        account,
        source: prices.source,
        month,
        revision,
        matchedRevision: revision,
        cash: holdings.cash,
        deposited: holdings.cash,
        ordersTaken: 0,
      },
      positions,
      now,
    );
  });
}

function startMonth({ account, settings, prices }: OpenAccountOptions): Temporal.PlainYearMonth {
  const { history, source } = prices;
  const { start } = settings;
  if (start === undefined) {
    return source === 'builtin' ? BUILTIN_START : history.lastMonth;
  }
  if (withinHistory(history, start).equals(start)) return start;
  throw new PaperSetupError(account, [
    {
      file: source === 'builtin' ? 'start' : source,
      line: null,
      problem: `The replay cannot start in ${start.toString()}: there are prices from ${history.firstMonth.toString()} to ${history.lastMonth.toString()}.`,
      nextStep: 'Choose a month between them.',
    },
  ]);
}

/** Prices of one's own without a start are today's: a file that has grown is used to its end. */
function monthAtOpening(
  { settings, prices }: OpenAccountOptions,
  month: Temporal.PlainYearMonth,
): Temporal.PlainYearMonth {
  if (settings.start === undefined && prices.source !== 'builtin') return prices.history.lastMonth;
  return withinHistory(prices.history, month);
}

async function firstHoldings({
  account,
  settings,
  prices,
  directory,
  log,
}: OpenAccountOptions): Promise<{
  readonly cash: Decimal;
  readonly positions: readonly Position[];
}> {
  const { cash, positions, positionsFile } = settings;
  if (positionsFile !== undefined) {
    const imported = await readPositions(account, positionsFile, directory);
    warnOfUnpriced(account, imported.positions, prices.history, log);
    return { cash: cash ?? imported.cash ?? ZERO, positions: imported.positions };
  }
  if (cash === undefined && positions === undefined) {
    return prices.source === 'builtin'
      ? { cash: DEMO_CASH, positions: toPositions(DEMO_POSITIONS) }
      : { cash: CASH_WITHOUT_POSITIONS, positions: [] };
  }
  const held = toPositions(positions ?? {});
  warnOfUnpriced(account, held, prices.history, log);
  return { cash: cash ?? ZERO, positions: held };
}

function toPositions(quantities: Readonly<Record<string, Decimal>>): readonly Position[] {
  return Object.entries(quantities).map(([symbol, quantity]) => ({
    symbol,
    quantity,
    costBasis: null,
  }));
}

/** Planning refuses a book with an unpriced holding; whoever starts the program hears of it first. */
function warnOfUnpriced(
  account: string,
  positions: readonly { readonly symbol: string }[],
  history: PriceHistory,
  log: Log,
): void {
  const symbols = positions.map(({ symbol }) => symbol).filter((symbol) => !history.has(symbol));
  if (symbols.length > 0) {
    log.warn({ account, symbols }, 'paper account holds symbols that its prices do not know');
  }
}

function costAt(
  history: PriceHistory,
  month: Temporal.PlainYearMonth,
  { symbol, quantity }: Position,
): Decimal | null {
  return history.closeIn(symbol, month)?.close.times(quantity) ?? null;
}
