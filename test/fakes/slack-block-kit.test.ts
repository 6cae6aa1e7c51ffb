import { assert, jsonValue, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findPings, validateSlackMessage, validateSlackView } from './slack/index.ts';
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
  richText,
  section,
  table,
  task,
  typed,
  x,
} from './slack-samples.ts';

/** Block Kit as Slack's own validator takes it: one case a limit, at its edge and one beyond. */

const message = (...blocks: object[]): string[] =>
  validateSlackMessage({ text: 'fallback', blocks });
const modal = (blocks: readonly object[], more: object = {}): string[] =>
  validateSlackView({ type: 'modal', title: plain('Title'), submit: plain('Go'), blocks, ...more });

describe('what Slack takes in a message', () => {
  test.each<[string, object]>([
    [
      'a section with fields and a button',
      section({ fields: [mrkdwn('a'), plain('b')], accessory: button() }),
    ],
    ['a header of 150 characters', { type: 'header', text: plain(x(150)) }],
    ['a divider', { type: 'divider', block_id: 'd' }],
    [
      'a context of text and image',
      {
        type: 'context',
        elements: [
          mrkdwn('a'),
          { type: 'image', alt_text: 'b', image_url: 'https://example.com/a.png' },
        ],
      },
    ],
    ['25 buttons', actions(...many(25, (index) => button({ action_id: `a${index}` })))],
    [
      'a button with all that it can have',
      actions(
        button({
          value: x(2000),
          style: 'danger',
          url: 'https://example.com',
          accessibility_label: x(75),
          confirm: {
            title: plain('Sure?'),
            text: plain(x(300)),
            confirm: plain('Yes'),
            deny: plain('No'),
            style: 'danger',
          },
        }),
      ),
    ],
    [
      'a menu with 100 options',
      actions({ type: 'static_select', options: many(100, (index) => option(`${index}`)) }),
    ],
    ['a table of 100 rows and 20 columns', table(100, 20)],
    [
      'a table with all kinds of cells',
      {
        type: 'table',
        column_settings: [{ align: 'right', is_wrapped: true }],
        rows: [[cell('a'), { type: 'raw_number', value: 1.5, text: '1.50' }, richText('c')]],
      },
    ],
    [
      'a data table of 201 rows',
      dataTable(201, 20, { page_size: 100, row_header_column_index: 1 }),
    ],
    ['a chart of 6 series and 20 categories', chart(names(6), names(20))],
    ['a pie', pie([{ label: x(20), value: 0.5 }])],
    [
      'a plan of 50 tasks',
      {
        type: 'plan',
        title: 'Executing',
        tasks: many(50, (index) =>
          task(`${index}`, { status: 'pending', details: richText('waiting') }),
        ),
      },
    ],
    [
      'a task card',
      { type: 'task_card', ...task('1', { status: 'complete', output: richText('done') }) },
    ],
    ['a card', { type: 'card', title: mrkdwn('AAPL'), body: mrkdwn(x(200)), actions: [button()] }],
    [
      'a container',
      {
        type: 'container',
        title: plain('Orders'),
        is_collapsible: true,
        default_collapsed: true,
        child_blocks: [section(), table(2, 2)],
      },
    ],
    ['markdown', { type: 'markdown', text: x(12_000) }],
    ['an input', input(typed, { dispatch_action: true })],
    ['rich text', richText('hello')],
  ])('%s', (_, block) => {
    expect(message(block)).toEqual([]);
  });

  test('50 blocks', () => {
    expect(message(...many(50, () => ({ type: 'divider' })))).toEqual([]);
  });
});

