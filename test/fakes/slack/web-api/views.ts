import { validateSlackView } from '../block-kit/validate.ts';
import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import {
  findView,
  findViewByExternalId,
  mostStackedViews,
  openView,
  publishHome,
  pushView,
  stackOf,
  updateView,
} from '../views.ts';
import type { StoredView, Trigger, Workspace } from '../workspace.ts';
import { invalid, jsonArgument, refuse, textArgument } from './method.ts';
import type { Arguments, Method } from './method.ts';

/** https://docs.slack.dev/reference/methods, family `views`; none needs a scope */

/** The view that was sent, or why Slack would not show it. */
function readView(
  workspace: Workspace,
  args: Arguments,
  types: readonly string[],
): { readonly view: JsonObject } {
  const sent = jsonArgument(args, 'view');
  if (sent === invalid || !isObject(sent)) {
    return refuse('invalid_arguments', ['must be a valid JSON object [json-pointer:/view]']);
  }
  const complaints = validateSlackView(sent, workspace);
  if (complaints.includes('view_too_large')) return refuse('view_too_large');
  if (complaints.length === 0 && !types.includes(String(sent['type']))) {
    complaints.push(`unsupported type: ${String(sent['type'])} [json-pointer:/view/type]`);
  }
  if (complaints.length > 0) {
    return refuse('invalid_arguments', [
      'failed to match all allowed schemas [json-pointer:/view]',
      ...complaints,
    ]);
  }
  return { view: sent };
}

/** A trigger is pulled once and soon. */
function useTrigger(workspace: Workspace, args: Arguments): Trigger {
  const id = textArgument(args, 'trigger_id');
  if (id === undefined) return refuse('invalid_arguments', ['missing required field: trigger_id']);
  const trigger = workspace.triggers.get(id);
  if (trigger === undefined) return refuse('invalid_trigger_id');
  if (trigger.used) return refuse('exchanged_trigger_id');
  const lifetime = workspace.options.triggerMilliseconds ?? 3000;
  if (workspace.clock.now() - trigger.at > lifetime) return refuse('expired_trigger_id');
  trigger.used = true;
  return trigger;
}

function externalIdTaken(workspace: Workspace, view: JsonObject, self?: StoredView): boolean {
  const id = view['external_id'];
  if (typeof id !== 'string' || id === '') return false;
  const holder = findViewByExternalId(workspace, id);
  return holder !== null && holder !== self;
}

const open: Method = {
  tokens: ['bot'],
  tier: 4,
  json: true,
  required: ['view'],
  handle: ({ workspace, args }) => {
    const read = readView(workspace, args, ['modal']);
    if (externalIdTaken(workspace, read.view)) return refuse('duplicate_external_id');
    const trigger = useTrigger(workspace, args);
    return { ok: true, view: openView(workspace, trigger.userId, read.view).wire };
  },
};

const push: Method = {
  tokens: ['bot'],
  tier: 4,
  json: true,
  required: ['view'],
  handle: ({ workspace, args }) => {
    const read = readView(workspace, args, ['modal']);
    if (externalIdTaken(workspace, read.view)) return refuse('duplicate_external_id');
    const trigger = useTrigger(workspace, args);
    const stack = stackOf(workspace, trigger.userId);
    if (trigger.viewId === null || stack.length === 0) return refuse('not_found');
    if (stack.length >= mostStackedViews) return refuse('push_limit_reached');
    return { ok: true, view: pushView(workspace, trigger.userId, read.view).wire };
  },
};

const update: Method = {
  tokens: ['bot'],
  tier: 4,
  json: true,
  required: ['view'],
  handle: ({ workspace, args }) => {
    const id = textArgument(args, 'view_id');
    const externalId = textArgument(args, 'external_id');
    if (id === undefined && externalId === undefined) {
      return refuse('invalid_arguments', ['missing required field: view_id']);
    }
    const read = readView(workspace, args, ['modal', 'home']);
    const found =
      id === undefined
        ? findViewByExternalId(workspace, externalId ?? '')
        : findView(workspace, id);
    if (found === null || found.wire['type'] !== read.view['type']) return refuse('not_found');
    if (externalIdTaken(workspace, read.view, found)) return refuse('duplicate_external_id');
    const hash = textArgument(args, 'hash');
    if (hash !== undefined && hash !== found.wire['hash']) return refuse('hash_conflict');
    updateView(workspace, found, read.view);
    return { ok: true, view: found.wire };
  },
};

const publish: Method = {
  tokens: ['bot'],
  tier: 4,
  json: true,
  required: ['user_id', 'view'],
  handle: ({ workspace, args }) => {
    const userId = textArgument(args, 'user_id') ?? '';
    const user = workspace.users.get(userId);
    if (user === undefined || user.isBot) return refuse('invalid_arguments', ['invalid `user_id`']);
    const read = readView(workspace, args, ['home']);
    if (!workspace.app.homeTab) return refuse('not_enabled');
    const known = workspace.homes.get(userId);
    const hash = textArgument(args, 'hash');
    if (hash !== undefined && hash !== known?.wire['hash']) return refuse('hash_conflict');
    if (externalIdTaken(workspace, read.view, known)) return refuse('duplicate_external_id');
    return { ok: true, view: publishHome(workspace, userId, read.view).wire };
  },
};

export const viewsMethods: Readonly<Record<string, Method>> = {
  'views.open': open,
  'views.push': push,
  'views.update': update,
  'views.publish': publish,
};
