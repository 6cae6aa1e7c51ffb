/**
 * The book of the broker benches: 25 symbols too heavy by 100 shares, 25 too light by as much, and one
 * that lacks too little to be traded.
 */

export const PRICE = '100';
/** The default buffer of the account, $5,025.13, and what the untraded symbol lacks. */
const CASH = '10025.13';
const SALES = 25;
const PURCHASES = 25;
export const LEGS = SALES + PURCHASES;

export interface Holding {
  readonly symbol: string;
  readonly quantity: string;
}

const symbol = (letter: string, index: number) =>
  `${letter}${String.fromCodePoint(65 + Math.floor(index / 26), 65 + (index % 26))}`;
const UNTRADED: Holding = { symbol: 'UNT', quantity: '450' };

export const BOOK: { readonly cash: string; readonly holdings: readonly Holding[] } = {
  cash: CASH,
  holdings: [
    ...Array.from({ length: SALES }, (_, index) => ({
      symbol: symbol('S', index),
      quantity: '290',
    })),
    ...Array.from({ length: PURCHASES }, (_, index) => ({
      symbol: symbol('B', index),
      quantity: '90',
    })),
    UNTRADED,
  ],
};

export interface BenchOrder extends Holding {
  readonly side: 'sell' | 'buy';
  readonly limitPrice: string;
}

/** The orders that the plan for the book comes to, with limits half a percent away. */
export const ORDERS: readonly BenchOrder[] = BOOK.holdings
  .filter((holding) => holding !== UNTRADED)
  .map(({ symbol: name }, index) => ({
    symbol: name,
    quantity: '100',
    ...(index < SALES
      ? { side: 'sell', limitPrice: '99.50' }
      : { side: 'buy', limitPrice: '100.50' }),
  }));

/**
 * @param broker the account's lines that say which broker and how, in YAML.
 * @param cashBuffer in YAML; null for the product's default, 0.5% of the account, which covers what limits
 *   half a percent from the prices may cost more.
 */
export function portfoliosOf(broker: string, cashBuffer: string | null): string {
  const targets = BOOK.holdings.map(
    (holding) => `      ${holding.symbol}: ${holding === UNTRADED ? '5%' : '1.9%'}`,
  );
  return `
accounts:
  core:
${broker}
    targets:
${targets.join('\n')}
    policy:${cashBuffer === null ? '' : `\n      cashBuffer: ${cashBuffer}`}
      minimumTrade: $6000
      lots: whole
    approvals: { votes: 1, allowOwnProposals: false, expiresAfter: 1 hour, priceTolerance: 1% }
    orders: { type: limit, collar: 50 bp, timeLimit: 2 minutes }
    channels: []
people:
  ana: { name: Ana, role: proposer, web: ana }
  ben: { name: Ben, role: approver, web: ben }
`;
}
