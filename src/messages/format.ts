export {
  formatMoney,
  formatAmount,
  formatSignedMoney,
  formatPayment,
  formatPrice,
  formatQuantity,
  formatPercent,
  formatShortPercent,
  formatSignedPercent,
  formatBasisPoints,
  chartPercent,
  formatCount,
} from '../core/format.ts';

/** Between the parts of a heading or of a line of small facts. */
export const SEPARATOR = ' · ';

/** From before to after. */
export const ARROW = '→';

/** `Ben`, `Ben and Chloe`, `Ben, Chloe and Dev`. */
export function joinNames(names: readonly string[], word: 'and' | 'or' = 'and'): string {
  const last = names.at(-1);
  if (last === undefined) return 'nobody';
  return names.length === 1 ? last : `${names.slice(0, -1).join(', ')} ${word} ${last}`;
}

/** How a proposal is called: `#k3f9xa`. */
export function shortId(proposalId: string): string {
  return `#${proposalId}`;
}

/** The first eight digits of a hash of the audit log. */
export function shortHash(hash: string): string {
  return hash.slice(0, 8);
}

/** Makes a sentence begin with a capital. */
export function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** The first few, and how many more there are: `a, b, c and 12 more`. */
export function listSome(items: readonly string[], most: number, where = ''): string {
  if (items.length <= most) return items.join(', ');
  return `${items.slice(0, most).join(', ')} and ${items.length - most} more${where}`;
}

/** Ends words in a full stop unless they end a sentence already. */
export function withStop(words: string): string {
  return /[.!?]$/u.test(words) ? words : `${words}.`;
}

/** Makes words a sentence: they begin with a capital and end in a full stop. */
export function sentence(words: string): string {
  return withStop(capitalize(words));
}
