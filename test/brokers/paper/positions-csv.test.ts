import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePositionsCsv } from '../../../src/brokers/paper/positions-csv.ts';
import { hostileCsv } from './hostile-csv.ts';

/** `symbol quantity costBasis` by line, `cash amount`; or the problems as `line: sentence`. */
function read(text: string): readonly string[] {
  const result = parsePositionsCsv(text, 'positions.csv');
  if (result.type === 'refused') {
    return result.problems.map(({ line, problem }) => `${line ?? 'file'}: ${problem}`);
  }
  const positions = result.positions.map(
    ({ symbol, quantity, costBasis }) =>
      `${symbol} ${quantity.toFixed()} ${costBasis?.toFixed() ?? '-'}`,
  );
  return result.cash === null ? positions : [...positions, `cash ${result.cash.toFixed()}`];
}

const SCHWAB = `"Positions for account Individual ...123 as of 04:09 PM ET, 2026/11/20"

"Symbol","Description","Qty (Quantity)","Price","Price Chng $ (Price Change $)","Mkt Val (Market Value)","Day Chng $ (Day Change $)","Cost Basis","Gain $ (Gain/Loss $)","Reinvest?","Security Type",
"AAPL","APPLE INC","1,200","$223.10","-$1.20","$267,720.00","-$1,440.00","$180,000.50","$87,719.50","No","Equity",
"BRK/B","BERKSHIRE HATHAWAY","10","$512.50","$0.00","$5,125.00","$0.00","--","--","No","Equity",
"Cash & Cash Investments","--","--","--","--","$12,345.67","$0.00","--","--","--","Cash and Money Market",
"Account Total","--","--","--","--","$285,190.67","-$1,440.00","$180,000.50","$87,719.50","--","--",
`;

const FIDELITY = `\uFEFFAccount Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,Today's Gain/Loss Dollar,Total Gain/Loss Dollar,Percent Of Account,Cost Basis Total,Average Cost Basis,Type\r
X12345678,Individual,SPAXX**,HELD IN MONEY MARKET,,,,$5000.00,,,2.34%,,,Cash,\r
X12345678,Individual,AAPL,APPLE INC,120,$223.10,-$1.20,$26772.00,-$144.00,+$8772.00,12.3%,$18000.00,$150.00,Cash,\r
X12345678,Individual,AAPL,APPLE INC,10.5,$223.10,-$1.20,$2342.55,-$12.60,+$767.55,1.2%,$1575.00,$150.00,Margin,\r
X12345678,Individual,Pending Activity,,,,,-$123.45,,,,,,\r
\r
"The data and information in this spreadsheet is provided to you solely for your use and is not for distribution."\r
\r
"Date downloaded Nov-20-2026 4:05 p.m ET"\r
`;

const IBKR_STATEMENT = `Statement,Header,Field Name,Field Value
Statement,Data,BrokerName,Interactive Brokers LLC
Cash Report,Header,Currency Summary,Currency,Total,Securities,Futures,
Cash Report,Data,Starting Cash,Base Currency Summary,1000,1000,0,
Cash Report,Data,Ending Cash,Base Currency Summary,2345.678901,2345.678901,0,
Cash Report,Data,Ending Cash,USD,2345.678901,2345.678901,0,
Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds
Trades,Data,Order,Stocks,USD,MSFT,"2026-11-20, 10:00:00",50,400,400,-20000
Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Mult,Cost Price,Cost Basis,Close Price,Value,Unrealized P/L,Code
Open Positions,Data,Summary,Stocks,USD,AAPL,120,1,150,18000,223.1,26772,8772,
Open Positions,Data,Lot,Stocks,USD,AAPL,120,1,150,18000,223.1,26772,8772,ST
Open Positions,Data,Summary,Stocks,USD,TSLA,-5,1,200,-1000,210,-1050,-50,
Open Positions,Total,,Stocks,USD,,,,,17000,,25722,8722,
`;

const IBKR_FLEX = `"ClientAccountID","CurrencyPrimary","AssetClass","Symbol","Quantity","MarkPrice","PositionValue","CostBasisMoney"
"U123","USD","STK","AAPL","120","223.1","26772","18000"
"U123","USD","STK","IBM","40","125.4","5016","5000.25"
`;

const ALPACA = `symbol,qty,side,avg_entry_price,market_value,cost_basis
AAPL,120.123456789,long,150.00,26799.54,18018.51851835
TSLA,5,short,200,-1050.00,-1000
`;

