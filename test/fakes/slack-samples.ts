/** Pieces of Block Kit that tests put together. */

export const plain = (text: string) => ({ type: 'plain_text', text });
export const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
export const x = (length: number) => 'x'.repeat(length);
export const button = (more: object = {}) => ({
  type: 'button',
  action_id: 'a',
  text: plain('Go'),
  ...more,
});
export const actions = (...elements: object[]) => ({ type: 'actions', elements });
export const section = (more: object = {}) => ({ type: 'section', text: mrkdwn('hello'), ...more });
export const input = (element: object, more: object = {}) => ({
  type: 'input',
  block_id: 'i',
  label: plain('Label'),
  element,
  ...more,
});
export const typed = { type: 'plain_text_input', action_id: 't' };
export const option = (value: string, text = value) => ({ text: plain(text), value });
export const richText = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
});
export const cell = (text: string) => ({ type: 'raw_text', text });
export const table = (rows: number, columns: number, text = 'x') => ({
  type: 'table',
  rows: Array.from({ length: rows }, () => Array.from({ length: columns }, () => cell(text))),
});
export const dataTable = (rows: number, columns = 2, more: object = {}) => ({
  ...table(rows, columns),
  type: 'data_table',
  caption: 'Orders',
  ...more,
});
export const chart = (names: readonly string[], labels: readonly string[], more: object = {}) => ({
  type: 'data_visualization',
  title: 'Drift',
  chart: {
    type: 'bar',
    series: names.map((name) => ({ name, data: labels.map((label) => ({ label, value: 1 })) })),
    axis_config: { categories: labels },
  },
  ...more,
});
export const pie = (segments: readonly object[]) => ({
  type: 'data_visualization',
  title: 'Weights',
  chart: { type: 'pie', segments },
});
export const task = (id: string, more: object = {}) => ({
  task_id: id,
  title: 'SELL AAPL',
  ...more,
});
export const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
export const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
