import { z } from 'zod';
import type { Interaction, PlatformUser } from '../../ports/chat.ts';
import { parseButtonValue } from './buttons.ts';
import { parseFields, parseFormMetadata } from './forms.ts';

export const SLACK_PLATFORM = 'slack';

/** Where an answer to an interaction can go. */
export interface ReplyTo {
  readonly userId: string;
  /** Where it happened; the person's own conversation with the app for the Home tab. */
  readonly channel: string;
  /** Five answers within 30 minutes; null for forms. */
  readonly responseUrl: string | null;
  /** Opens a form within three seconds. */
  readonly triggerId: string;
}

/** Which workspace an interaction says it comes from. */
export interface Origin {
  /** The workspace, and that of the person, who may be a guest of a shared channel. */
  readonly teamIds: readonly string[];
  readonly isEnterpriseInstall: boolean;
}

/** An interaction as it came from Slack. */
export interface Parsed {
  readonly origin: Origin;
  readonly replyTo: ReplyTo;
  /** `ours`: clicked on what the bot itself posted, so the place needs no check of its own. */
  readonly place: 'channel' | 'direct' | 'home' | 'form';
  /** Null: a button or form that is not ours or of another version. */
  readonly interaction: Interaction | null;
}

const commandSchema = z.looseObject({
  command: z.string(),
  text: z.string().default(''),
  user_id: z.string(),
  team_id: z.string().nullish(),
  channel_id: z.string(),
  trigger_id: z.string(),
  response_url: z.string().optional(),
  is_enterprise_install: z.union([z.string(), z.boolean()]).optional(),
});

const personSchema = {
  user: z.looseObject({ id: z.string(), team_id: z.string().optional() }),
  team: z.looseObject({ id: z.string() }).nullish(),
  trigger_id: z.string(),
  is_enterprise_install: z.boolean().optional(),
};

const clickSchema = z.looseObject({
  ...personSchema,
  response_url: z.string().optional(),
  container: z.looseObject({
    type: z.string(),
    channel_id: z.string().optional(),
    message_ts: z.string().optional(),
    view_id: z.string().optional(),
  }),
  actions: z
    .array(
      z.looseObject({
        action_id: z.string(),
        action_ts: z.string(),
        value: z.string().optional(),
      }),
    )
    .min(1),
});

const submissionSchema = z.looseObject({
  ...personSchema,
  view: z.looseObject({
    id: z.string(),
    hash: z.string(),
    private_metadata: z.string(),
    state: z.looseObject({ values: z.unknown() }),
  }),
});

function platformUser(userId: string): PlatformUser {
  return { platform: SLACK_PLATFORM, userId, roleIds: [] };
}

/** What came from Slack as an interaction; null when it is nothing that this bot put there. */
export function parse(body: unknown): Parsed | null {
  if (typeof body !== 'object' || body === null) return null;
  const type = 'type' in body ? body.type : 'command' in body ? 'command' : null;
  switch (type) {
    case 'command':
      return parseCommand(body);
    case 'block_actions':
      return parseClick(body);
    case 'view_submission':
      return parseSubmission(body);
    default:
      return null;
  }
}

/**
 * A slash command. A redelivery carries the same `trigger_id`.
 * @returns null when it is none. https://docs.slack.dev/interactivity/implementing-slash-commands
 */
function parseCommand(body: unknown): Parsed | null {
  const read = commandSchema.safeParse(body);
  if (!read.success) return null;
  const { command, text, user_id, team_id, channel_id, trigger_id, response_url } = read.data;
  const enterprise = read.data.is_enterprise_install;
  return {
    origin: {
      teamIds: [team_id ?? ''],
      isEnterpriseInstall: enterprise === true || enterprise === 'true',
    },
    replyTo: {
      userId: user_id,
      channel: channel_id,
      responseUrl: response_url ?? null,
      triggerId: trigger_id,
    },
    place: 'channel',
    interaction: {
      type: 'command',
      idempotencyKey: `command:${trigger_id}`,
      user: platformUser(user_id),
      channel: channel_id,
      command: command.replace(/^\//, ''),
      text: text.trim(),
    },
  };
}

/**
 * A click on a button of a message or of the Home tab. Slack stamps every click (`action_ts`); a
 * redelivery carries the same stamp.
 * @returns null when it is none.
 * https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
 */
function parseClick(body: unknown): Parsed | null {
  const read = clickSchema.safeParse(body);
  if (!read.success) return null;
  const { user, container, actions, trigger_id, response_url } = read.data;
  const [action] = actions;
  if (action === undefined) return null;
  const channel = container.channel_id ?? user.id;
  const value = parseButtonValue(action.value ?? '');
  const shownIn = container.message_ts ?? container.view_id ?? '';
  return {
    origin: originOf(read.data),
    replyTo: {
      userId: user.id,
      channel,
      responseUrl: response_url ?? null,
      triggerId: trigger_id,
    },
    place:
      container.channel_id === undefined ? 'home' : channel.startsWith('D') ? 'direct' : 'channel',
    interaction:
      value === null
        ? null
        : {
            type: 'click',
            idempotencyKey: `click:${user.id}:${channel}:${shownIn}:${action.action_id}:${action.action_ts}`,
            user: platformUser(user.id),
            channel,
            ...value,
            fields: null,
          },
  };
}

/**
 * A filled-in form. A redelivery carries the same view in the same state (`hash`).
 * @returns null when it is none.
 * https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
 */
function parseSubmission(body: unknown): Parsed | null {
  const read = submissionSchema.safeParse(body);
  if (!read.success) return null;
  const { user, view, trigger_id } = read.data;
  const metadata = parseFormMetadata(view.private_metadata);
  const fields = parseFields(view.state.values);
  const channel = metadata?.channel ?? user.id;
  return {
    origin: originOf(read.data),
    replyTo: { userId: user.id, channel, responseUrl: null, triggerId: trigger_id },
    place: 'form',
    interaction:
      metadata === null || fields === null
        ? null
        : {
            type: 'click',
            idempotencyKey: `form:${user.id}:${view.id}:${view.hash}`,
            user: platformUser(user.id),
            ...metadata,
            fields,
          },
  };
}

function originOf(data: {
  readonly user: { readonly team_id?: string | undefined };
  readonly team?: { readonly id: string } | null | undefined;
  readonly is_enterprise_install?: boolean | undefined;
}): Origin {
  return {
    teamIds: [data.team?.id ?? '', ...(data.user.team_id === undefined ? [] : [data.user.team_id])],
    isEnterpriseInstall: data.is_enterprise_install === true,
  };
}
