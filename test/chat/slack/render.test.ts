import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderForm } from '../../../src/chat/slack/forms.ts';
import { SLACK_BOT_SCOPES, slackManifest } from '../../../src/chat/slack/manifest.ts';
import { renderMessage } from '../../../src/chat/slack/render.ts';
import type { SlackMessagePayload } from '../../../src/chat/slack/render.ts';
import type { Block, Button, Message } from '../../../src/messages/message.ts';
import {
  APPROVE,
  EMPTY_BLOCKS,
  EVERY_BLOCK,
  EVERY_TEXT,
  everywhere,
  HOSTILE,
  hostileForm,
  longMessage,
} from '../../contracts/chat/samples.ts';
import {
  findPings,
  richBlockTypes,
  validateSlackMessage,
  validateSlackView,
} from '../../fakes/slack/index.ts';
import { SAMPLE_MESSAGES } from '../../messages/sample-messages.ts';
import { SAMPLE_FORMS } from '../../messages/sample-forms.ts';
import { GOLDEN_FOLDER, goldenFiles, sampleCommands } from './golden.ts';
import { readBlocks } from './read-blocks.ts';

/** What Slack would hold against a message, rendered both ways. */
function complaints(message: Message): readonly string[] {
  const rich = renderMessage(message, { rich: true });
  const plain = renderMessage(message, { rich: false });
  const home = renderMessage(message, { rich: true, surface: 'home' });
  return [
    ...validateSlackMessage(rich),
    ...validateSlackMessage(plain, { richBlocks: [] }).map((each) => `plain: ${each}`),
    ...(home.blocks.length === 0 ? [] : validateSlackView({ type: 'home', blocks: home.blocks })),
    ...findPings({ type: 'message', ...rich }).map((ping) => `pings ${ping}`),
    ...findPings({ type: 'message', ...plain }).map((ping) => `pings ${ping}`),
  ];
}

function typesOf({ blocks }: SlackMessagePayload): readonly string[] {
  return blocks.map(({ type }) => type);
}

describe('every message looks as recorded (node test/chat/slack/record-golden.ts records anew)', () => {
  const files = goldenFiles();
  test.each([...files])('%s', (name, content) => {
    expect(content).toBe(readFileSync(new URL(name, GOLDEN_FOLDER), 'utf8'));
  });

  test('nothing else is recorded', () => {
    expect(readdirSync(GOLDEN_FOLDER).toSorted()).toEqual([...files.keys()].toSorted());
  });
});

