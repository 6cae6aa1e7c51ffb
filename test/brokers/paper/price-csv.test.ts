import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePriceCsv } from '../../../src/brokers/paper/price-csv.ts';
import { createPriceHistory } from '../../../src/brokers/paper/price-history.ts';
import { hostileCsv } from './hostile-csv.ts';

/** The points as text, or the problems as `line: sentence`. */
function read(text: string): readonly string[] {
  const result = parsePriceCsv(text, 'prices.csv');
  return result.type === 'parsed'
    ? result.points.map(
        ({ date, symbol, close }) => `${date.toString()} ${symbol} ${close.toFixed()}`,
      )
    : result.problems.map(({ line, problem }) => `${line ?? 'file'}: ${problem}`);
}

describe('a column of volumes', () => {
  const volumes = (text: string) => {
    const result = parsePriceCsv(text, 'prices.csv');
    return result.type === 'parsed'
      ? result.points.map(({ volume }) => volume?.toFixed() ?? null)
      : result.problems.map(({ line, problem }) => `${line ?? 'file'}: ${problem}`);
  };

  test.each<[string, string, readonly (string | null)[]]>([
    ['is read', '1250000', ['1250000']],
    ['with separators', '"1,250,000"', ['1250000']],
    ['may be empty', '', [null]],
    ['or say that it is not known', 'N/A', [null]],
    ['is refused when it is no number', '1.2M', ['2: "1.2M" is not a volume.']],
    ['or less than nothing', '-5', ['2: "-5" is not a volume.']],
  ])('%s', (_, cell, expected) => {
    expect(volumes(`date,symbol,close,volume\n2026-11-20,AAPL,1,${cell}\n`)).toEqual(expected);
  });

  test('need not be there', () => {
    expect(volumes('date,symbol,close\n2026-11-20,AAPL,1\n')).toEqual([null]);
  });

  test.each<[string, readonly (readonly [day: string, volume: string])[], string | null]>([
    [
      'of days is averaged',
      [
        ['2026-11-18', '100'],
        ['2026-11-19', '200'],
        ['2026-11-20', ''],
      ],
      '150',
    ],
    ['of one day is that day', [['2026-11-20', '70']], '70'],
    [
      'after the month does not count',
      [
        ['2026-11-19', '70'],
        ['2026-11-20', '70'],
        ['2026-12-01', '9'],
      ],
      '70',
    ],
    // What is a month's volume would let a limit through that is one of a day.
    [
      'of months is none of a day',
      [
        ['2026-09', '9'],
        ['2026-10', '9'],
        ['2026-11', '9'],
      ],
      null,
    ],
  ])('%s', (_, rows, expected) => {
    const lines = rows.map(([day, volume]) => `${day},AAPL,1,${volume}`);
    const parsed = parsePriceCsv(['date,symbol,close,volume', ...lines].join('\n'), 'prices.csv');
    if (parsed.type !== 'parsed') throw new Error('the file can be read');
    const history = createPriceHistory(parsed.points);
    const month = Temporal.PlainYearMonth.from('2026-11');
    expect(history.averageVolumeIn('AAPL', month)?.toFixed() ?? null).toBe(expected);
  });
});

