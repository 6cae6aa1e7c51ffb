import { displayWidth, pad, wrap } from './display-width.ts';
import type { Block, Button, Message, Tone } from './message.ts';
import { messageSchema } from './message.ts';
import { renderChart } from './terminal-chart.ts';
import type { Glyphs, Paint, TerminalOptions } from './terminal-style.ts';
import { applyFormat, ASCII_GLYPHS, BOX_GLYPHS, createPaint, toAscii } from './terminal-style.ts';
import { renderTable } from './terminal-table.ts';

export type { TerminalOptions } from './terminal-style.ts';

/** A terminal narrower than this is treated as if it were this wide. */
const NARROWEST = 24;

/** What a block is drawn with. */
interface Canvas {
  readonly width: number;
  readonly colour: boolean;
  readonly paint: Paint;
  readonly glyphs: Glyphs;
}

/**
 * A message as a terminal shows it: framed at the left under its heading, with aligned tables and bars.
 * Without colour it is free of escape sequences and draws in ASCII. No trailing line break.
 */
export function renderTerminal(message: Message, options: TerminalOptions): string {
  const { colour } = options;
  const width = Math.max(NARROWEST, options.width);
  const paint = createPaint(colour);
  const glyphs = colour ? BOX_GLYPHS : ASCII_GLYPHS;
  const shown = colour ? message : asciiMessage(message);
  const [first, ...others] = shown.blocks;
  if (first === undefined) return wrap(shown.fallback, width).join('\n');
  if (first.type !== 'heading') {
    return renderBlocks(shown.blocks, { width, colour, paint, glyphs }).join('\n');
  }
  const tone = worstTone(shown.blocks);
  const frame = (text: string): string => paint(tone === 'neutral' ? 'accent' : tone, text);
  const inner = width - 2;
  const lines = renderBlocks(others, { width: inner, colour, paint, glyphs });
  const title = wrap(first.text, inner - 2);
  const [titleStart = '', ...titleRest] = title;
  const rule = glyphs.horizontal.repeat(Math.max(0, width - displayWidth(titleStart) - 4));
  return [
    `${frame(glyphs.topLeft + glyphs.horizontal)} ${paint('strong', titleStart)} ${frame(rule)}`.trimEnd(),
    ...titleRest.map((line) => `${frame(glyphs.vertical)}  ${paint('strong', line)}`),
    ...lines.map((line) => `${frame(glyphs.vertical)} ${line}`.trimEnd()),
    frame(glyphs.bottomLeft + glyphs.horizontal.repeat(width - 1)),
  ].join('\n');
}

const TONES: readonly Tone[] = ['neutral', 'good', 'caution', 'bad'];

/** The frame has the colour of the gravest alert. */
function worstTone(blocks: readonly Block[]): Tone {
  const tones = blocks.map((block) => (block.type === 'alert' ? TONES.indexOf(block.tone) : 0));
  return TONES[Math.max(0, ...tones)] ?? 'neutral';
}

/** Blocks with an empty line around what stands out. */
function renderBlocks(blocks: readonly Block[], canvas: Canvas): readonly string[] {
  const lines: string[] = [];
  let before: Block['type'] | null = null;
  for (const block of blocks) {
    const rendered = renderBlock(block, canvas);
    if (rendered.length === 0) continue;
    if (before !== null && standsApart(before, block.type)) lines.push('');
    lines.push(...rendered);
    before = block.type;
  }
  return lines;
}

function standsApart(before: Block['type'], after: Block['type']): boolean {
  const runOn: readonly Block['type'][] = ['text', 'alert', 'context'];
  return !(runOn.includes(before) && runOn.includes(after));
}

function renderBlock(block: Block, canvas: Canvas): readonly string[] {
  const { paint, width, glyphs } = canvas;
  switch (block.type) {
    case 'heading':
      return wrap(block.text, width).map((line) => paint('strong', line));
    case 'text':
      return wrap(block.text, width).map((line) => paint(block.tone ?? 'neutral', line));
    case 'context':
      return wrap(block.text, width).map((line) => paint('dim', line));
    case 'fields':
      return renderFields(block.fields, canvas);
    case 'table':
      return renderTable(block, width, paint, glyphs);
    case 'chart':
      return renderChart(block, width, paint, glyphs);
    case 'progress':
      return renderProgress(block, canvas);
    case 'alert':
      return hanging(glyphs.tones[block.tone], block.text, width).map((line) =>
        paint(block.tone, line),
      );
    case 'link':
      return wrap(block.url === null ? block.label : `${block.label}: ${block.url}`, width);
    case 'qr_code':
      // The address beside it can be opened or copied; lines of a terminal are seldom square.
      return [];
    case 'file':
      return [
        ...wrap(`${block.title} (${block.name})`, width).map((line) => paint('strong', line)),
        ...block.content.split('\n').flatMap((line) => wrap(line, width)),
      ];
    case 'buttons':
      return renderButtons(block.buttons, canvas);
  }
}

