import { webApi } from '@slack/bolt';
import type { SlackSettings } from '../../config/config.ts';
import { reveal } from '../../lib/secret.ts';
import type { Clock } from '../../ports/clock.ts';
import { SLACK_BOT_SCOPES } from './manifest.ts';
import type { SlackApi } from './web-api.ts';
import { createSlackApi, SlackRefusal } from './web-api.ts';

const FRESH_BOT_TOKEN =
  'Take the Bot User OAuth Token from the app\'s "OAuth & Permissions" page and put it into .env as SLACK_BOT_TOKEN.';
const FRESH_APP_TOKEN =
  'Make an App-Level Token with the scope connections:write on the app\'s "Basic Information" page and put it into .env as SLACK_APP_TOKEN.';

/** Looks whether Slack would let the bot do its work. @returns a sentence for each thing that is missing. */
export async function findSlackProblems(facts: {
  readonly settings: SlackSettings;
  readonly api: SlackApi;
  readonly clientOptions: webApi.WebClientOptions;
  readonly clock: Clock;
  readonly channels: readonly string[];
}): Promise<readonly string[]> {
  const { settings, api, channels } = facts;
  const found = await botTokenProblems(api, settings);
  if (found.fatal) return found.problems;
  const problems = [...found.problems, ...(await appTokenProblems(facts))];
  if (channels.length === 0) {
    problems.push('No account names a Slack channel: add one under channels in portfolios.yaml.');
  }
  for (const channel of channels) {
    const problem = await channelProblem(api, channel);
    if (problem !== null) problems.push(problem);
  }
  return problems;
}

async function botTokenProblems(
  api: SlackApi,
  settings: SlackSettings,
): Promise<{ readonly fatal: boolean; readonly problems: readonly string[] }> {
  if (!reveal(settings.botToken).startsWith('xoxb-')) {
    const problem = `SLACK_BOT_TOKEN is not a bot token: it begins with xoxb-. ${FRESH_BOT_TOKEN}`;
    return { fatal: true, problems: [problem] };
  }
  try {
    const answer = await api.call('auth.test', {}, { repeatable: true });
    const granted = scopesOf(answer);
    const missing = SLACK_BOT_SCOPES.filter((scope) => !granted.includes(scope));
    return {
      fatal: false,
      problems:
        missing.length === 0
          ? []
          : [
              `The app lacks the scope ${missing.join(', ')}: update it from "evenkeel manifest slack" and install it again.`,
            ],
    };
  } catch (error) {
    return { fatal: true, problems: [`SLACK_BOT_TOKEN: ${reasonOf(error, FRESH_BOT_TOKEN)}`] };
  }
}

/** What the SDK read from the header of the answer. */
function scopesOf(answer: Readonly<Record<string, unknown>>): readonly string[] {
  const metadata = answer['response_metadata'];
  if (typeof metadata !== 'object' || metadata === null || !('scopes' in metadata)) return [];
  const { scopes } = metadata;
  return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [];
}

async function appTokenProblems(facts: {
  readonly settings: SlackSettings;
  readonly clientOptions: webApi.WebClientOptions;
  readonly clock: Clock;
}): Promise<readonly string[]> {
  const { transport } = facts.settings;
  if (transport.type !== 'socket') return [];
  const token = reveal(transport.appToken);
  if (!token.startsWith('xapp-')) {
    return [`SLACK_APP_TOKEN is not an app-level token: it begins with xapp-. ${FRESH_APP_TOKEN}`];
  }
  const api = createSlackApi(new webApi.WebClient(token, facts.clientOptions), facts.clock);
  try {
    await api.call('apps.connections.open', {}, { repeatable: true });
    return [];
  } catch (error) {
    return [`SLACK_APP_TOKEN: ${reasonOf(error, FRESH_APP_TOKEN)}`];
  } finally {
    api.stop();
  }
}

async function channelProblem(api: SlackApi, channel: string): Promise<string | null> {
  const invite = 'Invite the bot there with /invite, or correct the channel in portfolios.yaml.';
  try {
    const { channel: info } = await api.call(
      'conversations.info',
      { channel },
      { repeatable: true },
    );
    if (typeof info !== 'object' || info === null) return `Channel ${channel} could not be read.`;
    if ('is_archived' in info && info.is_archived === true) {
      return `Channel ${channel} is archived: unarchive it, or name another one in portfolios.yaml.`;
    }
    if ('is_member' in info && info.is_member === true) return null;
    return `The bot is not a member of channel ${channel}. ${invite}`;
  } catch (error) {
    if (!(error instanceof SlackRefusal))
      return `Channel ${channel}: ${reasonOf(error, '')}`.trim();
    if (error.error === 'missing_scope') {
      return `Whether the bot is in channel ${channel} cannot be checked: the scopes channels:read and groups:read are missing.`;
    }
    return `The bot cannot see channel ${channel} (${error.error}). ${invite}`;
  }
}

function reasonOf(error: unknown, whatToDo: string): string {
  if (error instanceof SlackRefusal) return `Slack refused it (${error.error}). ${whatToDo}`;
  const reason = error instanceof Error ? error.message : 'unknown';
  return `Slack could not be asked: ${reason.replace(/[.\s]*$/u, '')}. Check the network and try again.`;
}
