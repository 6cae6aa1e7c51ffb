import limits from '../block-limits.json' with { type: 'json' };
import { isObject, objectsIn } from '../json.ts';
import {
  countTables,
  oneFocus,
  sharedBudgets,
  tooLongTogether,
  uniqueIds,
} from './across-blocks.ts';
import { blockFor } from './blocks.ts';
import type { Surface } from './blocks.ts';
import { plainText } from './composition-objects.ts';
import { boolean, complaintsOf, list, object, oneOf, string } from './schema.ts';
import type { Check } from './schema.ts';

/** What one Slack workspace takes. */
export interface ValidationOptions {
  /** Types of rich blocks the workspace knows; all when left out. */
  readonly richBlocks?: readonly string[] | undefined;
}

/** Why a message is refused: Slack's `error` and what it puts into `response_metadata.messages`. */
export interface MessageRefusal {
  readonly error: string;
  readonly messages: readonly string[];
}

const mostMessageBlocks = 50;
const mostAttachments = 100;
/**
 * Of `text` in `chat.update`, which every posted message must be able to go through. Published as
 * 4,000 characters; others measured that it counts UTF-8 bytes, which is never less.
 */
export const longestUpdatedText = 4000;
const mostViewBytes = 250 * 1024;

function blocksOf(surface: Surface, options: ValidationOptions, max: number, min?: number): Check {
  const items = list(blockFor({ surface, richBlocks: options.richBlocks }), {
    max,
    ...(min === undefined ? {} : { min }),
  });
  const across: readonly Check[] =
    surface === 'message' ? [uniqueIds, sharedBudgets] : [uniqueIds, oneFocus];
  return (value, pointer, complain) => {
    items(value, pointer, complain);
    for (const check of across) check(value, pointer, complain);
  };
}

/** Refuses the blocks of a message as Slack would, or answers null. */
export function refuseBlocks(
  blocks: unknown,
  options: ValidationOptions = {},
): MessageRefusal | null {
  const messages = complaintsOf(blocksOf('message', options, mostMessageBlocks), blocks, '/blocks');
  if (messages.length > 0) return { error: 'invalid_blocks', messages };
  if (countTables(blocks) > 1) {
    return { error: 'invalid_attachments', messages: ['only_one_table_allowed'] };
  }
  if (tooLongTogether(blocks)) return { error: 'msg_blocks_too_long', messages: [] };
  return null;
}

/** Legacy attachments are accepted only as containers of blocks, each checked like a message's. */
export function refuseAttachments(
  attachments: unknown,
  options: ValidationOptions = {},
): MessageRefusal | null {
  if (!Array.isArray(attachments)) return { error: 'invalid_attachments', messages: [] };
  if (attachments.length > mostAttachments) return { error: 'too_many_attachments', messages: [] };
  for (const attachment of objectsIn(attachments)) {
    const refusal =
      attachment['blocks'] === undefined ? null : refuseBlocks(attachment['blocks'], options);
    if (refusal !== null) return { error: 'invalid_attachments', messages: refusal.messages };
  }
  return null;
}

/**
 * Everything Slack would refuse about a message: the payload of `chat.postMessage`, `chat.update`
 * or a response URL. An empty list means that it would be posted as it is.
 */
export function validateSlackMessage(payload: unknown, options: ValidationOptions = {}): string[] {
  if (!isObject(payload)) return ['a message must be an object'];
  const { text, blocks, attachments } = payload;
  const found: string[] = [];
  if (text !== undefined && typeof text !== 'string') found.push('text must be a string');
  const hasText = typeof text === 'string' && text.trim() !== '';
  if (!hasText) {
    // Slack posts it; but notifications and screen readers then have nothing to say.
    found.push(objectsIn(blocks).length > 0 ? 'no fallback text' : 'no_text');
  }
  if (typeof text === 'string' && Buffer.byteLength(text) > longestUpdatedText) {
    found.push(`msg_too_long: text must be less than ${longestUpdatedText + 1} bytes`);
  }
  const refusals = [
    blocks === undefined ? null : refuseBlocks(blocks, options),
    attachments === undefined ? null : refuseAttachments(attachments, options),
  ];
  for (const refusal of refusals) {
    if (refusal !== null) found.push(...describe(refusal));
  }
  return found;
}

function describe({ error, messages }: MessageRefusal): string[] {
  return messages.length === 0 ? [error] : messages.map((message) => `${error}: ${message}`);
}

function viewOf(type: 'modal' | 'home', options: ValidationOptions): Check {
  const common = {
    private_metadata: string({ max: limits.view.private_metadata.max_length }),
    callback_id: string({ max: limits.view.callback_id.max_length }),
    external_id: string({ max: 255 }),
  };
  const blocks = blocksOf(
    type,
    options,
    limits.view.blocks.max_items,
    limits.view.blocks.min_items,
  );
  if (type === 'home') return object({ type: oneOf('home'), blocks }, common);
  return object(
    { type: oneOf('modal'), title: plainText(limits.view.title.max_length), blocks },
    {
      ...common,
      close: plainText(limits.view.close.max_length),
      submit: plainText(limits.view.submit.max_length),
      clear_on_close: boolean,
      notify_on_close: boolean,
    },
    (value, pointer, complain) => {
      if (!isObject(value) || value['submit'] !== undefined) return;
      if (objectsIn(value['blocks']).some((block) => block['type'] === 'input')) {
        complain(pointer, 'missing required field: submit');
      }
    },
  );
}

/** Everything Slack would refuse about a modal or a Home tab; an empty list means it would open. */
export function validateSlackView(view: unknown, options: ValidationOptions = {}): string[] {
  if (!isObject(view)) return ['must provide an object [json-pointer:/view]'];
  const type = view['type'];
  if (type !== 'modal' && type !== 'home') {
    return [`unsupported type: ${String(type)} [json-pointer:/view/type]`];
  }
  const complaints = complaintsOf(viewOf(type, options), view, '/view');
  if (Buffer.byteLength(JSON.stringify(view)) > mostViewBytes) complaints.push('view_too_large');
  return complaints;
}
