import { nearest } from '../lib/nearest.ts';
import type { Secret } from '../lib/secret.ts';
import type {
  AlpacaSettings,
  Config,
  DiscordSettings,
  OAuthAppSettings,
  SchwabSettings,
  SlackSettings,
} from './config.ts';
import { readDatabasePath } from './database-path.ts';
import { environmentSchema } from './environment-schema.ts';
import type { EnvironmentValues } from './environment-schema.ts';
import { explainIssues } from './issues.ts';
import type { PathProblem } from './issues.ts';
import type { Variables } from './variables.ts';

/** The part of the configuration that comes from the environment alone. */
export type EnvironmentSettings = Pick<
  Config,
  | 'databasePath'
  | 'databaseIsDefault'
  | 'port'
  | 'health'
  | 'logLevel'
  | 'tradingMode'
  | 'auditKey'
  | 'failpoint'
  | 'masterKeys'
  | 'slack'
  | 'discord'
  | 'alpaca'
  | 'ibkr'
  | 'schwab'
>;

export type EnvironmentResult =
  | { readonly type: 'read'; readonly settings: EnvironmentSettings }
  | { readonly type: 'invalid'; readonly problems: readonly PathProblem[] };

/**
 * Checks the variables that the program knows. A problem never repeats a text that may be secret.
 * @param cwd what a relative path of the database starts from.
 */
export function readEnvironment(variables: Variables, cwd: string): EnvironmentResult {
  const input = Object.fromEntries(
    Object.keys(environmentSchema.shape).map((name) => [name, variables.lookup(name)]),
  );
  const database = readDatabasePath(variables.lookup('DATABASE_URL'), cwd);
  const databaseProblems =
    database.type === 'refused' ? [{ path: ['DATABASE_URL'], message: database.message }] : [];
  const parsed = environmentSchema.safeParse(input);
  if (!parsed.success) {
    const problems = explainIssues(parsed.error.issues, environmentSchema, input, {
      showFound: false,
    });
    return { type: 'invalid', problems: [...problems, ...databaseProblems] };
  }

  const values = parsed.data;
  const slack = slackSettings(values);
  const discord = discordSettings(values);
  const alpaca = alpacaSettings(values);
  const schwab = schwabSettings(values);
  if (
    database.type === 'refused' ||
    'problems' in slack ||
    'problems' in discord ||
    'problems' in alpaca ||
    'problems' in schwab
  ) {
    const problems = [slack, discord, alpaca, schwab].flatMap((section) =>
      'problems' in section ? section.problems : [],
    );
    return { type: 'invalid', problems: [...problems, ...databaseProblems] };
  }
  return {
    type: 'read',
    settings: {
      databasePath: database.path,
      databaseIsDefault: values.DATABASE_URL === undefined,
      port: values.PORT,
      health:
        values.HEALTH_PORT === undefined
          ? null
          : { host: values.HEALTH_HOST, port: values.HEALTH_PORT },
      logLevel: values.LOG_LEVEL,
      tradingMode: values.TRADING_MODE,
      auditKey: values.AUDIT_KEY ?? null,
      failpoint: values.EVENKEEL_FAILPOINT ?? null,
      masterKeys: values.EVENKEEL_MASTER_KEY ?? [],
      slack: slack.value,
      discord: discord.value,
      alpaca: alpaca.value,
      ibkr: {
        host: values.IBKR_HOST,
        port: values.IBKR_PORT ?? null,
        clientId: values.IBKR_CLIENT_ID,
      },
      schwab: schwab.value,
    },
  };
}

/**
 * Names in .env that the program does not know and that look like a slip of one it does.
 * @param used names that portfolios.yaml refers to.
 */
export function unknownNameWarnings(
  variables: Variables,
  used: ReadonlySet<string>,
): readonly string[] {
  const known = Object.keys(environmentSchema.shape);
  return variables.namesInFile
    .filter((name) => !known.includes(name) && !used.has(name))
    .map((name) => {
      const meant = nearest(name, known);
      const suggestion = meant === null ? '' : ` Did you mean ${meant}?`;
      return `.env: ${name} is not used.${suggestion}`;
    });
}

type Section<T> = { readonly value: T } | { readonly problems: readonly PathProblem[] };

function missing(name: string, because: string): { readonly problems: readonly PathProblem[] } {
  return {
    problems: [{ path: [name], message: `expected ${name} to be set, because ${because}` }],
  };
}

