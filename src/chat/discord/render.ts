import type {
  APIActionRowComponent,
  APIButtonComponentWithCustomId,
  APIComponentInContainer,
  APIContainerComponent,
} from 'discord.js';
import { ButtonStyle, ComponentType, MessageFlags } from 'discord.js';
import type { Block, Button, Message } from '../../messages/message.ts';
import { chartInWords, chartSvg } from './chart.ts';
import type { CustomIds } from './custom-id.ts';
import { LIMITS } from './limits.ts';
import { qrCodeSvg } from './qr-code.ts';
import { textBlock } from './render-blocks.ts';
import type { TextBlock } from './render-blocks.ts';
import { cutMarkup, escapeText, line } from './text.ts';
import { WORDS } from './words.ts';

/** A message as Discord takes it, and the charts that are to be drawn and sent beside it. */
export interface DiscordMessage {
  readonly body: {
    readonly flags: MessageFlags.IsComponentsV2;
    readonly components: readonly APIContainerComponent[];
    readonly allowed_mentions: { readonly parse: readonly [] };
  };
  readonly pictures: readonly Picture[];
  /** Files to take away. */
  readonly attached: readonly FilePart[];
}

interface Picture {
  readonly name: string;
  readonly svg: string;
  /** It holds what opens something: nothing of it is kept. */
  readonly isSecret: boolean;
}

interface FilePart {
  readonly name: string;
  readonly content: string;
  readonly mediaType: string;
}

type Row = APIActionRowComponent<APIButtonComponentWithCustomId>;
type Part =
  | { readonly type: 'text'; readonly text: TextBlock; readonly whole: string }
  | { readonly type: 'picture'; readonly picture: Picture; readonly description: string }
  | { readonly type: 'file'; readonly file: FilePart }
  | { readonly type: 'rows'; readonly rows: readonly Row[] };

/** Beyond these a message has no room for a line each. */
const MOST_TEXTS = 60;
/** No message of ours has more than one. */
const MOST_CODES = 1;
/** As long as a message can be; what is cut to this may still be cut shorter. */
const LONGEST = 2 * LIMITS.text;

const ACCENTS = { good: 0x2f_bf_8f, caution: 0xe0_a3_3c, bad: 0xe0_4f_5f } as const;

const STYLES: Readonly<Record<Button['style'], APIButtonComponentWithCustomId['style']>> = {
  primary: ButtonStyle.Success,
  danger: ButtonStyle.Danger,
  plain: ButtonStyle.Secondary,
};

/**
 * A message in Discord's components: one container of texts, pictures and rows of buttons. Nothing in it
 * mentions anybody. Whatever the message, the result is within Discord's limits.
 */
export function renderMessage(message: Message, customIds: CustomIds): DiscordMessage {
  const parts = partsOf(message.blocks, customIds);
  const pictures = parts.flatMap((part) => (part.type === 'picture' ? [part.picture] : []));
  const attached = parts.flatMap((part) => (part.type === 'file' ? [part.file] : []));
  const components = assemble(parts);
  if (components.every(({ type }) => type === ComponentType.ActionRow)) {
    const content = cutMarkup(escapeText(message.fallback), LIMITS.text) || WORDS.unnamed;
    components.unshift({ type: ComponentType.TextDisplay, content });
  }
  const accent = accentOf(message.blocks);
  return {
    body: {
      flags: MessageFlags.IsComponentsV2,
      components: [
        {
          type: ComponentType.Container,
          ...(accent === null ? {} : { accent_color: accent }),
          components,
        },
      ],
      allowed_mentions: { parse: [] },
    },
    pictures,
    attached,
  };
}

function partsOf(blocks: readonly Block[], customIds: CustomIds): readonly Part[] {
  const parts: Part[] = [];
  const count = { texts: 0, charts: 0, codes: 0, files: 0, rows: 0, buttons: 0 };
  const ids = new Set<string>();
  for (const block of blocks) {
    if (block.type === 'chart') {
      if (block.categories.length === 0 || block.series.length === 0) continue;
      count.charts += 1;
      if (count.charts > LIMITS.charts) continue;
      const name = `chart-${count.charts}.png`;
      parts.push({
        type: 'picture',
        picture: { name, svg: chartSvg(block), isSecret: false },
        description: chartInWords(block, LIMITS.chartDescription),
      });
    } else if (block.type === 'qr_code') {
      count.codes += 1;
      if (count.codes > MOST_CODES) continue;
      parts.push({
        type: 'picture',
        picture: { name: 'code.png', svg: qrCodeSvg(block.content), isSecret: true },
        description: line(block.label, LIMITS.chartDescription),
      });
    } else if (block.type === 'file') {
      count.files += 1;
      if (count.files > LIMITS.files) continue;
      const { content, mediaType } = block;
      parts.push({ type: 'file', file: { name: fileName(block.name), content, mediaType } });
    } else if (block.type === 'buttons') {
      const rows = rowsOf(block.buttons, customIds, ids, count);
      if (rows.length > 0) parts.push({ type: 'rows', rows });
    } else {
      const text = textBlock(block);
      const whole = text?.(LONGEST) ?? '';
      if (text === null || whole === '') continue;
      count.texts += 1;
      if (count.texts <= MOST_TEXTS) parts.push({ type: 'text', text, whole });
    }
  }
  return parts;
}