describe('a CSV of positions', () => {
  test.each<[string, string, readonly string[]]>([
    ['Schwab', SCHWAB, ['AAPL 1200 180000.5', 'BRK/B 10 -', 'cash 12345.67']],
    ['Fidelity', FIDELITY, ['AAPL 130.5 19575', 'cash 4876.55']],
    [
      'an Interactive Brokers statement',
      IBKR_STATEMENT,
      ['AAPL 120 18000', 'TSLA -5 -1000', 'cash 2345.678901'],
    ],
    ['an Interactive Brokers Flex query', IBKR_FLEX, ['AAPL 120 18000', 'IBM 40 5000.25']],
    ['Alpaca', ALPACA, ['AAPL 120.123456789 18018.51851835', 'TSLA -5 -1000']],
    [
      'one typed by hand',
      'Ticker;Shares;Avg Cost\naapl;"1,200.5";$10.10\nCash;300.25;\nTSLA;(5);20\n',
      ['AAPL 1200.5 12125.05', 'TSLA -5 -100', 'cash 300.25'],
    ],
    ['one with cash alone', 'symbol,quantity\nUSD,1000\n', ['cash 1000']],
    ['one with a position that is sold out', 'symbol,quantity\nAAPL,0\nIBM,1', ['IBM 1 -']],
  ])('of %s', (_title, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each<[string, string, readonly string[]]>([
    ['empty', '', ['file: No line names the columns for symbols and quantities.']],
    [
      'without a header',
      'AAPL,120\nIBM,40',
      ['file: No line names the columns for symbols and quantities.'],
    ],
    [
      'with nothing in it',
      'note\nsymbol,quantity\n\nTotal,5',
      ['2: There are no positions after the header line.'],
    ],
    [
      'with bad lines, each of which is told',
      [
        'my positions',
        'symbol,quantity,cost basis',
        'AAPL,120,100',
        'AAPL 01/15/2027 150.00 C,1,50',
        '-AAPL270115C150,1,50',
        'IBM,many,1',
        'MSFT,,1',
        'AMZN,1.234.5,1',
        'GOOG,1,about 5',
        '"Cash & Cash Investments",--,--',
        '912797KJ5 0.0% 2027,1000,990',
      ].join('\n'),
      [
        '4: "AAPL 01/15/2027 150.00 C" is not the symbol of a stock or fund.',
        '5: "-AAPL270115C150" is not the symbol of a stock or fund.',
        '6: The quantity of IBM is not a number: "many".',
        '7: The quantity of MSFT is not a number: "".',
        '8: The quantity of AMZN is not a number: "1.234.5".',
        '9: The cost of GOOG is not an amount: "about 5".',
        '10: The cash line "CASH & CASH INVESTMENTS" has no amount: "--".',
        '11: "912797KJ5 0.0% 2027" is not the symbol of a stock or fund.',
      ],
    ],
    [
      'with several accounts in it',
      'Account Number,Symbol,Quantity\nX1,AAPL,1\nX2,SPAXX**,5\n',
      ['file: The file holds the positions of several accounts: "X1", "X2".'],
    ],
    [
      'with an open quote',
      'symbol,quantity\n"AAPL,1\nIBM,2',
      [
        '2: The line is not valid CSV: a quote is opened or closed in the wrong place, or the line is too long.',
      ],
    ],
  ])('%s is refused as a whole', (_title, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test('does not depend on the order of its lines', () => {
    const lines = ['AAPL,120,100', 'IBM,40.5,2000', 'SPAXX**,5,', 'AAPL,1,10', 'TSLA,(5),(100)'];
    fc.assert(
      fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
        expect(read(['symbol,quantity,cost basis', ...shuffled].join('\n'))).toEqual([
          'AAPL 121 110',
          'IBM 40.5 2000',
          'TSLA -5 -100',
          'cash 5',
        ]);
      }),
    );
  });

  test('never throws: it is read, or every problem has a sentence', () => {
    let readable = 0;
    const answers = fc.property(
      hostileCsv(['symbol', 'quantity', 'cost basis', 'value']),
      (text) => {
        const result = parsePositionsCsv(text, 'positions.csv');
        if (result.type === 'parsed') {
          readable += 1;
          return result.positions.length > 0 || result.cash !== null;
        }
        return (
          result.problems.length > 0 &&
          result.problems.every(
            ({ problem, nextStep }) => problem.endsWith('.') && nextStep.endsWith('.'),
          )
        );
      },
    );
    fc.assert(answers, { numRuns: 500 });
    expect(readable).toBeLessThan(500);
  });
});
