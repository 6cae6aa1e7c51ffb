import { findPings } from './block-kit/pings.ts';
import { elementsOf } from './block-kit/across-blocks.ts';
import { isObject, objectsIn, stringAt } from './json.ts';
import type { JsonObject } from './json.ts';
import type { SlackMessage } from './observations.ts';
import { secondsOf } from './workspace.ts';
import type { StoredMessage, Workspace } from './workspace.ts';

/** Posting and editing, whoever asks for it: the Web API, a response URL, an acknowledgement. */

export interface NewMessage {
  readonly channel: string;
  readonly text: string;
  readonly blocks?: unknown;
  readonly attachments?: unknown;
  readonly metadata?: unknown;
  readonly files?: readonly JsonObject[];
  readonly threadTs?: string | null;
  readonly ephemeralFor?: string | null;
  /** A person's id; the bot posts when left out. */
  readonly author?: string;
}

/**
 * Fills in what Slack fills in before it stores blocks: ids that were left out, `emoji` and
 * `verbatim`.
 */
export function completeBlocks(workspace: Workspace, blocks: unknown): JsonObject[] {
  return objectsIn(blocks).map((block) => {
    const completed = completeTexts(structuredClone(block));
    const inner: JsonObject =
      completed['child_blocks'] === undefined
        ? completed
        : { ...completed, child_blocks: completeBlocks(workspace, completed['child_blocks']) };
    for (const { element } of elementsOf(inner)) {
      if (element['action_id'] === undefined && isInteractive(element)) {
        Object.assign(element, { action_id: workspace.nextId('a') });
      }
    }
    return { ...inner, block_id: inner['block_id'] ?? workspace.nextId('b') };
  });
}

function isInteractive(element: JsonObject): boolean {
  const type = stringAt(element, 'type') ?? '';
  return /_select$|_input$|picker$|button|^(overflow|checkboxes)$/.test(type);
}

function completeTexts(value: JsonObject): JsonObject {
  const completed = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, completeInner(inner)]),
  );
  if (value['type'] === 'plain_text') return { emoji: true, ...completed };
  if (value['type'] === 'mrkdwn') return { verbatim: false, ...completed };
  return completed;
}

function completeInner(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => completeInner(item));
  return isObject(value) ? completeTexts(value) : value;
}

export function addMessage(workspace: Workspace, message: NewMessage): StoredMessage {
  const { app, team } = workspace;
  const ts = workspace.nextTimestamp();
  const byBot = message.author === undefined;
  const blocks = completeBlocks(workspace, message.blocks);
  const stored: StoredMessage = {
    channel: message.channel,
    ts,
    ephemeralFor: message.ephemeralFor ?? null,
    edits: 0,
    deleted: false,
    wire: {
      type: 'message',
      user: message.author ?? app.botUserId,
      ts,
      ...(byBot ? { bot_id: app.botId, app_id: app.id } : {}),
      text: message.text,
      team: team.id,
      ...(byBot ? { bot_profile: botProfile(workspace) } : {}),
      ...(blocks.length > 0 ? { blocks } : {}),
      ...(objectsIn(message.attachments).length > 0
        ? { attachments: objectsIn(message.attachments) }
        : {}),
      ...(isObject(message.metadata) ? { metadata: message.metadata } : {}),
      ...(message.files === undefined ? {} : { files: message.files }),
      ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
    },
  };
  workspace.messages.push(stored);
  workspace.changed();
  return stored;
}

function botProfile({ app, team }: Workspace): JsonObject {
  return {
    id: app.botId,
    app_id: app.id,
    user_id: app.botUserId,
    name: app.name,
    icons: {},
    deleted: false,
    updated: 1_700_000_000,
    team_id: team.id,
  };
}

/** What is left out of `changes` stays, as `chat.update` documents for blocks and attachments. */
export function editMessage(
  workspace: Workspace,
  message: StoredMessage,
  changes: Pick<NewMessage, 'blocks' | 'attachments' | 'metadata'> & { readonly text?: string },
): void {
  const { blocks, attachments, metadata, text } = changes;
  message.edits += 1;
  message.wire = {
    ...message.wire,
    ...(text === undefined ? {} : { text }),
    ...(blocks === undefined ? {} : { blocks: completeBlocks(workspace, blocks) }),
    ...(attachments === undefined ? {} : { attachments: objectsIn(attachments) }),
    ...(isObject(metadata) ? { metadata } : {}),
    edited: { user: workspace.app.botId, ts: `${secondsOf(workspace.clock)}.000000` },
  };
  workspace.changed();
}

export function deleteMessage(workspace: Workspace, message: StoredMessage): void {
  message.deleted = true;
  workspace.changed();
}

/** A copy for tests. */
export function messageSeen(message: StoredMessage): SlackMessage {
  const wire = structuredClone(message.wire);
  return {
    channel: message.channel,
    ts: message.ts,
    threadTs: stringAt(wire, 'thread_ts'),
    user: stringAt(wire, 'user') ?? '',
    text: stringAt(wire, 'text') ?? '',
    blocks: objectsIn(wire['blocks']),
    ephemeralFor: message.ephemeralFor,
    edits: message.edits,
    pings: findPings(wire),
    wire,
  };
}

/** Everything a person reads in a message or view, in order, one text a line. */
export function readText(shown: {
  readonly blocks: readonly JsonObject[];
  readonly text?: string;
}): string {
  const texts: string[] = [];
  collectTexts(shown.blocks, texts);
  return texts.length > 0 ? texts.join('\n') : (shown.text ?? '');
}

const shownFields = ['text', 'title', 'caption', 'label', 'name'];

function collectTexts(value: unknown, texts: string[]): void {
  if (Array.isArray(value)) return value.forEach((item) => collectTexts(item, texts));
  if (!isObject(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'string' && shownFields.includes(key)) texts.push(inner);
    else if (key !== 'confirm') collectTexts(inner, texts);
  }
}
