/** Share classes: `BRK.B` here and at most brokers is `BRK B` at IB. */
export const toIbSymbol = (symbol: string): string => symbol.replaceAll('.', ' ');

export const fromIbSymbol = (symbol: string): string => symbol.replaceAll(' ', '.');