describe('what Slack takes', () => {
  test.each(Object.entries(SAMPLE_MESSAGES))('%s', (_, make) => {
    expect(complaints(make())).toEqual([]);
  });

  test.each(Object.entries(SAMPLE_FORMS))('%s', (_, make) => {
    expect(validateSlackView(renderForm(make(), 'C1'))).toEqual([]);
  });

  test.each(HOSTILE)('%j wherever a message or form has a place for text', (text) => {
    for (const long of [text, text.repeat(40), `${text} `.repeat(2000)]) {
      expect(complaints(everywhere(long))).toEqual([]);
      expect(validateSlackView(renderForm(hostileForm(long), 'C1'))).toEqual([]);
    }
  });

  test('more of everything than there is room for, and nothing at all', () => {
    expect(complaints(longMessage())).toEqual([]);
    expect(complaints(EMPTY_BLOCKS)).toEqual([]);
    expect(complaints({ fallback: '', blocks: [] })).toEqual([]);
  });

  test('any message whatever', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 });
    const block = fc.oneof(
      fc.record({ type: fc.constant('heading' as const), text }),
      fc.record({ type: fc.constant('text' as const), text }),
      fc.record({ type: fc.constant('context' as const), text }),
      fc.record({
        type: fc.constant('table' as const),
        caption: text,
        columns: fc.array(
          fc.record({ label: text, align: fc.constantFrom('left' as const, 'right' as const) }),
          { maxLength: 25 },
        ),
        rows: fc.array(fc.array(fc.record({ text }), { maxLength: 25 }), { maxLength: 120 }),
      }),
      fc.record({
        type: fc.constant('chart' as const),
        title: text,
        kind: fc.constantFrom('bar' as const, 'line' as const),
        unit: text,
        categories: fc.array(text, { maxLength: 30 }),
        series: fc.array(
          fc.record({
            name: text,
            values: fc.array(fc.oneof(fc.double().map(String), text), { maxLength: 30 }),
          }),
          { maxLength: 8 },
        ),
      }),
      fc.record({
        type: fc.constant('progress' as const),
        percent: fc.integer({ min: 0, max: 100 }),
        label: text,
        steps: fc.array(
          fc.record({
            id: text,
            title: text,
            detail: text,
            status: fc.constantFrom(
              'waiting' as const,
              'running' as const,
              'done' as const,
              'failed' as const,
            ),
          }),
          { maxLength: 70 },
        ),
      }),
    );
    fc.assert(
      fc.property(text, fc.array(block, { maxLength: 8 }), (fallback, blocks) => {
        expect(complaints({ fallback, blocks })).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('how it looks', () => {
  test('native blocks where the workspace has them, sections where not; nothing is lost', () => {
    const rich = renderMessage(EVERY_BLOCK, { rich: true });
    const plain = renderMessage(EVERY_BLOCK, { rich: false });
    expect(typesOf(rich)).toEqual([
      'header',
      'section',
      'section',
      'table',
      'data_visualization',
      'data_visualization',
      'plan',
      'section',
      'context',
      'actions',
    ]);
    expect(typesOf(plain).filter((type) => richBlockTypes.includes(type))).toEqual([]);
    for (const payload of [rich, plain]) {
      const text = readBlocks(payload.blocks);
      expect(EVERY_TEXT.filter((part) => !text.includes(part))).toEqual([]);
    }
  });

  test('three hundred legs: a full table, what is missing counted, and the buttons', () => {
    const payload = renderMessage(
      { fallback: 'Many', blocks: [manyLegs(300, 10), { type: 'buttons', buttons: [APPROVE] }] },
      { rich: true },
    );
    const [table] = payload.blocks;
    expect(table?.['rows']).toHaveLength(100);
    expect(typesOf(payload)).toEqual(['table', 'context', 'actions']);
    expect(readBlocks(payload.blocks)).toContain('And 201 more rows.');
  });

  test('symbols of two hundred characters share the 10,000 characters of a table', () => {
    const message: Message = { fallback: 'Long', blocks: [manyLegs(300, 200)] };
    expect(complaints(message)).toEqual([]);
    const rows = renderMessage(message, { rich: true }).blocks[0]?.['rows'];
    expect(Array.isArray(rows) ? rows.length : 0).toBeGreaterThan(20);
  });

  test('a second table is written out in plain columns', () => {
    const blocks = [manyLegs(2, 4), manyLegs(2, 4)];
    expect(typesOf(renderMessage({ fallback: 'Two', blocks }, { rich: true }))).toEqual([
      'table',
      'context',
      'section',
    ]);
  });

  test('buttons keep their place when the text has no end', () => {
    const blocks: Block[] = [
      { type: 'text', text: 'long '.repeat(20_000) },
      { type: 'buttons', buttons: [APPROVE] },
    ];
    const payload = renderMessage({ fallback: 'Long', blocks }, { rich: true });
    expect(typesOf(payload)).toContain('actions');
    expect(readBlocks(payload.blocks)).toContain('more than Slack shows');
  });

  test('a button says what it is about, and asks before it counts', () => {
    const button: Button = {
      ...APPROVE,
      confirm: { title: 'Approve?', text: 'Five orders', yes: 'Approve', no: 'Not now' },
    };
    const blocks: Block[] = [{ type: 'buttons', buttons: [button] }];
    expect(renderMessage({ fallback: 'x', blocks }, { rich: true }).blocks[0]).toMatchObject({
      elements: [
        {
          action_id: 'approve',
          style: 'primary',
          value: JSON.stringify({ a: 'approve', p: APPROVE.proposalId, d: APPROVE.digest }),
          confirm: { title: { text: 'Approve?' }, deny: { text: 'Not now' } },
        },
      ],
    });
  });

  test('a chart leaves out what is no number, rather than drawing it as zero', () => {
    const blocks: Block[] = [
      {
        type: 'chart',
        title: 'Value',
        kind: 'bar',
        unit: '$',
        categories: ['a', 'b', 'c'],
        series: [{ name: 'Now', values: ['1', 'unknown'] }],
      },
    ];
    expect(renderMessage({ fallback: 'x', blocks }, { rich: true }).blocks[0]).toMatchObject({
      chart: { series: [{ data: [{ label: 'a', value: 1 }] }] },
    });
  });

  test('more choices than boxes allow become menus; every choice can still be made', () => {
    const options = Array.from({ length: 300 }, (_, index) => ({
      value: String(index),
      label: `BUY S${index}`,
      ticked: true,
    }));
    const form = renderForm(
      {
        ...hostileForm('x'),
        fields: [{ type: 'choices', name: 'legs', label: 'Orders', options, required: true }],
      },
      'C1',
    );
    expect(validateSlackView(form)).toEqual([]);
    expect(JSON.stringify(form).match(/"value":"\d+"/g)).toHaveLength(600);
  });
});

describe('the manifest', () => {
  test('asks for no more than it needs, and lists every command', () => {
    expect(SLACK_BOT_SCOPES).toEqual([
      'channels:read',
      'chat:write',
      'commands',
      'files:write',
      'groups:read',
    ]);
    const names = sampleCommands().map(({ name }) => `/${name}`);
    expect(slackManifest(sampleCommands())).toMatchObject({
      features: { slash_commands: names.map((command) => ({ command })) },
      settings: { socket_mode_enabled: true },
    });
  });

  test('points at the given address for signed HTTP', () => {
    const requestUrl = 'https://bot.example/slack/events';
    expect(slackManifest(sampleCommands().slice(0, 1), { requestUrl })).toMatchObject({
      features: { slash_commands: [{ url: requestUrl }] },
      settings: {
        socket_mode_enabled: false,
        interactivity: { request_url: requestUrl },
        event_subscriptions: { request_url: requestUrl },
      },
    });
  });
});

function manyLegs(count: number, length: number): Block {
  return {
    type: 'table',
    caption: 'Proposed orders',
    columns: [
      { label: 'Symbol', align: 'left' },
      { label: 'Quantity', align: 'right' },
    ],
    rows: Array.from({ length: count }, (_, index) => [
      { text: `${index}`.padEnd(length, 'S') },
      { text: '42' },
    ]),
  };
}