describe('a CSV of prices', () => {
  test.each<[string, string, readonly string[]]>([
    ['plain', 'date,symbol,close\n2026-11-20,AAPL,223.10\n', ['2026-11-20 AAPL 223.1']],
    [
      'with a byte order mark, CRLF, spaces and quotes',
      '\uFEFF"Date", "Symbol" ,Close\r\n2026-11-20, "aapl" ,"$1,223.10"\r\n\r\n',
      ['2026-11-20 AAPL 1223.1'],
    ],
    [
      'with other names, other columns, another order',
      'Volume,Ticker,Adj. Close,Day\n10,BRK.B,512.5,2026-11-20T16:00:00Z\n',
      ['2026-11-20 BRK.B 512.5'],
    ],
    [
      "with the exchange's header",
      'Date,Symbol,Close/Last\n11/20/2026,AAPL,$223.10',
      ['2026-11-20 AAPL 223.1'],
    ],
    ['by semicolons', 'date;symbol;close\n2026-11;AAPL;223.10', ['2026-11-30 AAPL 223.1']],
    ['by tabs', 'date\tsymbol\tclose\n2026-11-20\tAAPL\t.5', ['2026-11-20 AAPL 0.5']],
    ['with old Mac line ends', 'date,symbol,close\r2026-11-20,AAPL,1', ['2026-11-20 AAPL 1']],
  ])('%s', (_title, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each<[string, string, readonly string[]]>([
    ['empty', '', ['file: The file is empty.']],
    ['of blank lines', '\n \n', ['file: The file is empty.']],
    [
      'without its columns',
      'day,price\n2026-11-20,1',
      ['1: The first line does not name the columns date, symbol and close.'],
    ],
    ['without prices', '\ndate,symbol,close\n', ['2: There are no prices after the first line.']],
    [
      'with bad lines, each of which is told',
      [
        'date,symbol,close',
        '2026-11-20,AAPL,223.10',
        '2026-02-30,AAPL,1',
        '20.11.2026,AAPL,1',
        '1970-01-01,AAPL,1',
        '2026-11-20,,1',
        '2026-11-20,"=cmd|\' /C calc\'!A0",1',
        '2026-11-20,IBM,"1.234,50"',
        '2026-11-20,IBM,0',
        '2026-11-20,IBM,(5)',
        '2026-11-20,IBM,1e5',
        '2026-11-20,IBM,NaN',
        '2026-11-20,IBM',
        '2026-11-20,aapl,224.00',
      ].join('\n'),
      [
        '3: "2026-02-30" is not a date.',
        '4: "20.11.2026" is not a date.',
        '5: "1970-01-01" is not a date.',
        '6: "" is not a symbol.',
        '7: "=cmd|\' /C calc\'!A0" is not a symbol.',
        '8: "1.234,50" is not a price.',
        '9: The close of IBM is "0"; a price is above zero.',
        '10: The close of IBM is "(5)"; a price is above zero.',
        '11: "1e5" is not a price.',
        '12: "NaN" is not a price.',
        '13: "" is not a price.',
        '14: AAPL has a close on 2026-11-20 already, in line 2.',
      ],
    ],
    [
      'with a quote that is never closed',
      'date,symbol,close\n2026-11-20,"AAPL,1\n2026-11-21,AAPL,1',
      [
        '2: The line is not valid CSV: a quote is opened or closed in the wrong place, or the line is too long.',
      ],
    ],
    [
      'with bad lines after a field of several lines',
      'date,symbol,close,note\n2026-11-20,AAPL,1,"two\nlines"\n\n2026-11-21,AAPL,x,',
      ['5: "x" is not a price.'],
    ],
  ])('%s is refused as a whole', (_title, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test('names the file and says what to do', () => {
    expect(parsePriceCsv('date,symbol,close\n2026-11-20,AAPL,x', 'my prices.csv')).toEqual({
      type: 'refused',
      problems: [
        {
          file: 'my prices.csv',
          line: 2,
          problem: '"x" is not a price.',
          nextStep: 'Write the close with a decimal point, such as 223.10 or "1,234.50".',
        },
      ],
    });
  });

  test('gives back every price exactly as it was written', () => {
    const row = fc.record({
      day: fc.integer({ min: 0, max: 9000 }),
      symbol: fc.stringMatching(/^[A-Z][A-Z0-9.]{0,5}$/),
      close: fc.tuple(fc.nat(10 ** 9), fc.nat(9999)).map(([whole, part]) => `${whole}.${part}1`),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(row, {
          minLength: 1,
          maxLength: 30,
          selector: (r) => `${r.day} ${r.symbol}`,
        }),
        fc.constantFrom('\n', '\r\n'),
        (rows, lineEnd) => {
          const lines = rows.map(({ day, symbol, close }) => {
            const date = Temporal.PlainDate.from('2000-01-01').add({ days: day }).toString();
            return { date, symbol, close };
          });
          const text = [
            'date,symbol,close',
            ...lines.map(({ date, symbol, close }) => `${date},${symbol},${close}`),
          ].join(lineEnd);
          expect(read(text)).toEqual(
            lines.map(({ date, symbol, close }) => `${date} ${symbol} ${close}`),
          );
        },
      ),
    );
  });

  test('never throws: it is read, or every problem has a sentence', () => {
    let readable = 0;
    const answers = fc.property(hostileCsv(['date', 'symbol', 'close']), (text) => {
      const result = parsePriceCsv(text, 'prices.csv');
      if (result.type === 'parsed') {
        readable += 1;
        return result.points.length > 0;
      }
      return (
        result.problems.length > 0 &&
        result.problems.every(
          ({ problem, nextStep }) => problem.endsWith('.') && nextStep.endsWith('.'),
        )
      );
    });
    fc.assert(answers, { numRuns: 500 });
    expect(readable).toBeLessThan(500);
  });
});
