/** What a manifest is made from. */
export interface ManifestCommand {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** `/rebalance [account] [--buy-only]`. */
  readonly usage: string;
}

export interface ManifestOptions {
  /** What the bot is called in Slack. */
  readonly name?: string;
  /** For signed HTTP: where Slack reaches this bot. Null or left out: Socket Mode. */
  readonly requestUrl?: string | null;
}

/**
 * What the bot needs and no more: to post and edit what it says, to be commanded, to send files such as
 * the audit, and to see whether it is in the channels it is to serve, which doctor tells. Reading
 * messages or people is not among it.
 */
export const SLACK_BOT_SCOPES = [
  'channels:read',
  'chat:write',
  'commands',
  'files:write',
  'groups:read',
] as const;

/**
 * The app manifest that Slack's "Create from manifest" takes.
 * https://docs.slack.dev/reference/app-manifest
 */
export function slackManifest(
  commands: readonly ManifestCommand[],
  options: ManifestOptions = {},
): object {
  const name = options.name ?? 'Evenkeel';
  const requestUrl = options.requestUrl ?? null;
  const url = requestUrl === null ? {} : { url: requestUrl };
  const request = requestUrl === null ? {} : { request_url: requestUrl };
  return {
    display_information: {
      name: name.slice(0, 35),
      description: 'Keeps portfolios on an even keel',
      background_color: '#0b3d4a',
    },
    features: {
      app_home: {
        home_tab_enabled: true,
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: true,
      },
      bot_user: { display_name: name.slice(0, 80), always_online: true },
      slash_commands: commands.map(({ name: command, description, usage }) => {
        const hint = usage.replace(/^\/\S+\s*/, '').slice(0, 1000);
        return {
          command: `/${command}`,
          ...url,
          description: description.slice(0, 2000),
          ...(hint === '' ? {} : { usage_hint: hint }),
          should_escape: false,
        };
      }),
    },
    oauth_config: { scopes: { bot: [...SLACK_BOT_SCOPES] } },
    settings: {
      event_subscriptions: { ...request, bot_events: ['app_home_opened'] },
      interactivity: { is_enabled: true, ...request },
      org_deploy_enabled: false,
      socket_mode_enabled: requestUrl === null,
      token_rotation_enabled: false,
    },
  };
}