/** Socket Mode with an app token; signed HTTP with a signing secret and no app token. */
function slackSettings(values: EnvironmentValues): Section<SlackSettings | null> {
  const botToken = values.SLACK_BOT_TOKEN;
  const appToken = values.SLACK_APP_TOKEN;
  const signingSecret = values.SLACK_SIGNING_SECRET;
  if (botToken === undefined) {
    if (appToken !== undefined) return missing('SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN is');
    if (signingSecret !== undefined) return missing('SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET is');
    return { value: null };
  }
  const apiUrl = values.SLACK_API_URL ?? null;
  if (appToken !== undefined) {
    return { value: { botToken, transport: { type: 'socket', appToken }, apiUrl } };
  }
  if (signingSecret === undefined) {
    return missing(
      'SLACK_APP_TOKEN',
      'SLACK_BOT_TOKEN is (Socket Mode; or SLACK_SIGNING_SECRET and SLACK_PORT for HTTP)',
    );
  }
  if (values.SLACK_PORT === undefined) {
    return missing('SLACK_PORT', 'SLACK_SIGNING_SECRET is, without SLACK_APP_TOKEN');
  }
  const transport = { type: 'http', signingSecret, port: values.SLACK_PORT } as const;
  return { value: { botToken, transport, apiUrl } };
}

function discordSettings(values: EnvironmentValues): Section<DiscordSettings | null> {
  const token = values.DISCORD_TOKEN;
  const guildId = values.DISCORD_GUILD_ID;
  if (token === undefined) {
    if (guildId !== undefined) return missing('DISCORD_TOKEN', 'DISCORD_GUILD_ID is');
    return { value: null };
  }
  if (guildId === undefined) return missing('DISCORD_GUILD_ID', 'DISCORD_TOKEN is');
  return { value: { token, guildId, apiUrl: values.DISCORD_API_URL ?? null } };
}

function alpacaSettings(values: EnvironmentValues): Section<AlpacaSettings> {
  const pair = bothOrNeither(values, 'ALPACA_API_KEY', 'ALPACA_SECRET');
  if ('problems' in pair) return pair;
  const app = oauthApp(values, 'ALPACA');
  if ('problems' in app) return app;
  return {
    value: {
      app: app.value,
      credentials: pair.value === null ? null : { apiKey: pair.value[0], secret: pair.value[1] },
      apiUrl: values.ALPACA_API_URL ?? null,
      dataUrl: values.ALPACA_DATA_URL ?? null,
      streamUrl: values.ALPACA_STREAM_URL ?? null,
      oauthUrl: values.ALPACA_OAUTH_URL ?? null,
    },
  };
}

function schwabSettings(values: EnvironmentValues): Section<SchwabSettings> {
  const app = oauthApp(values, 'SCHWAB');
  if ('problems' in app) return app;
  return { value: { app: app.value, apiUrl: values.SCHWAB_API_URL ?? null } };
}

/** The app that is registered with a broker: all three variables or none of the secrets. */
function oauthApp(
  values: EnvironmentValues,
  broker: 'ALPACA' | 'SCHWAB',
): Section<OAuthAppSettings | null> {
  const pair = bothOrNeither(values, `${broker}_CLIENT_ID`, `${broker}_CLIENT_SECRET`);
  if ('problems' in pair) return pair;
  if (pair.value === null) return { value: null };
  const [clientId, clientSecret] = pair.value;
  const redirectUri = values[`${broker}_REDIRECT_URI`];
  if (redirectUri === undefined) {
    return missing(`${broker}_REDIRECT_URI`, `${broker}_CLIENT_ID is`);
  }
  return { value: { clientId, clientSecret, redirectUri } };
}

type SecretName =
  | 'ALPACA_API_KEY'
  | 'ALPACA_SECRET'
  | 'ALPACA_CLIENT_ID'
  | 'ALPACA_CLIENT_SECRET'
  | 'SCHWAB_CLIENT_ID'
  | 'SCHWAB_CLIENT_SECRET';

function bothOrNeither(
  values: EnvironmentValues,
  first: SecretName,
  second: SecretName,
): Section<readonly [Secret, Secret] | null> {
  const a = values[first];
  const b = values[second];
  if (a !== undefined && b !== undefined) return { value: [a, b] };
  if (a !== undefined) return missing(second, `${first} is`);
  if (b !== undefined) return missing(first, `${second} is`);
  return { value: null };
}