/** Discord refers to a file by its name, which therefore is plain and told from the charts'. */
function fileName(name: string): string {
  const plain = name.replaceAll(/[^\w.-]+/gu, '-').slice(-80);
  return `file-${plain === '' ? 'list.csv' : plain}`;
}

/** Two buttons that say the same to us are one: Discord takes an id only once. */
function rowsOf(
  buttons: readonly Button[],
  customIds: CustomIds,
  ids: Set<string>,
  count: { rows: number; buttons: number },
): readonly Row[] {
  const shown: APIButtonComponentWithCustomId[] = [];
  for (const button of buttons) {
    const customId = customIds.encode(button);
    if (ids.has(customId) || count.buttons >= LIMITS.buttons) continue;
    ids.add(customId);
    count.buttons += 1;
    shown.push(renderButton(button, customId));
  }
  const rows: Row[] = [];
  for (let from = 0; from < shown.length; from += LIMITS.buttonsInRow) {
    if (count.rows >= LIMITS.buttonRows) break;
    count.rows += 1;
    rows.push({
      type: ComponentType.ActionRow,
      components: shown.slice(from, from + LIMITS.buttonsInRow),
    });
  }
  return rows;
}

export function renderButton(
  { label, action, style }: Pick<Button, 'label' | 'action' | 'style'>,
  customId: string,
): APIButtonComponentWithCustomId {
  return {
    type: ComponentType.Button,
    style: STYLES[style],
    label: line(label, LIMITS.buttonLabel) || action,
    custom_id: customId,
  };
}

/** Neighbouring texts share a component, since a message has 40; all texts share 4000 characters. */
function assemble(parts: readonly Part[]): APIComponentInContainer[] {
  const wanted = parts.flatMap((part) => (part.type === 'text' ? [part.whole.length] : []));
  const lineBreaks = wanted.length;
  const shares = fairShares(wanted, LIMITS.text - lineBreaks);
  const components: APIComponentInContainer[] = [];
  let shown = 0;
  let pending: string[] = [];
  const flush = () => {
    if (pending.length > 0) {
      components.push({ type: ComponentType.TextDisplay, content: pending.join('\n') });
    }
    pending = [];
  };
  for (const part of parts) {
    if (part.type === 'text') {
      const share = shares[shown] ?? 0;
      const told = part.whole.length <= share ? part.whole : part.text(share);
      shown += 1;
      if (told !== '') pending.push(told);
      continue;
    }
    flush();
    if (part.type === 'rows') components.push(...part.rows);
    else if (part.type === 'file') {
      const url = `attachment://${part.file.name}`;
      components.push({ type: ComponentType.File, file: { url } });
    } else {
      const { picture, description } = part;
      components.push({
        type: ComponentType.MediaGallery,
        items: [{ media: { url: `attachment://${picture.name}` }, description }],
      });
    }
  }
  flush();
  return components;
}

/** Gives everyone what they ask for as long as it lasts, and otherwise nobody more than another lacks. */
function fairShares(wanted: readonly number[], available: number): readonly number[] {
  const shares = wanted.map(() => 0);
  let left = available;
  const byNeed = wanted
    .map((amount, index) => ({ amount, index }))
    .toSorted((a, b) => a.amount - b.amount);
  for (const [position, { amount, index }] of byNeed.entries()) {
    const share = Math.min(amount, Math.floor(left / (byNeed.length - position)));
    shares[index] = share;
    left -= share;
  }
  return shares;
}

/** The colour at the container's edge: of the gravest alert. */
function accentOf(blocks: readonly Block[]): number | null {
  const tones = new Set(blocks.flatMap((block) => (block.type === 'alert' ? [block.tone] : [])));
  const gravest = (['bad', 'caution', 'good'] as const).find((tone) => tones.has(tone));
  return gravest === undefined ? null : ACCENTS[gravest];
}
