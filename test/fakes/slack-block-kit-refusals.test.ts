import { describe, expect, test } from 'vitest';
import {
  actions,
  button,
  cell,
  chart,
  dataTable,
  input,
  many,
  mrkdwn,
  names,
  option,
  pie,
  plain,
  section,
  table,
  task,
  x,
} from './slack-samples.ts';
import { validateSlackMessage } from './slack/index.ts';

/** One case a limit of Block Kit, each one beyond its edge. */

const message = (...blocks: object[]): string[] =>
  validateSlackMessage({ text: 'fallback', blocks });

describe('what Slack refuses in a message', () => {
  test.each<[string, object | readonly object[], string]>([
    [
      '51 blocks',
      many(51, () => ({ type: 'divider' })),
      'no more than 50 items allowed [json-pointer:/blocks]',
    ],
    [
      'an unknown block',
      { type: 'chart' },
      'unsupported type: chart [json-pointer:/blocks/0/type]',
    ],
    ['a block without a type', { text: plain('a') }, 'missing required field: type'],
    [
      'an unknown property',
      section({ color: 'red' }),
      'invalid additional property: color [json-pointer:/blocks/0]',
    ],
    ['a section without text', { type: 'section' }, 'must define either `text` or `fields`'],
    [
      'an empty text',
      section({ text: mrkdwn('') }),
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      '3,001 characters',
      section({ text: mrkdwn(x(3001)) }),
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
    ['11 fields', section({ fields: many(11, () => plain('a')) }), 'no more than 10 items allowed'],
    [
      'a field of 2,001 characters',
      section({ fields: [plain(x(2001))] }),
      'must be less than 2001',
    ],
    [
      'mrkdwn in a header',
      { type: 'header', text: mrkdwn('a') },
      'failed to match all allowed schemas',
    ],
    [
      'a header of 151 characters',
      { type: 'header', text: plain(x(151)) },
      'must be less than 151',
    ],
    [
      'emoji on mrkdwn',
      section({ text: { ...mrkdwn('a'), emoji: true } }),
      'invalid additional property: emoji',
    ],
    [
      '11 elements of a context',
      { type: 'context', elements: many(11, () => mrkdwn('a')) },
      'no more than 10',
    ],
    [
      '26 elements of actions',
      actions(...many(26, (index) => button({ action_id: `${index}` }))),
      'no more than 25',
    ],
    ['no elements of actions', actions(), 'no fewer than 1'],
    ['a text among actions', actions(mrkdwn('a')), 'unsupported type: mrkdwn'],
    ['a button text of 76', actions(button({ text: plain(x(76)) })), 'must be less than 76'],
    ['a value of 2,001', actions(button({ value: x(2001) })), 'must be less than 2001'],
    ['an action id of 256', actions(button({ action_id: x(256) })), 'must be less than 256'],
    ['a block id of 256', section({ block_id: x(256) }), 'must be less than 256'],
    [
      'a button that is disabled',
      actions(button({ disabled: true })),
      'invalid additional property: disabled',
    ],
    ['an unknown style', actions(button({ style: 'plain' })), 'must be one of: primary, danger'],
    ['a url that is none', actions(button({ url: 'javascript:alert(1)' })), 'invalid url'],
    [
      'a confirmation without a title',
      actions(button({ confirm: { text: plain('a'), confirm: plain('b'), deny: plain('c') } })),
      'missing required field: title',
    ],
    [
      'a confirmation of 301',
      actions(
        button({
          confirm: {
            title: plain('t'),
            text: plain(x(301)),
            confirm: plain('b'),
            deny: plain('c'),
          },
        }),
      ),
      'must be less than 301',
    ],
    [
      'one action id twice in a block',
      actions(button(), button()),
      '`action_id` a already exists for another element [json-pointer:/blocks/0/elements/1/action_id]',
    ],
    [
      'one block id twice',
      [section({ block_id: 'b' }), section({ block_id: 'b' })],
      '`block_id` b already exists',
    ],
    [
      '101 options',
      actions({ type: 'static_select', options: many(101, (index) => option(`${index}`)) }),
      'no more than 100',
    ],
    [
      'an option text of 76',
      actions({ type: 'static_select', options: [option('a', x(76))] }),
      'must be less than 76',
    ],
    [
      'an option value of 151',
      actions({ type: 'static_select', options: [option(x(151), 'a')] }),
      'must be less than 151',
    ],
    [
      'a start option that is none',
      actions({ type: 'static_select', options: [option('a')], initial_option: option('b') }),
      'must exactly match one of the options',
    ],
    [
      'options and groups',
      actions({
        type: 'static_select',
        options: [option('a')],
        option_groups: [{ label: plain('g'), options: [option('b')] }],
      }),
      'either `options` or `option_groups`',
    ],
    [
      '6 entries of an overflow menu',
      actions({ type: 'overflow', options: many(6, (index) => option(`${index}`)) }),
      'no more than 5',
    ],
    [
      '11 checkboxes',
      actions({ type: 'checkboxes', options: many(11, (index) => option(`${index}`)) }),
      'no more than 10',
    ],
    [
      'an image without alt text',
      { type: 'image', image_url: 'https://example.com/a.png' },
      'missing required field: alt_text',
    ],
    ['an image of nothing', { type: 'image', alt_text: 'a' }, 'either `image_url` or `slack_file`'],
    ['an alert: it is for modals', { type: 'alert', text: plain('a') }, 'unsupported type: alert'],
    [
      'a file block',
      { type: 'file', source: 'remote', external_id: 'a' },
      'unsupported type: file',
    ],
    [
      'a number input: it is for modals',
      input({ type: 'number_input', is_decimal_allowed: true }),
      'unsupported type: number_input',
    ],
    ['a table of 101 rows', table(101, 1), 'no more than 100'],
    ['a table of 21 columns', table(1, 21), 'no more than 20'],
    ['an empty cell', table(1, 1, ''), 'must be more than 0 characters'],
    [
      'a number cell without text',
      { type: 'table', rows: [[{ type: 'raw_number', value: 1 }]] },
      'missing required field: text',
    ],
    [
      'a number cell of text',
      { type: 'table', rows: [[{ type: 'raw_number', value: '1', text: '1' }]] },
      'must provide a number',
    ],
    [
      'a table of 10,001 characters',
      table(73, 1, x(137)),
      'must be less than 10001 characters [json-pointer:/blocks/0/rows]',
    ],
    ['two tables', [table(1, 1), dataTable(2)], 'invalid_attachments: only_one_table_allowed'],
    [
      'two tables, one in a container',
      [table(1, 1), { type: 'container', title: plain('a'), child_blocks: [table(1, 1)] }],
      'only_one_table_allowed',
    ],
    [
      'a data table without a caption',
      { ...dataTable(2), caption: undefined },
      'missing required field: caption',
    ],
    ['a data table of its header alone', dataTable(1), 'no fewer than 2'],
    [
      'rows of different widths',
      { ...dataTable(2), rows: [[cell('a'), cell('b')], [cell('c')]] },
      'must have 2 cells',
    ],
    ['a chart title of 51', chart(['a'], ['b'], { title: x(51) }), 'must be less than 51'],
    ['7 series', chart(names(7), ['a']), 'no more than 6'],
    ['21 categories', chart(['a'], names(21)), 'no more than 20'],
    ['a label of 21', chart(['a'], [x(21)]), 'must be less than 21'],
    ['two series of one name', chart(['a', 'a'], ['b']), 'series names must be unique'],
    ['a value as text', pie([{ label: 'a', value: '1' }]), 'must provide a number'],
    ['a pie of nothing', pie([{ label: 'a', value: 0 }]), 'must be greater than 0'],
    ['7 segments', pie(many(7, (index) => ({ label: `${index}`, value: 1 }))), 'no more than 6'],
    [
      'an unknown chart',
      { type: 'data_visualization', title: 'a', chart: { type: 'donut' } },
      'unsupported type: donut',
    ],
    ['three charts', many(3, () => chart(['a'], ['b'])), 'no more than 2 data_visualization'],
    [
      '51 tasks',
      { type: 'plan', title: 'a', tasks: many(51, (index) => task(`${index}`)) },
      'no more than 50',
    ],
    [
      'one task id twice',
      { type: 'plan', title: 'a', tasks: [task('1'), task('1')] },
      'task_id 1 already exists',
    ],
    [
      'an unknown status',
      { type: 'plan', title: 'a', tasks: [task('1', { status: 'waiting' })] },
      'must be one of: pending',
    ],
    [
      'details as text',
      { type: 'plan', title: 'a', tasks: [task('1', { details: 'a' })] },
      'must provide an object',
    ],
    ['a card body of 201', { type: 'card', body: mrkdwn(x(201)) }, 'must be less than 201'],
    [
      '4 buttons of a card',
      { type: 'card', actions: many(4, (index) => button({ action_id: `${index}` })) },
      'no more than 3',
    ],
    ['an empty card', { type: 'card', subtitle: mrkdwn('a') }, 'must define one of'],
    [
      '11 children of a container',
      { type: 'container', title: plain('a'), child_blocks: many(11, () => section()) },
      'no more than 10',
    ],
    [
      'a container in a container',
      { type: 'container', title: plain('a'), child_blocks: [{ type: 'container' }] },
      'unsupported type: container',
    ],
    [
      'a container without a title',
      { type: 'container', child_blocks: [section()] },
      'either `title` or `rich_text_title`',
    ],
    [
      '12,001 characters of markdown',
      many(2, () => ({ type: 'markdown', text: x(6001) })),
      'markdown must be less than 12001',
    ],
    ['too much in all', many(5, () => section({ text: mrkdwn(x(2900)) })), 'msg_blocks_too_long'],
  ])('%s', (_, block, complaint) => {
    const blocks = Array.isArray(block) ? block : [block];
    expect(message(...blocks).join('\n')).toContain(complaint);
  });

  test('a series that leaves a category out', () => {
    const incomplete = chart(['a'], ['b', 'c']);
    incomplete.chart.series[0]?.data.pop();
    expect(message(incomplete).join()).toContain('must have one value for every category');
  });

  test.each<[string, object, string]>([
    ['nothing at all', {}, 'no_text'],
    ['blank text', { text: ' \n' }, 'no_text'],
    ['blocks without a fallback', { blocks: [section()] }, 'no fallback text'],
    ['text that no edit could repeat', { text: x(4001) }, 'msg_too_long'],
    ['text that is too many bytes', { text: '数'.repeat(1500) }, 'msg_too_long'],
    ['blocks that are no list', { text: 'a', blocks: {} }, 'must provide an array'],
    [
      'bad blocks in an attachment',
      { text: 'a', attachments: [{ blocks: [{ type: 'a' }] }] },
      'invalid_attachments',
    ],
  ])('%s', (_, payload, complaint) => {
    expect(validateSlackMessage(payload).join()).toContain(complaint);
  });

  test.each(['table', 'data_table', 'data_visualization', 'plan', 'card', 'container'])(
    '%s where the workspace does not have it yet',
    (type) => {
      const complaints = validateSlackMessage(
        { text: 'a', blocks: [{ type }] },
        { richBlocks: [] },
      );
      expect(complaints).toEqual([
        `invalid_blocks: unsupported type: ${type} [json-pointer:/blocks/0/type]`,
      ]);
    },
  );
});
