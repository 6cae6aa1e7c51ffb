import { blockId } from './composition-objects.ts';
import { boolean, byType, list, number, object, oneOf, string, url } from './schema.ts';
import type { Check } from './schema.ts';

/** https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */

const style = object(
  {},
  {
    bold: boolean,
    italic: boolean,
    strike: boolean,
    underline: boolean,
    code: boolean,
    highlight: boolean,
    client_highlight: boolean,
    unlink: boolean,
  },
);

const leaves: Readonly<Record<string, Check>> = {
  text: object({ type: oneOf('text'), text: string({ min: 1 }) }, { style }),
  link: object({ type: oneOf('link'), url: url({}) }, { text: string(), unsafe: boolean, style }),
  user: object({ type: oneOf('user'), user_id: string({ min: 1 }) }, { style }),
  usergroup: object({ type: oneOf('usergroup'), usergroup_id: string({ min: 1 }) }, { style }),
  team: object({ type: oneOf('team'), team_id: string({ min: 1 }) }, { style }),
  channel: object({ type: oneOf('channel'), channel_id: string({ min: 1 }) }, { style }),
  emoji: object(
    { type: oneOf('emoji'), name: string({ min: 1 }) },
    {
      unicode: string(),
      skin_tone: number({ min: 1, max: 6, integer: true }),
      url: url({}),
      style,
    },
  ),
  broadcast: object(
    { type: oneOf('broadcast'), range: oneOf('here', 'channel', 'everyone') },
    { style },
  ),
  color: object({ type: oneOf('color'), value: string({ min: 1 }) }, { style }),
  date: object(
    {
      type: oneOf('date'),
      timestamp: number({ integer: true }),
      format: string({ min: 1 }),
    },
    { url: url({}), fallback: string(), style },
  ),
};

const leaf = byType(leaves);
const section = object({ type: oneOf('rich_text_section'), elements: list(leaf) });

const containers: Readonly<Record<string, Check>> = {
  rich_text_section: section,
  rich_text_list: object(
    {
      type: oneOf('rich_text_list'),
      style: oneOf('bullet', 'ordered'),
      elements: list(section, { min: 1 }),
    },
    {
      indent: number({ min: 0, max: 8, integer: true }),
      offset: number({ min: 0, integer: true }),
      border: oneOf(0, 1),
    },
  ),
  rich_text_quote: object(
    { type: oneOf('rich_text_quote'), elements: list(leaf) },
    { border: oneOf(0, 1) },
  ),
  rich_text_preformatted: object(
    { type: oneOf('rich_text_preformatted'), elements: list(byType(leaves, ['text', 'link'])) },
    { border: oneOf(0, 1), language: string() },
  ),
};

export const richText = object(
  { type: oneOf('rich_text'), elements: list(byType(containers)) },
  { block_id: blockId },
);

/** A task's details and output are one single entity of rich text. */
export const singleRichText = object(
  { type: oneOf('rich_text'), elements: list(byType(containers), { min: 1, max: 1 }) },
  { block_id: blockId },
);