describe('a modal', () => {
  test.each<[string, string[]]>([
    ['an input', modal([input(typed)])],
    ['an alert', modal([{ type: 'alert', text: plain(x(200)), level: 'warning' }])],
    [
      'a number input',
      modal([input({ type: 'number_input', is_decimal_allowed: false, min_value: '1' })]),
    ],
    ['100 blocks', modal(many(100, () => section()))],
    ['text without a submit button', modal([section()], { submit: undefined })],
  ])('takes %s', (_, complaints) => {
    expect(complaints).toEqual([]);
  });

  test.each<[string, string[], string]>([
    [
      '101 blocks',
      modal(many(101, () => section())),
      'no more than 100 items allowed [json-pointer:/view/blocks]',
    ],
    ['no blocks', modal([]), 'no fewer than 1'],
    ['a title of 25', modal([section()], { title: plain(x(25)) }), 'must be less than 25'],
    ['no title', modal([section()], { title: undefined }), 'missing required field: title'],
    ['a submit text of 25', modal([section()], { submit: plain(x(25)) }), 'must be less than 25'],
    [
      'an input without a submit button',
      modal([input(typed)], { submit: undefined }),
      'missing required field: submit',
    ],
    [
      '3,001 characters of metadata',
      modal([section()], { private_metadata: x(3001) }),
      'must be less than 3001',
    ],
    ['a callback id of 256', modal([section()], { callback_id: x(256) }), 'must be less than 256'],
    [
      'an unknown property',
      modal([section()], { submit_disabled: true }),
      'invalid additional property: submit_disabled',
    ],
    ['an alert of 201', modal([{ type: 'alert', text: plain(x(201)) }]), 'must be less than 201'],
    ['a table', modal([table(1, 1)]), 'unsupported type: table'],
    ['a chart', modal([chart(['a'], ['b'])]), 'unsupported type: data_visualization'],
    ['a plan', modal([{ type: 'plan', title: 'a' }]), 'unsupported type: plan'],
    [
      'two focused inputs',
      modal([
        input({ ...typed, focus_on_load: true }),
        input({ ...typed, focus_on_load: true }, { block_id: 'j' }),
      ]),
      'only one element can have `focus_on_load`',
    ],
    ['a label in mrkdwn', modal([input(typed, { label: mrkdwn('a') })]), 'failed to match'],
    [
      'a maximum length of 3,001',
      modal([input({ ...typed, max_length: 3001 })]),
      'must be at most 3000',
    ],
    ['a button as an input', modal([input(button())]), 'unsupported type: button'],
  ])('refuses %s', (_, complaints, complaint) => {
    expect(complaints.join('\n')).toContain(complaint);
  });
});

const home = (blocks: readonly object[], more: object = {}): string[] =>
  validateSlackView({ type: 'home', blocks, ...more });

describe('a Home tab', () => {
  test('takes tables, charts and buttons', () => {
    expect(home([table(2, 2), chart(['a'], ['b']), actions(button())])).toEqual([]);
  });

  test.each<[string, string[], string]>([
    ['a plan', home([{ type: 'plan', title: 'a' }]), 'unsupported type: plan'],
    ['an alert', home([{ type: 'alert', text: plain('a') }]), 'unsupported type: alert'],
    ['a title', home([section()], { title: plain('a') }), 'invalid additional property: title'],
    ['101 blocks', home(many(101, () => section())), 'no more than 100'],
  ])('refuses %s', (_, complaints, complaint) => {
    expect(complaints.join('\n')).toContain(complaint);
  });
});

describe('pings', () => {
  test.each<[string, object, string[]]>([
    [
      'a broadcast in mrkdwn',
      section({ text: mrkdwn('<!channel> <!here|here>') }),
      ['@channel', '@here'],
    ],
    ['a user and a group', section({ text: mrkdwn('<@U1> <!subteam^S2|ops>') }), ['U1', 'S2']],
    [
      'rich text',
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_section',
            elements: [
              { type: 'user', user_id: 'U1' },
              { type: 'broadcast', range: 'everyone' },
            ],
          },
        ],
      },
      ['U1', '@everyone'],
    ],
    ['escaped text', section({ text: mrkdwn('&lt;!channel&gt;') }), []],
    ['plain text and cells', { a: plain('<!channel>'), b: cell('<@U1>') }, []],
  ])('of %s', (_, payload, pings) => {
    expect(findPings(payload)).toEqual(pings);
  });
});

test('never throws, whatever comes', () => {
  assert(
    property(jsonValue(), (value) => {
      expect(Array.isArray(validateSlackMessage({ text: 'a', blocks: value }))).toBe(true);
      expect(Array.isArray(validateSlackView({ type: 'modal', blocks: value }))).toBe(true);
      expect(Array.isArray(validateSlackMessage(value))).toBe(true);
    }),
  );
});
