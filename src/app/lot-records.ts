import type { AccountSettings } from '../core/account.ts';
import { addTrades, lotRecord, readLots } from '../core/compliance/lot-record.ts';
import type { LotHistory, LotQuestion, LotRecord } from '../core/compliance/lot-record.ts';
import type { FillMark, RecordedTrade, TradeReads } from '../ports/trade-store.ts';

/** The lots of accounts, kept between questions so that each fill is replayed once. */
export interface LotRecords {
  /**
   * The lots of these symbols and the sales that led there, as the record is for `store`.
   * @param heldOf what the broker said was held of a symbol.
   */
  read(
    store: TradeReads,
    account: AccountSettings,
    symbols: readonly string[],
    ask: Pick<LotQuestion, 'salesSince'> & {
      readonly heldOf: (symbol: string) => LotQuestion['held'];
    },
  ): Promise<readonly LotHistory[]>;
}

/** What is kept of an account: the fills up to a mark. */
interface AccountRecord {
  readonly mark: FillMark;
  /** By symbol. One that is not here was not asked for yet, or must be read again. */
  readonly records: Map<string, LotRecord>;
}

/**
 * Only what is committed is kept: a transaction that has written fills gets a copy of its own, which is
 * forgotten. What is kept is made from the fills up to its mark and nothing else, so that a reader that
 * comes late can only keep less than there is.
 */
export function createLotRecords(): LotRecords {
  const accounts = new Map<string, AccountRecord>();

  /** The account's record with everything that `store` knows. */
  async function upToDate(store: TradeReads, account: string): Promise<AccountRecord> {
    // First the mark: what is recorded while we read is read again the next time.
    const mark = await store.readFillMark();
    const kept = accounts.get(account);
    if (kept === undefined || isBehind(mark, kept.mark)) {
      return keep(account, { mark, records: new Map() });
    }
    if (mark.fills === kept.mark.fills && mark.corrections === kept.mark.corrections) {
      return kept;
    }
    const records = new Map(kept.records);
    if (mark.corrections > kept.mark.corrections) {
      const corrected = await store.listCorrectedSymbols(account, kept.mark.corrections);
      for (const symbol of corrected) records.delete(symbol);
    }
    const after = kept.mark.fills;
    const trades =
      mark.fills > after ? await store.listTrades({ account, after, through: mark.fills }) : [];
    for (const [symbol, added] of bySymbol(trades)) {
      const record = records.get(symbol);
      if (record === undefined) continue;
      const longer = addTrades(record, added);
      if (longer === null) records.delete(symbol);
      else records.set(symbol, longer);
    }
    return keep(account, { mark, records });
  }

  function keep(account: string, record: AccountRecord): AccountRecord {
    const now = accounts.get(account);
    // Another reader may have come further in the meantime.
    const isNewer = now === undefined || !isBehind(record.mark, now.mark);
    if (record.mark.isCommitted && isNewer) accounts.set(account, record);
    return record;
  }

  /** Reads the symbols that are not there. */
  async function complete(
    store: TradeReads,
    account: string,
    { mark, records }: AccountRecord,
    symbols: readonly string[],
  ): Promise<void> {
    const absent = symbols.filter((symbol) => !records.has(symbol));
    if (absent.length === 0) return;
    const filter = { account, symbols: absent, through: mark.fills };
    const trades = bySymbol(await store.listTrades(filter));
    for (const symbol of absent) records.set(symbol, lotRecord(symbol, trades.get(symbol) ?? []));
  }

  return {
    async read(store, account, symbols, { heldOf, salesSince }) {
      const kept = await upToDate(store, account.name);
      const method = account.compliance.taxLots;
      const histories = new Map<string, LotHistory>();
      const tell = (symbol: string): void => {
        const record = kept.records.get(symbol);
        if (record === undefined) return;
        const told = readLots(record, { held: heldOf(symbol), method, salesSince });
        if (told === null) {
          kept.records.delete(symbol);
          return;
        }
        kept.records.set(symbol, told.record);
        histories.set(symbol, told.history);
      };
      symbols.forEach(tell);
      const rest = symbols.filter((symbol) => !histories.has(symbol));
      await complete(store, account.name, kept, rest);
      rest.forEach(tell);
      return symbols.flatMap((symbol) => histories.get(symbol) ?? []);
    },
  };
}

/** Whether a database is not the one that grew to the mark: nothing in it is ever deleted. */
function isBehind(mark: FillMark, kept: FillMark): boolean {
  return mark.fills < kept.fills || mark.corrections < kept.corrections;
}

function bySymbol(trades: readonly RecordedTrade[]): ReadonlyMap<string, readonly RecordedTrade[]> {
  return Map.groupBy(trades, (trade) => trade.symbol);
}
