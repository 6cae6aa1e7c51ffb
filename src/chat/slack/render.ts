import type { Block, Message, Tone } from '../../messages/message.ts';
import type { SlackBlock } from './block-kit.ts';
import {
  BLOCK_COST,
  costOf,
  LIMITS,
  MESSAGE_BUDGET,
  mrkdwn,
  plainText,
  section,
} from './block-kit.ts';
import { renderButtons } from './buttons.ts';
import { renderNativeChart, renderPlainChart } from './render-chart.ts';
import { renderPlainProgress, renderPlan } from './render-progress.ts';
import { renderNativeTable, renderPlainTable } from './render-table.ts';
import { clean, clip, escapeEntities, escapeWithin, line, pieces } from './text.ts';
import { WORDS } from './words.ts';

/** A message as Slack takes it. */
export interface SlackMessagePayload {
  /** For notifications and screen readers. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

export interface RenderOptions {
  /** Native tables, charts and plans; without them the same is said in sections. */
  readonly rich: boolean;
  /** Home tabs take no plans. */
  readonly surface?: 'message' | 'home';
}

const TONE_MARK = {
  neutral: '',
  good: '✅ ',
  caution: '⚠️ ',
  bad: '🔴 ',
} as const satisfies Record<Tone, string>;

const LONGEST_VALUE = 400;
/** Tables and charts are not counted together with the other blocks. */
const BUDGETED_APART = ['table', 'data_visualization'];

/** Whether a message looks different without Slack's newer blocks. */
export function hasRichBlocks({ blocks }: SlackMessagePayload): boolean {
  return blocks.some(({ type }) => ['table', 'data_visualization', 'plan'].includes(type));
}

/**
 * Renders a message within Slack's limits, whatever it says. Buttons always have their place; what
 * else does not fit is left out, and the message says so. Nothing in it pings anybody.
 */
export function renderMessage(message: Message, options: RenderOptions): SlackMessagePayload {
  const plan = createPlan(message.blocks, options);
  const blocks: SlackBlock[] = [];
  let budget = MESSAGE_BUDGET - plan.reserved;
  let room = LIMITS.blocks - plan.reservedBlocks - 1;
  let cut = false;
  for (const rendered of plan.rendered) {
    if (rendered.required) {
      blocks.push(...rendered.blocks);
      continue;
    }
    for (const block of rendered.blocks) {
      const cost = BUDGETED_APART.includes(block.type) ? 0 : costOf(block);
      const fitting = cost <= budget ? block : shorten(block, budget);
      if (room < 1 || fitting === null) {
        cut = true;
        continue;
      }
      if (fitting !== block) cut = true;
      room -= 1;
      budget -= BUDGETED_APART.includes(block.type) ? 0 : costOf(fitting);
      blocks.push(fitting);
    }
  }
  if (cut) blocks.push({ type: 'context', elements: [plainText(WORDS.cutShort)] });
  return { text: fallbackText(message.fallback), blocks };
}

interface Rendered {
  readonly required: boolean;
  readonly blocks: readonly SlackBlock[];
}

function createPlan(
  blocks: readonly Block[],
  options: RenderOptions,
): {
  readonly rendered: readonly Rendered[];
  readonly reserved: number;
  readonly reservedBlocks: number;
} {
  let tables = options.rich ? 1 : 0;
  let charts = options.rich ? LIMITS.charts : 0;
  const rendered = blocks.map((block): Rendered => {
    switch (block.type) {
      case 'buttons':
        return { required: true, blocks: renderButtons(block.buttons, 2) };
      case 'table': {
        const native = tables > 0 ? renderNativeTable(block) : [];
        if (native.length > 0) tables -= 1;
        return { required: false, blocks: native.length > 0 ? native : renderPlainTable(block) };
      }
      case 'chart': {
        const native = charts > 0 ? renderNativeChart(block) : null;
        if (native !== null) charts -= 1;
        return { required: false, blocks: listOf(native ?? renderPlainChart(block)) };
      }
      case 'progress': {
        const native = options.rich && options.surface !== 'home';
        return {
          required: false,
          blocks: listOf(native ? renderPlan(block) : renderPlainProgress(block)),
        };
      }
      case 'link':
        return { required: false, blocks: renderLink(block) };
      case 'qr_code':
        // A picture would be a file that stays in the workspace; the address beside it is shown to one.
        return { required: false, blocks: [] };
      case 'file':
        // It is uploaded beside the message.
        return { required: false, blocks: [] };
      case 'heading':
      case 'text':
      case 'fields':
      case 'alert':
      case 'context':
        return { required: false, blocks: renderText(block) };
    }
  });
  // More rows of buttons than this are no longer a message; the first ones are kept.
  let rows = 0;
  const limited = rendered.map((one): Rendered => {
    if (!one.required) return one;
    const kept = one.blocks.slice(0, Math.max(0, 6 - rows));
    rows += kept.length;
    return { ...one, blocks: kept };
  });
  const required = limited.filter((one) => one.required).flatMap((one) => one.blocks);
  const reserved = required.reduce((sum, block) => sum + costOf(block), 0);
  return {
    rendered: limited,
    reserved: reserved + BLOCK_COST + WORDS.cutShort.length,
    reservedBlocks: required.length,
  };
}

