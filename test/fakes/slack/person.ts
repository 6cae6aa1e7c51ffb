import type { Deliveries } from './deliveries.ts';
import {
  enteredState,
  findElements,
  initialState,
  inputComplaint,
  isInput,
  stateValuesOf,
} from './element-state.ts';
import type { Entered, FoundElement, StateValues } from './element-state.ts';
import { isObject, stringAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { messageSeen, addMessage } from './messages.ts';
import type { SlackInteraction, SlackMessage, SlackView } from './observations.ts';
import type { SlackTeam } from './options.ts';
import {
  appHomeOpenedEvent,
  commandPayload,
  eventPayload,
  messageActionPayload,
  viewActionPayload,
  viewClosedPayload,
  viewSubmissionPayload,
} from './payloads.ts';
import type { Actor } from './payloads.ts';
import { closeAll, closeView, findView, stackOf, viewSeen } from './views.ts';
import { directChannel, findMessage } from './workspace.ts';
import type { StoredMessage, StoredView, Workspace } from './workspace.ts';

export interface ClickOptions {
  /** Narrows it down when the action id is there more than once. */
  readonly blockId?: string;
  readonly value?: string;
  /** What the person answers to a confirmation dialog; they accept unless told. */
  readonly confirm?: 'accept' | 'deny';
  /**
   * Clicks what the given copy of the message shows, although it may have been edited since: two
   * people click at the same moment, or a client has not caught up.
   */
  readonly stale?: boolean;
}

/**
 * A person in front of Slack. What they do resolves with the first outcome of its delivery; it
 * throws where the real client would not let them do it.
 */
export interface SlackPerson {
  readonly id: string;
  /** The same person, but Slack says that it happens in another workspace or enterprise. */
  from(origin: {
    readonly team?: Partial<SlackTeam>;
    readonly isEnterpriseInstall?: boolean;
  }): SlackPerson;
  command(
    command: string,
    text: string,
    place: { readonly channel: string },
  ): Promise<SlackInteraction>;
  /** Null when they denied the confirmation: nothing is sent. */
  click(
    target: SlackMessage | SlackView,
    actionId: string,
    options?: ClickOptions,
  ): Promise<SlackInteraction | null>;
  /** Chooses in a menu, picker or set of boxes, by option value. Null: nothing is sent for it. */
  choose(
    target: SlackMessage | SlackView,
    actionId: string,
    entered: Entered,
    options?: ClickOptions,
  ): Promise<SlackInteraction | null>;
  /** Fills in by block or action id, and submits. */
  submit(view: SlackView, values?: Readonly<Record<string, Entered>>): Promise<SlackInteraction>;
  /** Closes the modal in front. Null when the app did not ask to be told. */
  dismiss(view: SlackView): Promise<SlackInteraction | null>;
  openHome(tab?: 'home' | 'messages'): Promise<SlackInteraction>;
  /** Writes a message. The fake does not send message events to the app. */
  say(channel: string, text: string): SlackMessage;
  /** Messages that this person alone sees. */
  ephemeralMessages(channel?: string): SlackMessage[];
  /** The direct conversation with the app. */
  directMessages(): SlackMessage[];
  /** Open modals, the one in front last. */
  views(): SlackView[];
  home(): SlackView | null;
}

export function createPerson(
  workspace: Workspace,
  deliveries: Deliveries,
  actor: Actor,
): SlackPerson {
  const { user } = actor;

  /** The stored message that the person clicks on; they must be able to see it. */
  function visibleMessage(target: SlackMessage, stale: boolean): StoredMessage {
    const channel = workspace.channels.get(target.channel);
    const stored =
      findMessage(workspace, target.channel, target.ts) ??
      (stale ? workspace.messages.find(({ ts }) => ts === target.ts) : undefined);
    if (stored === undefined) throw new Error('this message is not there any more');
    const hidden = stored.ephemeralFor !== null && stored.ephemeralFor !== user.id;
    if (!channel?.members.has(user.id) || hidden) {
      throw new Error(`${user.id} does not see this message in ${target.channel}`);
    }
    return stored;
  }

  function openView(target: SlackView): StoredView {
    const view = findView(workspace, target.id);
    if (view?.userId !== user.id) throw new Error(`${user.id} has no open view ${target.id}`);
    const front = stackOf(workspace, user.id).at(-1);
    if (view.wire['type'] === 'modal' && front !== view) {
      throw new Error(`the view ${target.id} is covered by another`);
    }
    return view;
  }

  function sendAction(
    target: SlackMessage | SlackView,
    action: JsonObject,
    values: StateValues,
    stale: boolean,
  ): Promise<SlackInteraction> {
    if (!('ts' in target)) {
      const { payload, ...links } = viewActionPayload(workspace, actor, openView(target), action);
      return deliveries.deliver('interactive', payload, links);
    }
    const message = visibleMessage(target, stale);
    const channel = workspace.channels.get(target.channel);
    if (channel === undefined) throw new Error(`there is no channel ${target.channel}`);
    const wire = structuredClone(stale ? target.wire : message.wire);
    const clicked = { channel, message, wire, action, values };
    const { payload, ...links } = messageActionPayload(workspace, actor, clicked);
    return deliveries.deliver('interactive', payload, links);
  }

  function blocksSeen(target: SlackMessage | SlackView, stale: boolean): unknown {
    if (stale) return target.blocks;
    return 'ts' in target
      ? visibleMessage(target, false).wire['blocks']
      : openView(target).wire['blocks'];
  }

  /** What the person put into a message's elements; views keep theirs themselves. */
  function stateOf(target: SlackMessage | SlackView, stale: boolean): StateValues {
    if (!('ts' in target)) return stateValuesOf(openView(target).wire);
    const initial = initialState(blocksSeen(target, stale));
    for (const [blockId, actions] of Object.entries(enteredIn(target))) {
      if (initial[blockId] !== undefined) Object.assign(initial[blockId], actions);
    }
    return initial;
  }

  function enteredIn(target: SlackMessage): StateValues {
    const key = `${user.id} ${target.channel} ${target.ts}`;
    const known = entered.get(key) ?? {};
    entered.set(key, known);
    return known;
  }

  const entered = enteredByWorkspace(workspace);

  return {
    id: user.id,
    from: ({ team, isEnterpriseInstall = false }) => {
      const origin = team === undefined ? actor.team : { ...workspace.team, ...team };
      return createPerson(workspace, deliveries, { user, team: origin, isEnterpriseInstall });
    },
    command: async (command, text, place) => {
      const channel = workspace.channels.get(place.channel);
      if (!channel?.members.has(user.id)) throw new Error(`${user.id} is not in ${place.channel}`);
      const mayCommand = workspace.tokens.get(workspace.botToken)?.scopes.has('commands');
      if (!mayCommand || !workspace.app.commands.includes(command)) {
        throw new Error(`${command} is not a valid command`);
      }
      const trimmed = { command, text: text.trim(), channel };
      const { payload, ...links } = commandPayload(workspace, actor, trimmed);
      return deliveries.deliver('slash_commands', payload, links);
    },
    click: async (target, actionId, options = {}) => {
      const stale = options.stale ?? false;
      const found = findOne(blocksSeen(target, stale), actionId, options);
      if (found.element['type'] !== 'button') throw new Error(`${actionId} is no button`);
      if (isObject(found.element['confirm']) && options.confirm === 'deny') return null;
      const action = buttonAction(found, workspace.nextTimestamp());
      return sendAction(target, action, stateOf(target, stale), stale);
    },
    choose: async (target, actionId, value, options = {}) => {
      const stale = options.stale ?? false;
      const found = findOne(blocksSeen(target, stale), actionId, options);
      const state = enteredState(found.element, value);
      if (typeof state === 'string') throw new Error(`${actionId}: ${state}`);
      const values = 'ts' in target ? enteredIn(target) : stateOf(target, stale);
      (values[found.blockId] ??= {})[actionId] = state;
      if (!('ts' in target)) {
        const view = openView(target);
        view.wire = { ...view.wire, state: { values } };
      }
      const quiet = found.block['type'] === 'input' && found.block['dispatch_action'] !== true;
      if (quiet) return null;
      if (isObject(found.element['confirm']) && options.confirm === 'deny') return null;
      const place = { action_id: actionId, block_id: found.blockId };
      const action = { ...state, ...place, action_ts: workspace.nextTimestamp() };
      return sendAction(target, action, stateOf(target, stale), stale);
    },
    submit: async (target, values = {}) => {
      const view = openView(target);
      if (!isObject(view.wire['submit'])) throw new Error('the view has no submit button');
      fillIn(view, values, stateOf(target, false));
      const { payload, ...links } = viewSubmissionPayload(workspace, actor, view);
      return deliveries.deliver('interactive', payload, links);
    },
    dismiss: async (target) => {
      const view = openView(target);
      const isCleared = view.wire['clear_on_close'] === true;
      const payload = viewClosedPayload(workspace, actor, view, isCleared);
      if (isCleared) closeAll(workspace, user.id);
      else closeView(workspace, view);
      return view.wire['notify_on_close'] === true
        ? deliveries.deliver('interactive', payload)
        : null;
    },
    openHome: (tab = 'home') => {
      const event = appHomeOpenedEvent(workspace, user, tab);
      return deliveries.deliver('events_api', eventPayload(workspace, actor, event));
    },
    say: (channel, text) => messageSeen(addMessage(workspace, { channel, text, author: user.id })),
    ephemeralMessages: (channel) =>
      workspace.messages
        .filter(({ ephemeralFor, deleted }) => ephemeralFor === user.id && !deleted)
        .filter((message) => channel === undefined || message.channel === channel)
        .map((message) => messageSeen(message)),
    directMessages: () => {
      const { id } = directChannel(workspace, user.id);
      return workspace.messages
        .filter(({ channel, deleted }) => channel === id && !deleted)
        .map((message) => messageSeen(message));
    },
    views: () => stackOf(workspace, user.id).map((view) => viewSeen(view)),
    home: () => {
      const home = workspace.homes.get(user.id);
      return home === undefined ? null : viewSeen(home);
    },
  };
}

const enteredStates = new WeakMap<Workspace, Map<string, StateValues>>();

function enteredByWorkspace(workspace: Workspace): Map<string, StateValues> {
  const known = enteredStates.get(workspace) ?? new Map<string, StateValues>();
  enteredStates.set(workspace, known);
  return known;
}

function findOne(blocks: unknown, actionId: string, options: ClickOptions): FoundElement {
  const all = findElements(blocks);
  const found = all.filter(
    (each) =>
      each.actionId === actionId &&
      (options.blockId === undefined || each.blockId === options.blockId) &&
      (options.value === undefined || each.element['value'] === options.value),
  );
  const [first] = found;
  if (first === undefined) {
    const there = all.map((each) => each.actionId).join(', ');
    throw new Error(`there is no ${actionId} to click; there are: ${there || 'none'}`);
  }
  if (found.length > 1) throw new Error(`${actionId} is there ${found.length} times: say which`);
  return first;
}

function buttonAction({ element, blockId, actionId }: FoundElement, ts: string): JsonObject {
  const { text, value, url, style } = element;
  return {
    action_id: actionId,
    block_id: blockId,
    text,
    ...(value === undefined ? {} : { value }),
    ...(url === undefined ? {} : { url }),
    ...(style === undefined ? {} : { style }),
    type: 'button',
    action_ts: ts,
  };
}

/** Puts the values into the view's state, and refuses what the real form would refuse. */
function fillIn(
  view: StoredView,
  values: Readonly<Record<string, Entered>>,
  state: StateValues,
): void {
  const inputs = findElements(view.wire['blocks']).filter(isInput);
  for (const [name, value] of Object.entries(values)) {
    const input = inputs.find(({ blockId, actionId }) => blockId === name || actionId === name);
    if (input === undefined) throw new Error(`the view has no input ${name}`);
    const entry = enteredState(input.element, value);
    if (typeof entry === 'string') throw new Error(`${name}: ${entry}`);
    (state[input.blockId] ??= {})[input.actionId] = entry;
  }
  for (const input of inputs) {
    const complaint = inputComplaint(input, state[input.blockId]?.[input.actionId]);
    const label = stringAt(input.block['label'], 'text') ?? input.blockId;
    if (complaint !== null) throw new Error(`"${label}" ${complaint}`);
  }
  view.wire = { ...view.wire, state: { values: state } };
}
