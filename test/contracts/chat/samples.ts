import type { Block, Button, Form, Message } from '../../../src/messages/message.ts';

export const DIGEST = '5f1c0a9e'.repeat(8);

export const APPROVE: Button = {
  action: 'approve',
  label: 'Approve',
  proposalId: 'k3f9xa',
  digest: DIGEST,
  style: 'primary',
  opensForm: false,
};

export function textMessage(text: string): Message {
  return { fallback: text, blocks: [{ type: 'text', text }] };
}

/** One block of every type; each text in it can be told from the others. */
export const EVERY_BLOCK: Message = {
  fallback: 'Everything at once',
  blocks: [
    { type: 'heading', text: 'Rebalance core' },
    { type: 'text', text: 'A paragraph', tone: 'good' },
    { type: 'fields', fields: [{ label: 'Drift', value: '6.8%', tone: 'caution' }] },
    {
      type: 'table',
      caption: 'Proposed orders',
      columns: [
        { label: 'Side', align: 'left' },
        { label: 'Notional', align: 'right' },
      ],
      rows: [[{ text: 'SELL', tone: 'caution' }, { text: '$9,370.20' }]],
    },
    {
      type: 'chart',
      title: 'Weight against target',
      kind: 'bar',
      unit: '%',
      categories: ['AAPL', 'IBM'],
      series: [
        { name: 'Target', values: ['30', '20'] },
        { name: 'Now', values: ['38.1', '13.9'] },
      ],
    },
    {
      type: 'chart',
      title: 'Value in time',
      kind: 'line',
      unit: '$',
      categories: ['18 Nov', '19 Nov', '20 Nov'],
      series: [{ name: 'Value', values: ['217000', '216500.5', '217412.08'] }],
    },
    {
      type: 'progress',
      percent: 61,
      label: 'Sells done',
      steps: [
        { id: '1', title: 'SELL AAPL 42', detail: 'filled', status: 'done' },
        { id: '2', title: 'BUY IBM 61', detail: '20 of 61', status: 'running' },
        { id: '3', title: 'BUY GOOG 7', detail: 'waits', status: 'waiting' },
        { id: '4', title: 'BUY MSFT 1', detail: 'refused', status: 'failed' },
      ],
    },
    { type: 'alert', tone: 'bad', text: 'An alert' },
    { type: 'context', text: 'Small print' },
    { type: 'buttons', buttons: [APPROVE, { ...APPROVE, action: 'reject', label: 'Reject' }] },
  ],
};

/** What must be readable of it on any platform. */
export const EVERY_TEXT = [
  'Rebalance core',
  'A paragraph',
  'Drift',
  '6.8%',
  'Notional',
  '$9,370.20',
  'Weight against target',
  'Value in time',
  'Sells done',
  'SELL AAPL 42',
  'BUY MSFT 1',
  'An alert',
  'Small print',
  'Approve',
  'Reject',
] as const;

/** Text that means something to a browser, to Slack, to Discord or to a terminal. */
export const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</td></table></article><h1>owned</h1>',
  '&lt;b&gt; &amp;amp; &#60;',
  '<!channel> <!here> <@U123> <#C123|general> <https://evil.example|bank>',
  '@everyone @here <@&123> <@123> [bank](https://evil.example)',
  '*b* _i_ ~s~ `c` ```block``` > quote || spoiler ||',
  'javascript:alert(1)',
  '{{constructor.constructor("alert(1)")()}} ${alert(1)}',
  'gnp.\u202Eexe\u2066 \u001B[2J \uD83D lone',
] as const;

