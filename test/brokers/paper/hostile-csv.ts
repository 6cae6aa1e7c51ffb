import * as fc from 'fast-check';

/** Files that somebody might hand over: half right, garbled, or nothing like a CSV. */
export function hostileCsv(header: readonly string[]): fc.Arbitrary<string> {
  const cell = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      '',
      '--',
      '"',
      '""',
      ',',
      ';',
      '\t',
      '\n',
      '\r',
      '\0',
      '\uFEFF',
      '\uD800',
      '**',
    ),
    fc.constantFrom('AAPL', 'brk.b', 'SPAXX**', 'Cash & Cash Investments', 'Account Total', 'Cash'),
    fc.constantFrom(
      '120',
      '$1,234.50',
      '(12)',
      '-0',
      '1e999',
      'NaN',
      '-.5',
      '1,23',
      '9'.repeat(400),
    ),
    fc.constantFrom('2026-11-20', '2026-13-45', '11/20/2026', '0000-00-00', '-271821-04-20'),
    fc.constantFrom('__proto__', 'constructor', 'Header', 'Data', 'Open Positions', 'Cash Report'),
  );
  const row = fc.array(cell, { maxLength: 8 }).map((cells) => cells.join(','));
  const quotedRow = fc
    .array(cell, { maxLength: 8 })
    .map((cells) => cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(','));
  const rows = fc.array(fc.oneof(row, quotedRow), { maxLength: 12 });
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
  return fc.oneof(
    fc
      .tuple(rows, rows, lineEnd)
      .map(([before, after, end]) => [...before, header.join(','), ...after].join(end)),
    fc.tuple(rows, lineEnd).map(([after, end]) => [header.join(','), ...after].join(end)),
    fc.string({ unit: 'binary', maxLength: 300 }),
  );
}
