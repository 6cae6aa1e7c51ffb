/**
 * The parts of Slack's Block Kit that are used here, as plain objects: `data_visualization` is not
 * among the types of the SDK yet. https://docs.slack.dev/reference/block-kit/blocks
 */
export type SlackBlock = { readonly type: string } & Readonly<Record<string, unknown>>;

/** The counts of Slack's reference; where two sources differ, the smaller. */
export const LIMITS = {
  blocks: 50,
  viewBlocks: 100,
  text: 3000,
  header: 150,
  fields: 10,
  fieldText: 2000,
  buttonsInRow: 25,
  buttonText: 75,
  buttonValue: 2000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  tableRows: 100,
  tableColumns: 20,
  tableCharacters: 10_000,
  charts: 2,
  chartTitle: 50,
  chartLabel: 20,
  chartAxisLabel: 50,
  chartCategories: 20,
  chartSeries: 6,
  tasks: 50,
  viewTitle: 24,
  viewButton: 24,
  inputLabel: 2000,
  options: 10,
  menuOptions: 100,
  optionText: 75,
  optionValue: 150,
  privateMetadata: 3000,
  /** Of `text` in chat.update: counted in UTF-8 bytes. */
  fallbackBytes: 4000,
} as const;

/**
 * What all blocks of a message may show together. Unpublished; others measured about 13,200 with 100
 * for every block (https://github.com/slackapi/bolt-js/issues/2509).
 */
export const MESSAGE_BUDGET = 12_000;
export const BLOCK_COST = 100;

/** Text that Slack shows as it is. */
export function plainText(text: string): {
  readonly type: string;
  readonly text: string;
  readonly emoji: boolean;
} {
  return { type: 'plain_text', text, emoji: false };
}

/** Text that Slack formats. What goes in from outside must be escaped. */
export function mrkdwn(text: string): SlackBlock {
  return { type: 'mrkdwn', text, verbatim: true };
}

export function section(text: string): SlackBlock {
  return { type: 'section', text: plainText(text) };
}

/** What a block shows, in characters, and its own price. */
export function costOf(block: SlackBlock): number {
  return BLOCK_COST + charactersOf(block);
}

const SHOWN = ['text', 'title'];

function charactersOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + charactersOf(one), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]) =>
      sum + (typeof inner === 'string' && SHOWN.includes(key) ? inner.length : charactersOf(inner)),
    0,
  );
}
