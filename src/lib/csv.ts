/**
 * One line of CSV, RFC 4180, with its line end. Whatever a spreadsheet would run as a formula
 * (https://owasp.org/www-community/attacks/CSV_Injection) gets a leading apostrophe, and so does what
 * begins with an apostrophe already: taking one leading apostrophe away always gives the value back.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: string): string {
  const guarded = /^[=+\-@\t\r\n']/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
