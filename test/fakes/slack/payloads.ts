import type { StateValues } from './element-state.ts';
import type { JsonObject } from './json.ts';
import { channelNameFor, directChannel, secondsOf, shortHash } from './workspace.ts';
import type {
  Channel,
  ResponseUrl,
  StoredMessage,
  StoredView,
  User,
  Workspace,
} from './workspace.ts';
import type { SlackTeam } from './options.ts';

/**
 * The payloads as https://docs.slack.dev/reference/interaction-payloads and the types of
 * @slack/bolt show them.
 */

/** Who did it, and in the name of which workspace Slack says so. */
export interface Actor {
  readonly user: User;
  /** Null: the workspace the app is installed in. */
  readonly team: SlackTeam | null;
  readonly isEnterpriseInstall: boolean;
}

/** A fresh `trigger_id`; `viewId` when it is pulled inside a view. */
export function createTrigger(workspace: Workspace, userId: string, viewId: string | null): string {
  const serial = workspace.nextId('');
  const id = `${Number(serial)}.${secondsOf(workspace.clock)}.${shortHash(serial)}`;
  workspace.triggers.set(id, { userId, at: workspace.clock.now(), viewId, used: false });
  return id;
}

export function createResponseUrl(
  workspace: Workspace,
  kind: 'commands' | 'actions',
  target: Pick<ResponseUrl, 'channel' | 'userId' | 'original'>,
): string {
  const serial = workspace.nextId('');
  const path = `/${kind}/${workspace.team.id}/${Number(serial)}/${shortHash(`${kind}${serial}`)}`;
  workspace.responseUrls.set(path, { ...target, at: workspace.clock.now(), uses: 0 });
  return `${workspace.baseUrl}${path}`;
}

function teamOf(workspace: Workspace, actor: Actor): SlackTeam {
  return actor.team ?? workspace.team;
}

function interactionHead(workspace: Workspace, actor: Actor): JsonObject {
  const team = teamOf(workspace, actor);
  return {
    user: {
      id: actor.user.id,
      username: actor.user.name,
      name: actor.user.name,
      team_id: actor.team?.id ?? actor.user.teamId,
    },
    api_app_id: workspace.app.id,
    token: workspace.verificationToken,
    team: {
      id: team.id,
      domain: team.domain,
      ...(team.enterprise === null
        ? {}
        : { enterprise_id: team.enterprise.id, enterprise_name: team.enterprise.name }),
    },
    enterprise: team.enterprise,
    is_enterprise_install: actor.isEnterpriseInstall,
  };
}

export function commandPayload(
  workspace: Workspace,
  actor: Actor,
  command: { readonly command: string; readonly text: string; readonly channel: Channel },
): { payload: JsonObject; triggerId: string; responseUrl: string } {
  const { channel } = command;
  const team = teamOf(workspace, actor);
  const triggerId = createTrigger(workspace, actor.user.id, null);
  const responseUrl = createResponseUrl(workspace, 'commands', {
    channel: channel.id,
    userId: actor.user.id,
    original: null,
  });
  const payload = {
    token: workspace.verificationToken,
    team_id: team.id,
    team_domain: team.domain,
    ...(team.enterprise === null
      ? {}
      : { enterprise_id: team.enterprise.id, enterprise_name: team.enterprise.name }),
    channel_id: channel.id,
    channel_name: channelNameFor(channel),
    user_id: actor.user.id,
    user_name: actor.user.name,
    command: command.command,
    text: command.text,
    api_app_id: workspace.app.id,
    is_enterprise_install: String(actor.isEnterpriseInstall),
    response_url: responseUrl,
    trigger_id: triggerId,
  };
  return { payload, triggerId, responseUrl };
}

/** `block_actions` from a message. An ephemeral message is not part of its own payload. */
export function messageActionPayload(
  workspace: Workspace,
  actor: Actor,
  clicked: {
    readonly channel: Channel;
    readonly message: StoredMessage;
    readonly wire: JsonObject;
    readonly action: JsonObject;
    readonly values: StateValues;
  },
): { payload: JsonObject; triggerId: string; responseUrl: string } {
  const { channel, message, wire } = clicked;
  const triggerId = createTrigger(workspace, actor.user.id, null);
  const responseUrl = createResponseUrl(workspace, 'actions', {
    channel: channel.id,
    userId: actor.user.id,
    original: message,
  });
  const ephemeral = message.ephemeralFor !== null;
  const payload = {
    type: 'block_actions',
    ...interactionHead(workspace, actor),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...(wire['thread_ts'] === undefined ? {} : { thread_ts: wire['thread_ts'] }),
    },
    trigger_id: triggerId,
    channel: { id: channel.id, name: channelNameFor(channel) },
    ...(ephemeral ? {} : { message: wire }),
    state: { values: clicked.values },
    response_url: responseUrl,
    actions: [clicked.action],
  };
  return { payload, triggerId, responseUrl };
}

export function viewActionPayload(
  workspace: Workspace,
  actor: Actor,
  view: StoredView,
  action: JsonObject,
): { payload: JsonObject; triggerId: string } {
  const triggerId = createTrigger(workspace, actor.user.id, view.id);
  const payload = {
    type: 'block_actions',
    ...interactionHead(workspace, actor),
    container: { type: 'view', view_id: view.id },
    trigger_id: triggerId,
    view: structuredClone(view.wire),
    actions: [action],
  };
  return { payload, triggerId };
}

export function viewSubmissionPayload(
  workspace: Workspace,
  actor: Actor,
  view: StoredView,
): { payload: JsonObject; triggerId: string } {
  const triggerId = createTrigger(workspace, actor.user.id, view.id);
  const payload = {
    type: 'view_submission',
    ...interactionHead(workspace, actor),
    trigger_id: triggerId,
    view: structuredClone(view.wire),
    response_urls: [],
  };
  return { payload, triggerId };
}

export function viewClosedPayload(
  workspace: Workspace,
  actor: Actor,
  view: StoredView,
  isCleared: boolean,
): JsonObject {
  return {
    type: 'view_closed',
    ...interactionHead(workspace, actor),
    view: structuredClone(view.wire),
    is_cleared: isCleared,
  };
}

export function eventPayload(
  workspace: Workspace,
  actor: Actor | null,
  event: JsonObject,
): JsonObject {
  const team = actor === null ? workspace.team : teamOf(workspace, actor);
  return {
    token: workspace.verificationToken,
    team_id: team.id,
    context_team_id: workspace.team.id,
    context_enterprise_id: workspace.team.enterprise?.id ?? null,
    api_app_id: workspace.app.id,
    event,
    type: 'event_callback',
    event_id: workspace.nextId('Ev'),
    event_time: secondsOf(workspace.clock),
    authorizations: [
      {
        enterprise_id: workspace.team.enterprise?.id ?? null,
        team_id: workspace.team.id,
        user_id: workspace.app.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
  };
}

export function appHomeOpenedEvent(
  workspace: Workspace,
  user: User,
  tab: 'home' | 'messages',
): JsonObject {
  const home = workspace.homes.get(user.id);
  return {
    type: 'app_home_opened',
    user: user.id,
    channel: directChannel(workspace, user.id).id,
    tab,
    ...(home === undefined || tab === 'messages' ? {} : { view: structuredClone(home.wire) }),
    event_ts: workspace.nextTimestamp(),
  };
}
