import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth } from '../../src/messages/display-width.ts';
import type { Block, Message } from '../../src/messages/message.ts';
import { renderTerminal } from '../../src/messages/terminal.ts';
import { SAMPLE_MESSAGES } from './sample-messages.ts';

const ESCAPE = '\u001B';

function render(blocks: readonly Block[], width: number, colour = false): readonly string[] {
  return renderTerminal({ fallback: 'It.', blocks: [...blocks] }, { colour, width }).split('\n');
}

describe.each(Object.entries(SAMPLE_MESSAGES))('%s', (_, make) => {
  const message = make();

  test.each([24, 40, 60, 80, 100, 140])('fits into %d columns', (width) => {
    for (const colour of [true, false]) {
      const lines = stripVTControlCharacters(renderTerminal(message, { colour, width })).split(
        '\n',
      );
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }
  });

  test('is plain ASCII without colour', () => {
    expect(renderTerminal(message, { colour: false, width: 100 })).toMatch(/^[\n -~]+$/u);
  });

  test('ends every colour on its line', () => {
    for (const line of renderTerminal(message, { colour: true, width: 100 }).split('\n')) {
      const opened =
        line.match(new RegExp(`${ESCAPE}\\[(?:[1-9]|3[0-7]|4[0-7]|9[0-7])m`, 'gu')) ?? [];
      const closed = line.match(new RegExp(`${ESCAPE}\\[(?:22|27|39|49)m`, 'gu')) ?? [];
      expect(closed.length).toBe(opened.length);
    }
  });
});

describe('tables', () => {
  const table: Block = {
    type: 'table',
    caption: 'Orders',
    columns: [
      { label: 'Symbol', align: 'left' },
      { label: 'Status', align: 'left' },
      { label: 'Price', align: 'right' },
    ],
    rows: [
      [{ text: 'AAPL' }, { text: 'filled', tone: 'good' }, { text: '$223.10' }],
      [{ text: '日本' }, { text: 'rejected: insufficient buying power' }, { text: '$5.00' }],
    ],
  };

  test('are aligned by what is seen', () => {
    expect(render([table], 60)).toEqual([
      'Symbol  Status                                 Price',
      '----------------------------------------------------',
      'AAPL    filled                               $223.10',
      '日本    rejected: insufficient buying power    $5.00',
    ]);
  });

  test('wrap their text when there is less room', () => {
    expect(render([table], 35)).toEqual([
      'Symbol  Status                Price',
      '-----------------------------------',
      'AAPL    filled              $223.10',
      '日本    rejected:             $5.00',
      '        insufficient',
      '        buying power',
    ]);
  });

  test('become lists when there is none', () => {
    expect(render([table], 24)).toEqual([
      'AAPL filled',
      '  Price  $223.10',
      '',
      '日本 rejected:',
      'insufficient buying',
      'power',
      '  Price  $5.00',
    ]);
  });
});

function chart(target: string, now: string): Block {
  return {
    type: 'chart',
    title: 'Weight',
    kind: 'bar',
    unit: '%',
    categories: ['AAPL', 'full'],
    series: [
      { name: 'Target', values: [target, '40'] },
      { name: 'Now', values: [now, '40'] },
    ],
  };
}

/** The bar of AAPL as it is drawn beside one of 40. */
function bar(target: string, now: string): string {
  const lines = render([chart(target, now)], 60).join('\n');
  return /AAPL {2}([#.| ]+)/u.exec(lines)?.[1]?.trimEnd() ?? '';
}

function count(text: string): number {
  return text.replaceAll(/[^#]/gu, '').length;
}

describe('bars against their targets', () => {
  test.each([
    ['over its target', '20', '30', /^#+\|#+$/u],
    ['under its target', '30', '20', /^#+\.+\|$/u],
    ['at its target', '20', '20', /^#+\|$/u],
    ['held without a target', '0', '20', /^\|#+$/u],
    ['not held yet', '20', '0', /^\.+\|$/u],
  ])('%s', (_, target, now, expected) => {
    expect(bar(target, now)).toMatch(expected);
  });

  test('are as long as their values say', () => {
    const half = count(bar('20', '20'));
    const whole = count(bar('40', '40'));
    expect(Math.abs(2 * half - whole)).toBeLessThanOrEqual(1);
  });
});

test('a line goes from its first day to its last, between its least and its most', () => {
  const lines = render(
    [
      {
        type: 'chart',
        title: 'Value',
        kind: 'line',
        unit: '$',
        categories: ['1 Nov', '2 Nov', '3 Nov'],
        series: [{ name: 'Value', values: ['100', '150.5', '200'] }],
      },
    ],
    40,
  );
  expect(lines[1]).toMatch(/^\$200\.00 {2} +#+$/u);
  expect(lines[6]).toMatch(/^\$100\.00 {2}#+$/u);
  expect(lines[7]).toMatch(/^ +1 Nov +3 Nov$/u);
});

test('a line of equal values is drawn, not divided by zero', () => {
  const lines = render(
    [
      {
        type: 'chart',
        title: 'Value',
        kind: 'line',
        unit: '$',
        categories: ['1 Nov', '2 Nov'],
        series: [{ name: 'Value', values: ['100', '100'] }],
      },
    ],
    40,
  );
  expect(lines.join('\n')).toContain('#');
  expect(lines.join('\n')).not.toContain('NaN');
});

const alert = (tone: 'good' | 'bad'): Block => ({ type: 'alert', tone, text: 'It.' });

function frame(blocks: readonly Block[]): string {
  return render([{ type: 'heading', text: 'core' }, ...blocks], 30, true).at(-1) ?? '';
}

test('the frame has the colour of the gravest alert', () => {
  expect(frame([])).toContain(`${ESCAPE}[36m`);
  expect(frame([alert('good')])).toContain(`${ESCAPE}[32m`);
  expect(frame([alert('good'), alert('bad')])).toContain(`${ESCAPE}[31m`);
});

test('a message without blocks is its fallback', () => {
  expect(render([], 40)).toEqual(['It.']);
});

test('any text at all fits into any width', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  const anyMessage: fc.Arbitrary<Message> = fc
    .tuple(text, text, text, text)
    .map(([first, second, third, fourth]) => ({
      fallback: first,
      blocks: [
        { type: 'heading', text: first },
        { type: 'alert', tone: 'bad', text: second },
        {
          type: 'fields',
          fields: [
            { label: third, value: fourth },
            { label: first, value: second },
          ],
        },
        {
          type: 'table',
          caption: first,
          columns: [
            { label: 'Name', align: 'left' },
            { label: 'What', align: 'left' },
            { label: 'Why', align: 'left' },
          ],
          rows: [[{ text: first }, { text: second }, { text: third }]],
        },
        {
          type: 'progress',
          percent: 50,
          label: third,
          steps: [{ id: 'a', title: fourth, detail: first, status: 'running' }],
        },
        { type: 'context', text: fourth },
      ],
    }));
  fc.assert(
    fc.property(anyMessage, fc.integer({ min: 1, max: 120 }), (message, width) => {
      for (const line of renderTerminal(message, { colour: false, width }).split('\n')) {
        expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(24, width));
      }
    }),
    { numRuns: 300 },
  );
});
