import { chatMethods } from './chat.ts';
import { conversationsMethods } from './conversations.ts';
import { filesMethods } from './files.ts';
import type { Method } from './method.ts';
import { viewsMethods } from './views.ts';

/** Answers the bot's or, for an app-level token, the app's identity. */
const authTest: Method = {
  tokens: ['bot', 'app'],
  tier: 'special',
  json: true,
  handle: ({ workspace, token }) => {
    const { team, app } = workspace;
    if (token.kind === 'app') return { ok: true, app_name: app.name, app_id: app.id };
    return {
      ok: true,
      url: `https://${team.domain}.slack.com/`,
      team: team.name,
      user: app.name,
      team_id: team.id,
      user_id: app.botUserId,
      bot_id: app.botId,
      ...(team.enterprise === null ? {} : { enterprise_id: team.enterprise.id }),
      is_enterprise_install: false,
    };
  },
};

/** Every method but `apps.connections.open`, which the fake's Socket Mode brings. */
export const methods: Readonly<Record<string, Method>> = {
  'auth.test': authTest,
  ...chatMethods,
  ...conversationsMethods,
  ...filesMethods,
  ...viewsMethods,
};

/** A single-use WebSocket address, for the app-level token only. */
export function connectionsOpen(createUrl: () => string): Method {
  return {
    tokens: ['app'],
    scopes: () => ['connections:write'],
    tier: 3,
    json: true,
    handle: () => ({ ok: true, url: createUrl() }),
  };
}
