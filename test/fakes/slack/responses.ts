import { refuseAttachments, refuseBlocks, validateSlackView } from './block-kit/validate.ts';
import { findElements, isInput } from './element-state.ts';
import { isObject, objectsIn, stringAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { deleteMessage, editMessage, addMessage } from './messages.ts';
import type { SlackInteraction } from './observations.ts';
import {
  closeAll,
  closeView,
  findView,
  mostStackedViews,
  pushView,
  stackOf,
  updateView,
} from './views.ts';
import type { ResponseUrl, StoredView, Workspace } from './workspace.ts';

/**
 * What an app says back to an interaction: in the acknowledgement itself or to a response URL.
 * https://docs.slack.dev/interactivity/handling-user-interaction
 */

/** Posts, replaces or deletes as the body asks; answers Slack's error code, or null. */
export function applyMessageResponse(
  workspace: Workspace,
  target: ResponseUrl,
  body: JsonObject,
): string | null {
  const { original } = target;
  if (isTrue(body['delete_original'])) {
    if (original !== null) deleteMessage(workspace, original);
    return null;
  }
  const text = stringAt(body, 'text') ?? '';
  const { blocks, attachments } = body;
  const nothing = text.trim() === '' && objectsIn(blocks).length === 0;
  if (nothing && objectsIn(attachments).length === 0) return 'no_text';
  const refusal =
    (blocks === undefined ? null : refuseBlocks(blocks, workspace)) ??
    (attachments === undefined ? null : refuseAttachments(attachments, workspace));
  // Response URLs do not count the characters of all blocks together.
  if (refusal !== null && refusal.error !== 'msg_blocks_too_long') return refusal.error;
  if (isTrue(body['replace_original']) && original !== null && !original.deleted) {
    editMessage(workspace, original, { text, blocks: blocks ?? [], attachments });
    return null;
  }
  const inChannel = body['response_type'] === 'in_channel';
  const posted = addMessage(workspace, {
    channel: target.channel,
    text,
    blocks,
    attachments,
    threadTs: stringAt(body, 'thread_ts'),
    ephemeralFor: inChannel ? null : target.userId,
  });
  target.original ??= posted;
  return null;
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** Acts on the payload of an acknowledgement; a sentence when Slack could not. */
export function applyAcknowledgement(
  workspace: Workspace,
  interaction: SlackInteraction,
  response: unknown,
): string | null {
  const { kind, payload } = interaction;
  if (payload['type'] === 'view_submission') {
    const view = findView(workspace, stringAt(payload['view'], 'id') ?? '');
    return view === null ? null : applySubmissionResponse(workspace, view, response);
  }
  if (response === null) return null;
  if (kind !== 'slash_commands') {
    return 'an acknowledgement with a payload where none is accepted';
  }
  const path = new URL(interaction.responseUrl ?? workspace.baseUrl).pathname;
  const target = workspace.responseUrls.get(path);
  if (target === undefined) return null;
  const body = typeof response === 'string' ? { text: response } : response;
  return isObject(body)
    ? applyMessageResponse(workspace, target, body)
    : 'a payload of no known form';
}

function applySubmissionResponse(
  workspace: Workspace,
  view: StoredView,
  response: unknown,
): string | null {
  view.errors = {};
  if (response === null) {
    closeView(workspace, view);
    return null;
  }
  if (!isObject(response)) return 'a view_submission is answered with a JSON object or nothing';
  switch (response['response_action']) {
    case 'clear':
      closeAll(workspace, view.userId);
      return null;
    case 'errors':
      return showErrors(workspace, view, response['errors']);
    case 'update':
    case 'push':
      return showView(workspace, view, response['response_action'], response['view']);
    default:
      return `unknown response_action ${JSON.stringify(response['response_action'])}`;
  }
}

function showErrors(workspace: Workspace, view: StoredView, errors: unknown): string | null {
  const entries = isObject(errors) ? Object.entries(errors) : [];
  const inputs = findElements(view.wire['blocks']).filter(isInput);
  const valid = entries.every(
    ([blockId, sentence]) =>
      typeof sentence === 'string' &&
      sentence !== '' &&
      inputs.some((input) => input.blockId === blockId),
  );
  if (entries.length === 0 || !valid) {
    return 'errors of a view_submission must name input blocks of the view';
  }
  view.errors = Object.fromEntries(entries.map(([blockId, text]) => [blockId, String(text)]));
  workspace.changed();
  return null;
}

function showView(
  workspace: Workspace,
  view: StoredView,
  how: 'update' | 'push',
  sent: unknown,
): string | null {
  const [complaint] = validateSlackView(sent, workspace);
  if (complaint !== undefined || !isObject(sent)) return complaint ?? 'no view';
  if (sent['type'] !== 'modal') return 'unsupported type: home [json-pointer:/view/type]';
  if (how === 'update') {
    updateView(workspace, view, sent);
    return null;
  }
  if (stackOf(workspace, view.userId).length >= mostStackedViews) return 'push_limit_reached';
  pushView(workspace, view.userId, sent);
  return null;
}