/** A sign, and text that hangs beside it. */
function hanging(sign: string, text: string, width: number): readonly string[] {
  const indent = displayWidth(sign) + 1;
  return wrap(text, width - indent).map((line, index) =>
    index === 0 ? `${sign} ${line}` : ' '.repeat(indent) + line,
  );
}

type Field = Extract<Block, { type: 'fields' }>['fields'][number];

/** Labels above values, side by side; what does not fit goes to the next pair of lines. */
function renderFields(fields: readonly Field[], canvas: Canvas): readonly string[] {
  const { paint, width } = canvas;
  const rows: Field[][] = [];
  let used = 0;
  for (const field of fields) {
    const wide = Math.max(displayWidth(field.label), displayWidth(field.value)) + 3;
    const row = rows.at(-1);
    if (row === undefined || used + wide - 3 > width) {
      rows.push([field]);
      used = wide;
    } else {
      row.push(field);
      used += wide;
    }
  }
  return rows.flatMap((row) => {
    const [only] = row;
    if (row.length === 1 && only !== undefined) {
      return [
        ...wrap(only.label, width).map((line) => paint('dim', line)),
        ...wrap(only.value, width).map((line) => paint(only.tone ?? 'strong', line)),
      ];
    }
    const widths = row.map((field) =>
      Math.max(displayWidth(field.label), displayWidth(field.value)),
    );
    const labels = row.map((field, index) => pad(field.label, widths[index] ?? 0, 'left'));
    const values = row.map((field, index) =>
      paint(field.tone ?? 'strong', pad(field.value, widths[index] ?? 0, 'left')),
    );
    return [paint('dim', labels.join('   ').trimEnd()), values.join('   ').trimEnd()];
  });
}

type Progress = Extract<Block, { type: 'progress' }>;

const STEP_TONES: Readonly<Record<Progress['steps'][number]['status'], Tone>> = {
  waiting: 'neutral',
  running: 'caution',
  done: 'good',
  failed: 'bad',
};

function renderProgress(block: Progress, canvas: Canvas): readonly string[] {
  const { paint, glyphs, width } = canvas;
  const bar = Math.min(30, Math.max(8, width - displayWidth(block.label) - 3));
  const filled = Math.floor((block.percent * bar) / 100);
  const drawn =
    paint('good', glyphs.full.repeat(filled)) + paint('dim', glyphs.light.repeat(bar - filled));
  const head =
    bar + displayWidth(block.label) + 2 <= width
      ? [`${drawn}  ${block.label}`]
      : [drawn, ...wrap(block.label, width)];
  const signWidth = Math.max(
    0,
    ...block.steps.map((step) => displayWidth(glyphs.steps[step.status])),
  );
  const titleWidth = Math.max(0, ...block.steps.map((step) => displayWidth(step.title)));
  return [
    ...head,
    ...block.steps.flatMap((step) => {
      const sign = paint(
        STEP_TONES[step.status],
        pad(glyphs.steps[step.status], signWidth, 'left'),
      );
      const room = width - signWidth - titleWidth - 3;
      if (room < 16) {
        return [
          ...wrap(step.title, width - signWidth - 1).map((line, index) =>
            index === 0 ? `${sign} ${line}` : ' '.repeat(signWidth + 1) + line,
          ),
          ...wrap(step.detail, width - signWidth - 1).map((line) =>
            paint('dim', ' '.repeat(signWidth + 1) + line),
          ),
        ];
      }
      return wrap(step.detail, room).map((line, index) =>
        index === 0
          ? `${sign} ${pad(step.title, titleWidth, 'left')}  ${paint('dim', line)}`.trimEnd()
          : ' '.repeat(signWidth + titleWidth + 3) + paint('dim', line),
      );
    }),
  ];
}

const BUTTON_FORMATS = {
  primary: ['bold', 'black', 'bgGreen'],
  danger: ['bold', 'white', 'bgRed'],
  plain: ['inverse'],
} as const;

/** Buttons side by side, as many as fit on a line. */
function renderButtons(buttons: readonly Button[], canvas: Canvas): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const button of buttons) {
    const wide = displayWidth(button.label) + 2;
    if (used > 0 && used + 2 + wide > canvas.width) {
      lines.push(line);
      line = '';
      used = 0;
    }
    const drawn = canvas.colour
      ? applyFormat(BUTTON_FORMATS[button.style], ` ${button.label} `)
      : `[${button.label}]`;
    line = used === 0 ? drawn : `${line}  ${drawn}`;
    used += used === 0 ? wide : wide + 2;
  }
  return used === 0 ? lines : [...lines, line];
}

/** The same message with our typography in ASCII. */
function asciiMessage(message: Message): Message {
  const text = JSON.stringify(message);
  return messageSchema.parse(
    JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? toAscii(value) : value)),
  );
}
