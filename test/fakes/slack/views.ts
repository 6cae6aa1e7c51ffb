import { isObject, objectsIn, stringAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { completeBlocks } from './messages.ts';
import { initialState, stateValuesOf } from './element-state.ts';
import type { SlackView } from './observations.ts';
import { secondsOf, shortHash } from './workspace.ts';
import type { StoredView, Workspace } from './workspace.ts';

/** Modals and Home tabs: at most three views on top of each other, the last one in front. */

export const mostStackedViews = 3;

/** The view object Slack makes of what an app sent. */
function viewObject(
  workspace: Workspace,
  id: string,
  sent: JsonObject,
  place: { readonly root: string; readonly previous: string | null },
): JsonObject {
  const { team, app, clock } = workspace;
  const blocks = completeBlocks(workspace, sent['blocks']);
  const hash = `${secondsOf(clock)}.${shortHash(workspace.nextId('hash'))}`;
  return {
    id,
    team_id: team.id,
    type: sent['type'],
    blocks,
    private_metadata: sent['private_metadata'] ?? '',
    callback_id: sent['callback_id'] ?? '',
    state: { values: initialState(blocks) },
    hash,
    title: titleObject(sent['title']) ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: sent['clear_on_close'] ?? false,
    notify_on_close: sent['notify_on_close'] ?? false,
    close: titleObject(sent['close']),
    submit: titleObject(sent['submit']),
    previous_view_id: place.previous,
    root_view_id: place.root,
    app_id: app.id,
    external_id: sent['external_id'] ?? '',
    app_installed_team_id: team.id,
    bot_id: app.botId,
  };
}

function titleObject(value: unknown): JsonObject | null {
  return isObject(value) ? { emoji: true, ...value } : null;
}

/** A person's open views, the one in front last. */
export function stackOf(workspace: Workspace, userId: string): StoredView[] {
  return [...workspace.views.values()].filter((view) => view.open && view.userId === userId);
}

/** Opens a modal in place of whatever modal the person had open. */
export function openView(workspace: Workspace, userId: string, sent: JsonObject): StoredView {
  closeAll(workspace, userId);
  return addView(workspace, userId, sent, null);
}

/** Puts a view on top of the person's stack; the caller has checked that there is room. */
export function pushView(workspace: Workspace, userId: string, sent: JsonObject): StoredView {
  return addView(workspace, userId, sent, stackOf(workspace, userId).at(-1) ?? null);
}

function addView(
  workspace: Workspace,
  userId: string,
  sent: JsonObject,
  below: StoredView | null,
): StoredView {
  const id = workspace.nextId('V');
  const root = stringAt(below?.wire, 'root_view_id') ?? id;
  const wire = viewObject(workspace, id, sent, { root, previous: below?.id ?? null });
  const view: StoredView = { id, userId, wire, open: true, errors: {} };
  workspace.views.set(id, view);
  workspace.changed();
  return view;
}

/**
 * Replaces what a view shows; it keeps its id and its place, and what was entered into elements
 * that are still there.
 */
export function updateView(workspace: Workspace, view: StoredView, sent: JsonObject): void {
  const entered = stateValuesOf(view.wire);
  view.wire = viewObject(workspace, view.id, sent, {
    root: stringAt(view.wire, 'root_view_id') ?? view.id,
    previous: stringAt(view.wire, 'previous_view_id'),
  });
  const values = stateValuesOf(view.wire);
  for (const [blockId, actions] of Object.entries(values)) {
    for (const [actionId, fresh] of Object.entries(actions)) {
      const kept = entered[blockId]?.[actionId];
      if (kept !== undefined && kept['type'] === fresh['type']) actions[actionId] = kept;
    }
  }
  view.wire = { ...view.wire, state: { values } };
  view.errors = {};
  workspace.changed();
}

export function publishHome(workspace: Workspace, userId: string, sent: JsonObject): StoredView {
  const known = workspace.homes.get(userId);
  if (known !== undefined) {
    updateView(workspace, known, sent);
    return known;
  }
  const id = workspace.nextId('V');
  const wire = viewObject(workspace, id, sent, { root: id, previous: null });
  const view: StoredView = { id, userId, wire, open: true, errors: {} };
  workspace.homes.set(userId, view);
  workspace.changed();
  return view;
}

export function closeView(workspace: Workspace, view: StoredView): void {
  view.open = false;
  workspace.changed();
}

export function closeAll(workspace: Workspace, userId: string): void {
  for (const view of stackOf(workspace, userId)) closeView(workspace, view);
}

/** An open modal or a Home tab by its id. */
export function findView(workspace: Workspace, id: string): StoredView | null {
  const modal = workspace.views.get(id);
  if (modal?.open) return modal;
  return [...workspace.homes.values()].find((home) => home.id === id) ?? null;
}

export function findViewByExternalId(workspace: Workspace, externalId: string): StoredView | null {
  const all = [...workspace.views.values(), ...workspace.homes.values()];
  return all.find((view) => view.open && view.wire['external_id'] === externalId) ?? null;
}

/** A copy for tests. */
export function viewSeen(view: StoredView): SlackView {
  const wire = structuredClone(view.wire);
  return {
    id: view.id,
    user: view.userId,
    type: wire['type'] === 'home' ? 'home' : 'modal',
    callbackId: stringAt(wire, 'callback_id') ?? '',
    title: stringAt(wire['title'], 'text') ?? '',
    privateMetadata: stringAt(wire, 'private_metadata') ?? '',
    blocks: objectsIn(wire['blocks']),
    hash: stringAt(wire, 'hash') ?? '',
    errors: { ...view.errors },
    wire,
  };
}