/** The same text in every place that a message has for one. */
export function everywhere(text: string): Message {
  const button: Button = {
    ...APPROVE,
    label: text,
    proposalId: text.slice(0, 20),
    digest: text.slice(0, 40),
    confirm: { title: text, text, yes: text, no: text },
  };
  const blocks: readonly Block[] = [
    { type: 'heading', text },
    { type: 'text', text },
    { type: 'fields', fields: [{ label: text, value: text, tone: 'bad' }] },
    {
      type: 'table',
      caption: text,
      columns: [{ label: text, align: 'right' }],
      rows: [[{ text }], [{ text, tone: 'good' }, { text }]],
    },
    {
      type: 'chart',
      title: text,
      kind: 'bar',
      unit: text,
      categories: [text, text],
      series: [{ name: text, values: [text, '1'] }],
    },
    {
      type: 'chart',
      title: text,
      kind: 'line',
      unit: '%',
      categories: [text, 'b'],
      series: [
        { name: text, values: ['1', '2'] },
        { name: text, values: [text, text] },
      ],
    },
    {
      type: 'progress',
      percent: 50,
      label: text,
      steps: [{ id: text, title: text, detail: text, status: 'running' }],
    },
    { type: 'alert', tone: 'caution', text },
    { type: 'context', text },
    { type: 'buttons', buttons: [button] },
  ];
  return { fallback: text, blocks: [...blocks] };
}

/** A form with the same text in every place. */
export function hostileForm(text: string): Form {
  return {
    title: text,
    action: 'reject',
    proposalId: 'k3f9xa',
    digest: DIGEST,
    intro: text,
    submitLabel: text,
    fields: [
      {
        type: 'text',
        name: 'reason',
        label: text,
        hint: text,
        multiline: true,
        required: true,
        maximumLength: 500,
      },
      {
        type: 'choices',
        name: 'legs',
        label: text,
        hint: text,
        options: [{ value: text.slice(0, 50), label: text, ticked: true }],
        required: false,
      },
    ],
  };
}

export const REJECT_FORM: Form = {
  title: 'Reject the proposal',
  action: 'reject',
  proposalId: 'k3f9xa',
  digest: DIGEST,
  intro: 'Nothing will be traded.',
  submitLabel: 'Reject',
  fields: [
    {
      type: 'text',
      name: 'reason',
      label: 'Reason',
      hint: 'Kept in the audit log',
      multiline: true,
      required: true,
      maximumLength: 500,
    },
  ],
};

/** More of everything than any platform shows in one message. */
export function longMessage(): Message {
  const long = 'long '.repeat(1500);
  return {
    fallback: `The long one ${long}`,
    blocks: [
      { type: 'heading', text: `The long one ${long}` },
      ...Array.from({ length: 60 }, (_, index): Block => ({
        type: 'text',
        text: `${index} ${long}`,
      })),
      {
        type: 'fields',
        fields: Array.from({ length: 60 }, (_, index) => ({
          label: `field ${index}`,
          value: long,
        })),
      },
      {
        type: 'table',
        caption: long,
        columns: Array.from({ length: 30 }, (_, index) => ({
          label: `column ${index}`,
          align: 'left' as const,
        })),
        rows: Array.from({ length: 300 }, (_, row) =>
          Array.from({ length: 30 }, (__, column) => ({ text: `${row}/${column}` })),
        ),
      },
      {
        type: 'chart',
        title: long,
        kind: 'bar',
        unit: '%',
        categories: Array.from({ length: 200 }, (_, index) => `category ${index} ${long}`),
        series: Array.from({ length: 12 }, (_, index) => ({
          name: `series ${index}`,
          values: Array.from({ length: 200 }, (__, value) => String(value)),
        })),
      },
      {
        type: 'progress',
        percent: 100,
        label: long,
        steps: Array.from({ length: 200 }, (_, index) => ({
          id: String(index),
          title: `step ${index}`,
          detail: long,
          status: 'done' as const,
        })),
      },
      { type: 'buttons', buttons: Array.from({ length: 40 }, () => ({ ...APPROVE, label: long })) },
    ],
  };
}

/** Blocks with nothing in them. */
export const EMPTY_BLOCKS: Message = {
  fallback: 'Hardly anything',
  blocks: [
    { type: 'heading', text: '' },
    { type: 'text', text: '' },
    { type: 'fields', fields: [] },
    { type: 'table', caption: '', columns: [], rows: [] },
    { type: 'chart', title: '', kind: 'bar', unit: '', categories: [], series: [] },
    {
      type: 'chart',
      title: '',
      kind: 'line',
      unit: '',
      categories: ['a'],
      series: [{ name: '', values: [] }],
    },
    { type: 'progress', percent: 0, label: '', steps: [] },
    { type: 'alert', tone: 'neutral', text: '' },
    { type: 'context', text: '' },
    { type: 'buttons', buttons: [] },
  ],
};
