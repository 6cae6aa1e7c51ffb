import limits from '../block-limits.json' with { type: 'json' };
import { isObject } from '../json.ts';
import { anyText, blockId, oneImageSource, plainText, slackFile } from './composition-objects.ts';
import { accessory, actionsElement, imageElement, inputElement } from './elements.ts';
import { containerOf, richBlocks } from './rich-blocks.ts';
import { richText } from './rich-text.ts';
import { boolean, byType, list, object, oneOf, string, url } from './schema.ts';
import type { Check } from './schema.ts';

/** https://docs.slack.dev/reference/block-kit/blocks */

export type Surface = 'message' | 'modal' | 'home';

const identified = { block_id: blockId };

const section = object(
  { type: oneOf('section') },
  {
    ...identified,
    text: anyText(limits.section.text.max_length),
    fields: list(anyText(limits.section.fields.item_max_length), {
      min: 1,
      max: limits.section.fields.max_items,
    }),
    accessory,
    expand: boolean,
  },
  (value, pointer, complain) => {
    if (isObject(value) && value['text'] === undefined && value['fields'] === undefined) {
      complain(pointer, 'must define either `text` or `fields`');
    }
  },
);

const contextElement: Check = (value, pointer, complain) => {
  const check = isObject(value) && value['type'] === 'image' ? imageElement : anyText();
  check(value, pointer, complain);
};

const plainBlocks: Readonly<Record<string, Check>> = {
  section,
  header: object(
    { type: oneOf('header'), text: plainText(limits.header.text.max_length) },
    identified,
  ),
  divider: object({ type: oneOf('divider') }, identified),
  context: object(
    {
      type: oneOf('context'),
      elements: list(contextElement, { min: 1, max: limits.context.elements.max_items }),
    },
    identified,
  ),
  actions: object(
    {
      type: oneOf('actions'),
      elements: list(actionsElement, { min: 1, max: limits.actions.elements.max_items }),
    },
    identified,
  ),
  image: object(
    { type: oneOf('image'), alt_text: string({ min: 1, max: limits.image.alt_text.max_length }) },
    {
      ...identified,
      title: plainText(2000),
      image_url: url({ max: limits.image.image_url.max_length }),
      slack_file: slackFile,
    },
    oneImageSource,
  ),
  input: object(
    {
      type: oneOf('input'),
      label: plainText(limits.input.label.max_length),
      element: inputElement,
    },
    {
      ...identified,
      hint: plainText(limits.input.hint.max_length),
      optional: boolean,
      dispatch_action: boolean,
    },
  ),
  rich_text: richText,
  markdown: object(
    {
      type: oneOf('markdown'),
      text: string({
        min: limits.markdown.text.min_length,
        max: limits.markdown.text.max_length,
      }),
    },
    identified,
  ),
  video: object(
    {
      type: oneOf('video'),
      video_url: url({}),
      thumbnail_url: url({}),
      alt_text: string({
        min: limits.video.alt_text.min_length,
        max: limits.video.alt_text.max_length,
      }),
      title: plainText(limits.video.title.max_length),
    },
    {
      ...identified,
      title_url: url({}),
      author_name: string({ max: limits.video.author_name.max_length }),
      provider_name: string({ max: limits.video.provider_name.max_length }),
      provider_icon_url: url({}),
      description: plainText(limits.video.description.max_length),
    },
  ),
};

/** Both the reference and the live validator take these in a container. */
const containerChild = byType({ ...plainBlocks, ...richBlocks }, [
  'actions',
  'context',
  'divider',
  'header',
  'image',
  'section',
  'table',
  'video',
]);

const allBlocks: Readonly<Record<string, Check>> = {
  ...plainBlocks,
  ...richBlocks,
  container: containerOf(containerChild),
};

/** Blocks that workspaces got in phases; `richBlocks: false` of the fake refuses them. */
export const richBlockTypes: readonly string[] = [...Object.keys(richBlocks), 'container'];

/**
 * Which blocks a surface does not take, from the surfaces that the reference pages and
 * https://github.com/slackapi/slack-skills-plugin name. An `alert` is for modals only. Cards are
 * listed for modals too, but the live API refuses them there.
 */
const refused: Readonly<Record<Surface, readonly string[]>> = {
  message: ['alert'],
  modal: [
    'card',
    'carousel',
    'container',
    'context_actions',
    'data_table',
    'data_visualization',
    'markdown',
    'plan',
    'table',
    'task_card',
  ],
  home: ['alert', 'container', 'context_actions', 'markdown', 'plan', 'task_card'],
};

/** Input elements that a surface does not take. */
const refusedInputs: Readonly<Record<Surface, readonly string[]>> = {
  message: ['email_text_input', 'file_input', 'number_input', 'url_text_input', 'rich_text_input'],
  modal: [],
  home: ['email_text_input', 'file_input', 'number_input', 'url_text_input', 'datetimepicker'],
};

export interface BlockSupport {
  readonly surface: Surface;
  /** Types of {@link richBlockTypes} that the workspace knows already; all when left out. */
  readonly richBlocks?: readonly string[] | undefined;
}

/** Checks one block for a surface. */
export function blockFor({ surface, richBlocks: known }: BlockSupport): Check {
  const accepted = Object.keys(allBlocks).filter((type) => {
    if (refused[surface].includes(type)) return false;
    return known === undefined || !richBlockTypes.includes(type) || known.includes(type);
  });
  const check = byType(allBlocks, accepted);
  return (value, pointer, complain) => {
    check(value, pointer, complain);
    const element = isObject(value) ? value['element'] : undefined;
    const type = isObject(element) ? element['type'] : undefined;
    if (typeof type === 'string' && refusedInputs[surface].includes(type)) {
      complain(`${pointer}/element/type`, `unsupported type: ${type}`);
    }
  };
}