/** A link that Slack formats; https addresses only, so that nothing else can be made of it. */
function renderLink({ label, url }: Extract<Block, { type: 'link' }>): readonly SlackBlock[] {
  const shown = escapeWithin(line(label, LIMITS.header), LIMITS.header);
  const address = url === null || !URL.canParse(url) ? null : new URL(url);
  if (address === null || !/^https?:$/u.test(address.protocol)) {
    return [{ type: 'section', text: mrkdwn(shown) }];
  }
  const target = escapeEntities(address.href).replaceAll('|', '%7C');
  return [{ type: 'section', text: mrkdwn(`<${target}|${shown}>`) }];
}

function listOf(block: SlackBlock | null): readonly SlackBlock[] {
  return block === null ? [] : [block];
}

type TextBlock = Extract<Block, { type: 'heading' | 'text' | 'fields' | 'alert' | 'context' }>;

function renderText(block: TextBlock): readonly SlackBlock[] {
  switch (block.type) {
    case 'heading': {
      const text = line(block.text, LIMITS.header);
      return text === '' ? [] : [{ type: 'header', text: plainText(text) }];
    }
    case 'text':
      return paragraphs(block.text, block.tone ?? 'neutral');
    case 'alert':
      return paragraphs(block.text, block.tone, block.tone === 'neutral' ? 'ℹ️ ' : undefined);
    case 'context':
      return pieces(clean(block.text), LIMITS.text).map((text) => ({
        type: 'context',
        elements: [plainText(text)],
      }));
    case 'fields':
      return renderFields(block.fields);
  }
}

function paragraphs(
  text: string,
  tone: Tone,
  mark: string = TONE_MARK[tone],
): readonly SlackBlock[] {
  return pieces(clean(text), LIMITS.text - mark.length).map((piece, index) =>
    section(index === 0 ? mark + piece : piece),
  );
}

function renderFields(fields: Extract<Block, { type: 'fields' }>['fields']): readonly SlackBlock[] {
  const texts = fields
    .map(({ label, value, tone }) => {
      const name = escapeWithin(line(label, LIMITS.header), LONGEST_VALUE);
      const said = escapeWithin(clip(clean(value).trim(), LONGEST_VALUE), LIMITS.fieldText / 2);
      const mark = tone === 'bad' || tone === 'caution' ? TONE_MARK[tone] : '';
      return name === '' ? `${mark}${said}` : `*${name}*\n${mark}${said || WORDS.empty}`;
    })
    .filter((text) => text.trim() !== '');
  return Array.from(
    { length: Math.ceil(texts.length / LIMITS.fields) },
    (_, index): SlackBlock => ({
      type: 'section',
      fields: texts
        .slice(index * LIMITS.fields, (index + 1) * LIMITS.fields)
        .map((text) => mrkdwn(text)),
    }),
  );
}

/** A section of plain text cut to what is left of the budget; null when that would say nothing. */
function shorten(block: SlackBlock, budget: number): SlackBlock | null {
  const room = budget - BLOCK_COST;
  const { text } = block;
  if (block.type !== 'section' || room < 40) return null;
  if (typeof text !== 'object' || text === null || !('type' in text) || !('text' in text))
    return null;
  if (text.type !== 'plain_text' || typeof text.text !== 'string') return null;
  return section(clip(text.text, room));
}

/** The one line for notifications: escaped, and short enough for chat.update too. */
export function fallbackText(fallback: string): string {
  let room: number = LIMITS.text;
  for (;;) {
    const text = escapeEntities(line(fallback, room)) || WORDS.empty;
    if (Buffer.byteLength(text) <= LIMITS.fallbackBytes) return text;
    room = Math.floor(room * 0.8);
  }
}
