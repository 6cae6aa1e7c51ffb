import type { AccountSettings } from '../core/account.ts';
import type { SharedLimits } from '../core/guardrail-settings.ts';
import type { Person } from '../core/person.ts';
import type { ArmedFailpoint } from '../lib/failpoint.ts';
import type { Secret } from '../lib/secret.ts';

/** Everything that the program was told, checked, frozen. */
export interface Config {
  readonly accounts: readonly AccountSettings[];
  readonly people: readonly Person[];
  /** Over all accounts, and for each person. */
  readonly limits: SharedLimits;
  /** Absolute. */
  readonly databasePath: string;
  /** True when DATABASE_URL is not set: the demo then takes a temporary database. */
  readonly databaseIsDefault: boolean;
  /** Of the local page, on loopback; 0 means any free port. */
  readonly port: number;
  /** Where health and metrics are served; null for nowhere. */
  readonly health: { readonly host: string; readonly port: number } | null;
  readonly logLevel: LogLevel;
  /** `live` only with TRADING_MODE=live; no account is live otherwise. */
  readonly tradingMode: 'paper' | 'live';
  /** Keys the audit chain. Null: the chain is hashed without a key. */
  readonly auditKey: Secret | null;
  /** Where `npm run test:crash` has the program killed; null outside of it. */
  readonly failpoint: ArmedFailpoint | null;
  /** Encrypt stored logins: 32 bytes each in base64; the first encrypts, all decrypt. None: none are stored. */
  readonly masterKeys: readonly Secret[];
  readonly slack: SlackSettings | null;
  readonly discord: DiscordSettings | null;
  readonly alpaca: AlpacaSettings;
  readonly ibkr: IbkrSettings;
  readonly schwab: SchwabSettings;
  /** The file that accounts and people come from, absolute. Paths in it are relative to its folder. */
  readonly sourceFile: string;
  /** True when there is no portfolios.yaml and the built-in demo accounts are used. */
  readonly demo: boolean;
  /** SHA-256 over what matters to the record, without secrets: tells that the configuration changed. */
  readonly digest: string;
  /** What is allowed and probably not meant, a sentence each. */
  readonly warnings: readonly string[];
}

type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface SlackSettings {
  readonly botToken: Secret;
  readonly transport:
    | { readonly type: 'socket'; readonly appToken: Secret }
    | { readonly type: 'http'; readonly signingSecret: Secret; readonly port: number };
  /** Replaces https://slack.com/api/. */
  readonly apiUrl: string | null;
}

export interface DiscordSettings {
  readonly token: Secret;
  /** Where commands are registered. */
  readonly guildId: string;
  /** Replaces https://discord.com/api. */
  readonly apiUrl: string | null;
}

/** For accounts whose `alpaca` section has no credentials or addresses of its own. */
export interface AlpacaSettings {
  readonly credentials: { readonly apiKey: Secret; readonly secret: Secret } | null;
  /** The registered OAuth app, for accounts that use a person's connected login; null when there is none. */
  readonly app: OAuthAppSettings | null;
  readonly apiUrl: string | null;
  readonly dataUrl: string | null;
  readonly streamUrl: string | null;
  /** Replaces the addresses where people log in and tokens are issued. */
  readonly oauthUrl: string | null;
}

/** An app that is registered with a broker, in whose name people log in. */
export interface OAuthAppSettings {
  readonly clientId: Secret;
  readonly clientSecret: Secret;
  /** Exactly as registered. */
  readonly redirectUri: string;
}

/** For accounts whose `ibkr` section does not say otherwise. */
interface IbkrSettings {
  readonly host: string;
  /** Null: 7497 for paper and 7496 for live, as TWS has it. */
  readonly port: number | null;
  readonly clientId: number;
}

export interface SchwabSettings {
  /** The registered app; null when there is none. */
  readonly app: OAuthAppSettings | null;
  readonly apiUrl: string | null;
}

/** What is wrong with the configuration, and where. */
export interface ConfigProblem {
  /** As the person would type it: `portfolios.yaml`, `.env`, or `environment` for process variables. */
  readonly file: string;
  /** From 1; null where there is no line. */
  readonly line: number | null;
  readonly column: number | null;
  /** `accounts.core.targets`, `PORT`; empty for the file as a whole. */
  readonly path: string;
  /** What was expected and what was found. */
  readonly message: string;
}

export type ConfigResult =
  | { readonly type: 'loaded'; readonly config: Config }
  | { readonly type: 'invalid'; readonly problems: readonly ConfigProblem[] };

/**
 * One line for people: `portfolios.yaml:12: accounts.core.targets: expected ...`. What a file says may
 * be part of it: control and direction characters are not let through to a terminal.
 */
export function formatProblem(problem: ConfigProblem): string {
  const place = problem.line === null ? problem.file : `${problem.file}:${problem.line}`;
  const line = [place, problem.path, problem.message].filter((part) => part !== '').join(': ');
  return line.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\uFFFD');
}
