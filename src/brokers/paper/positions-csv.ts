import { ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import { symbolSchema } from '../../core/schemas.ts';
import {
  headerKey,
  isNoValue,
  quoted,
  readAmount,
  readCsvRows,
  refusedCsv,
  type CsvRow,
  type FileProblem,
} from './csv-values.ts';

export interface ImportedPosition {
  readonly symbol: string;
  /** Shares; negative for a short position. */
  readonly quantity: Decimal;
  /** What the whole position cost; null where the file does not say. */
  readonly costBasis: Decimal | null;
}

export type PositionsCsv =
  | {
      readonly type: 'parsed';
      /** By symbol. Lines of one symbol, e.g. in cash and on margin, are added up. */
      readonly positions: readonly ImportedPosition[];
      /** The sum of all cash lines; null when there is none. */
      readonly cash: Decimal | null;
    }
  | { readonly type: 'refused'; readonly problems: readonly FileProblem[] };

/**
 * Names of the columns as headerKey gives them, the preferred first; as exported by Schwab, Fidelity,
 * Interactive Brokers (statements and Flex queries) and Alpaca.
 */
const COLUMNS = {
  symbol: ['symbol', 'ticker', 'tickersymbol', 'asset', 'instrument', 'financialinstrument'],
  quantity: ['quantity', 'qty', 'qtyquantity', 'shares', 'units', 'position'],
  costBasis: ['costbasis', 'costbasistotal', 'totalcostbasis', 'costbasismoney', 'totalcost'],
  averageCost: [
    'averagecostbasis',
    'avgentryprice',
    'averageentryprice',
    'averagecost',
    'averageprice',
    'avgprice',
    'avgcost',
    'costprice',
    'costshare',
    'unitcost',
    'costbasisprice',
  ],
  value: [
    'mktvalmarketvalue',
    'marketvalue',
    'mktvalue',
    'mktval',
    'currentvalue',
    'positionvalue',
    'value',
  ],
  kind: ['securitytype', 'assettype', 'assetcategory', 'assetclass'],
  account: ['accountnumber', 'clientaccountid', 'accountid'],
  discriminator: ['datadiscriminator', 'levelofdetail'],
  side: ['side'],
} as const;
type Column = keyof typeof COLUMNS;
type Columns = Readonly<Record<Column, number | undefined>>;

/** `SPAXX**`: Fidelity marks the cash an account keeps in a money market fund by stars. */
const STARRED = /\*+$/;
const CASH_LINE = /^(cash\b.*|net cash|usd|us dollars?|money market|core)$/i;
const SWEEP_FUNDS = new Set(['SPAXX', 'FDRXX', 'FZFXX', 'FCASH', 'QCASH']);
const TOTAL_LINE = /^(account |portfolio |positions? |grand |sub-?)?totals?\b/i;
/** `AAPL 01/15/2027 150.00 C` is an option, though it reads like a symbol. */
const OPTION = /\d{1,2}\/\d{1,2}\/\d{2,4}|\d{6}[CP]\d/;

/**
 * A CSV of positions as brokers export them: the header need not come first, what stands before it is
 * passed over, and so are totals and notes after it. `$1,234.50`, `(12)` for a negative, cash lines
 * such as `Cash & Cash Investments` or `SPAXX**`.
 * Never throws: every bad line is a problem, and with a problem nothing is taken.
 */
export function parsePositionsCsv(text: string, file: string): PositionsCsv {
  const csv = readCsvRows(text, file);
  if (csv.type === 'refused') return csv;
  const table = findTable(csv.rows);
  if (table === null) {
    return refusedCsv(
      file,
      null,
      'No line names the columns for symbols and quantities.',
      'Export the positions again with their header line, or make the first line "symbol,quantity,cost basis".',
    );
  }
  const totals = new Map<string, ImportedPosition>();
  const problems: FileProblem[] = [];
  const accounts = new Set<string>();
  let cash = statementCash(csv.rows);
  for (const row of table.rows) {
    const line = readLine(row, table.columns, table.width);
    if (line.type === 'cash' || line.type === 'position') {
      accounts.add(row.cells[table.columns.account ?? -1] ?? '');
    }
    switch (line.type) {
      case 'passed_over':
        break;
      case 'problem':
        problems.push({ file, line: row.line, problem: line.problem, nextStep: line.nextStep });
        break;
      case 'cash':
        cash = (cash ?? ZERO).plus(line.amount);
        break;
      case 'position':
        totals.set(
          line.position.symbol,
          addPositions(totals.get(line.position.symbol), line.position),
        );
        break;
    }
  }
  if (accounts.size > 1) {
    problems.push({
      file,
      line: null,
      problem: `The file holds the positions of several accounts: ${[...accounts].slice(0, 5).map(quoted).join(', ')}.`,
      nextStep: 'Export one account at a time.',
    });
  }
  if (problems.length > 0) return { type: 'refused', problems };
  const positions = [...totals.values()]
    .filter((position) => !position.quantity.eq(ZERO))
    .toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
  if (positions.length === 0 && cash === null) {
    return refusedCsv(
      file,
      table.headerLine,
      'There are no positions after the header line.',
      'Add a line for every position, or leave the file out to begin with cash alone.',
    );
  }
  return { type: 'parsed', positions, cash };
}

interface Table {
  readonly headerLine: number;
  readonly columns: Columns;
  readonly width: number;
  readonly rows: readonly CsvRow[];
}

/**
 * The first line that names symbols and quantities, and what belongs to it. In an Interactive Brokers
 * statement every line begins with its section and `Header` or `Data`; only open positions count.
 */
function findTable(rows: readonly CsvRow[]): Table | null {
  const statement = rows.some(({ cells }) => cells[1] === 'Header' || cells[1] === 'Data');
  for (const [index, row] of rows.entries()) {
    const columns = columnsOf(row);
    if (columns.symbol === undefined || columns.quantity === undefined) continue;
    const section = statement && row.cells[1] === 'Header' ? row.cells[0] : undefined;
    if (section !== undefined && headerKey(section) !== 'openpositions') continue;
    const after = rows.slice(index + 1);
    return {
      headerLine: row.line,
      columns,
      width: row.cells.length,
      rows:
        section === undefined
          ? after
          : after.filter(({ cells }) => cells[0] === section && cells[1] === 'Data'),
    };
  }
  return null;
}

function columnsOf(row: CsvRow): Columns {
  const keys = row.cells.map(headerKey);
  const find = (names: readonly string[]): number | undefined =>
    names.map((name) => keys.indexOf(name)).find((index) => index >= 0);
  return {
    symbol: find(COLUMNS.symbol),
    quantity: find(COLUMNS.quantity),
    costBasis: find(COLUMNS.costBasis),
    averageCost: find(COLUMNS.averageCost),
    value: find(COLUMNS.value),
    kind: find(COLUMNS.kind),
    account: find(COLUMNS.account),
    discriminator: find(COLUMNS.discriminator),
    side: find(COLUMNS.side),
  };
}

/** The ending cash of an Interactive Brokers statement, in its base currency. */
function statementCash(rows: readonly CsvRow[]): Decimal | null {
  for (const { cells } of rows) {
    const [section = '', kind, name, currency = '', total = ''] = cells;
    if (headerKey(section) !== 'cashreport' || kind !== 'Data' || name !== 'Ending Cash') continue;
    if (headerKey(currency) === 'basecurrencysummary') return readAmount(total);
  }
  return null;
}

type Line =
  | { readonly type: 'passed_over' }
  | { readonly type: 'cash'; readonly amount: Decimal }
  | { readonly type: 'position'; readonly position: ImportedPosition }
  | { readonly type: 'problem'; readonly problem: string; readonly nextStep: string };

const PASSED_OVER: Line = { type: 'passed_over' };

function readLine(row: CsvRow, columns: Columns, width: number): Line {
  const cell = (column: Column): string => {
    const index = columns[column];
    return index === undefined ? '' : (row.cells[index] ?? '');
  };
  const symbolText = cell('symbol').toUpperCase();
  const quantityText = cell('quantity');
  const filled = row.cells.filter((text) => !isNoValue(text)).length;
  // Notes after the table are sentences in one or two cells; a total names itself.
  if (TOTAL_LINE.test(symbolText) || TOTAL_LINE.test(row.cells[0] ?? '')) return PASSED_OVER;
  if (isNoValue(symbolText) && isNoValue(quantityText)) return PASSED_OVER;
  if (row.cells.length < Math.min(width, 3) && filled <= 1) return PASSED_OVER;
  // One line for every lot repeats what the summary line says.
  if (cell('discriminator').toLowerCase() === 'lot') return PASSED_OVER;

  if (isCash(symbolText, cell('kind'))) return readCashLine(symbolText, cell);
  if (symbolText === 'PENDING ACTIVITY') {
    // Money that trades have yet to settle into: part of what the account can count on.
    const amount = readAmount(cell('value'));
    return amount === null ? PASSED_OVER : { type: 'cash', amount };
  }
  return readPositionLine(symbolText, quantityText, cell);
}

function isCash(symbol: string, kind: string): boolean {
  return (
    STARRED.test(symbol) ||
    CASH_LINE.test(symbol) ||
    SWEEP_FUNDS.has(symbol) ||
    /^(cash\b.*|money market.*)$/i.test(kind)
  );
}

function readCashLine(symbol: string, cell: (column: Column) => string): Line {
  // A share of a money market fund is worth one dollar.
  const text = isNoValue(cell('value')) ? cell('quantity') : cell('value');
  const amount = readAmount(text);
  if (amount === null) {
    return {
      type: 'problem',
      problem: `The cash line ${quoted(symbol)} has no amount: ${quoted(text)}.`,
      nextStep: 'Write the amount with a decimal point, such as 1234.50, or remove the line.',
    };
  }
  return { type: 'cash', amount };
}

function readPositionLine(
  symbolText: string,
  quantityText: string,
  cell: (column: Column) => string,
): Line {
  const symbol = symbolSchema.safeParse(symbolText);
  if (!symbol.success || OPTION.test(symbolText) || /option/i.test(cell('kind'))) {
    return {
      type: 'problem',
      problem: `${quoted(symbolText)} is not the symbol of a stock or fund.`,
      nextStep: 'Remove the line (options and bonds are not supported), or write its symbol.',
    };
  }
  const unsigned = readAmount(quantityText);
  if (unsigned === null) {
    return {
      type: 'problem',
      problem: `The quantity of ${symbol.data} is not a number: ${quoted(quantityText)}.`,
      nextStep: 'Write the number of shares with a decimal point, such as 120 or "1,200.5".',
    };
  }
  const short = cell('side').toLowerCase() === 'short' && unsigned.gt(ZERO);
  const quantity = short ? unsigned.neg() : unsigned;
  const costBasis = readCostBasis(quantity, cell);
  if (costBasis === 'unreadable') {
    return {
      type: 'problem',
      problem: `The cost of ${symbol.data} is not an amount: ${quoted(cell('costBasis') || cell('averageCost'))}.`,
      nextStep: 'Write the cost of the whole position, such as 18000.00, or leave the field empty.',
    };
  }
  return { type: 'position', position: { symbol: symbol.data, quantity, costBasis } };
}

function readCostBasis(
  quantity: Decimal,
  cell: (column: Column) => string,
): Decimal | null | 'unreadable' {
  const total = cell('costBasis');
  if (!isNoValue(total)) {
    const amount = readAmount(total);
    if (amount === null) return 'unreadable';
    // A short position's cost is negative, whether the exporter writes the sign or not.
    return quantity.lt(ZERO) ? amount.abs().neg() : amount;
  }
  const average = cell('averageCost');
  if (isNoValue(average)) return null;
  const amount = readAmount(average);
  return amount === null ? 'unreadable' : amount.times(quantity);
}

function addPositions(
  known: ImportedPosition | undefined,
  added: ImportedPosition,
): ImportedPosition {
  if (known === undefined) return added;
  return {
    symbol: known.symbol,
    quantity: known.quantity.plus(added.quantity),
    costBasis:
      known.costBasis === null || added.costBasis === null
        ? null
        : known.costBasis.plus(added.costBasis),
  };
}
