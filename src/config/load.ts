import { relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { Config, ConfigProblem, ConfigResult } from './config.ts';
import { deepFreeze } from './deep-freeze.ts';
import { digestConfig } from './digest.ts';
import { readEnvironment, unknownNameWarnings } from './environment.ts';
import type { EnvironmentSettings } from './environment.ts';
import { pathText } from './issues.ts';
import type { PathProblem } from './issues.ts';
import { readPortfolios } from './portfolios.ts';
import type { PortfoliosSource } from './portfolios.ts';
import { readText } from './read-text.ts';
import { readVariables } from './variables.ts';
import type { Variables } from './variables.ts';

export interface LoadOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where .env and portfolios.yaml are looked for, and what relative paths start from. */
  readonly cwd: string;
  /** The brokers' own schemas of their sections, by broker: what does not fit stops the start too. */
  readonly brokerSchemas?: Readonly<Record<string, z.ZodType>>;
}

/** The accounts that are used when nothing is configured. */
export const DEMO_FILE = fileURLToPath(new URL('demo-portfolio.yaml', import.meta.url));

/** The configuration of this process. The only place that reads process.env. */
export function loadProcessConfig(options: Pick<LoadOptions, 'brokerSchemas'> = {}): ConfigResult {
  return loadConfig({ ...options, env: process.env, cwd: process.cwd() });
}

/**
 * Reads .env and portfolios.yaml into one checked, frozen configuration. Never throws for what is in
 * them: everything that is wrong comes back as problems, and nothing may start on any.
 */
export function loadConfig(options: LoadOptions): ConfigResult {
  const { cwd } = options;
  const environmentFile = readText(resolve(cwd, '.env'));
  if (environmentFile.type === 'unreadable') {
    return invalid([wholeFile('.env', environmentFile.reason)]);
  }
  const text = environmentFile.type === 'text' ? environmentFile.text : '';
  const variables = readVariables(options.env, text);
  const environment = readEnvironment(variables, cwd);
  const problems =
    environment.type === 'invalid'
      ? environment.problems.map((problem) => inEnvironment(problem, variables))
      : [];

  const source = findSource(variables, cwd);
  if (source.type === 'unreadable') return invalid([...problems, source.problem]);
  const names = new Set<string>();
  const portfolios = readPortfolios(source, {
    // While the environment is wrong, its TRADING_MODE makes no problems of its own.
    tradingMode: environment.type === 'read' ? environment.settings.tradingMode : 'live',
    lookup: (name) => {
      names.add(name);
      return variables.lookup(name);
    },
    brokerSchemas: options.brokerSchemas ?? {},
  });
  if (portfolios.type === 'invalid') return invalid([...problems, ...portfolios.problems]);
  if (environment.type === 'invalid') return invalid(problems);

  const { accounts, people, limits } = portfolios;
  const { settings } = environment;
  const config: Config = {
    accounts,
    people,
    limits,
    ...settings,
    sourceFile: source.path,
    demo: source.demo,
    digest: digestConfig({ accounts, people, limits, ...settings }),
    warnings: [
      ...portfolios.warnings,
      ...environmentWarnings({ accounts, people, demo: source.demo }, settings),
      ...unknownNameWarnings(variables, names),
    ],
  };
  return { type: 'loaded', config: deepFreeze(config) };
}

type Source =
  | (PortfoliosSource & { readonly type: 'found'; readonly path: string; readonly demo: boolean })
  | { readonly type: 'unreadable'; readonly problem: ConfigProblem };

/** The file that EVENKEEL_CONFIG names, else portfolios.yaml, else the demo. */
function findSource(variables: Variables, cwd: string): Source {
  const named = variables.lookup('EVENKEEL_CONFIG');
  const path = resolve(cwd, named ?? 'portfolios.yaml');
  const file = shownPath(path, cwd);
  const read = readText(path);
  switch (read.type) {
    case 'text':
      return { type: 'found', path, file, text: read.text, demo: false };
    case 'unreadable':
      return { type: 'unreadable', problem: wholeFile(file, read.reason) };
    case 'absent':
      break;
  }
  if (named !== undefined) {
    const message = `expected a file; ${file} does not exist`;
    const problem = inEnvironment({ path: ['EVENKEEL_CONFIG'], message }, variables);
    return { type: 'unreadable', problem };
  }
  const demo = readText(DEMO_FILE);
  if (demo.type === 'text') {
    return { type: 'found', path: DEMO_FILE, file: DEMO_FILE, text: demo.text, demo: true };
  }
  const reason = demo.type === 'absent' ? 'the built-in demo is missing' : demo.reason;
  return { type: 'unreadable', problem: wholeFile(DEMO_FILE, reason) };
}

/** A path as a person would type it. */
function shownPath(path: string, cwd: string): string {
  const inside = relative(cwd, path);
  return inside === '..' || inside.startsWith(`..${sep}`) ? path : inside;
}

function environmentWarnings(
  portfolios: Pick<Config, 'accounts' | 'demo' | 'people'>,
  settings: EnvironmentSettings,
): readonly string[] {
  const { accounts, demo } = portfolios;
  const warnings: string[] = [];
  const live = accounts.filter((account) => account.mode === 'live');
  if (settings.tradingMode === 'live' && live.length === 0) {
    warnings.push('TRADING_MODE is live, and no account has mode: live.');
  }
  if (live.length > 0 && settings.auditKey === null) {
    warnings.push(
      'Accounts trade real money without AUDIT_KEY: who can write to the database could rewrite the record.',
    );
  }
  const connected = { slack: settings.slack !== null, discord: settings.discord !== null };
  if (demo && (connected.slack || connected.discord)) {
    warnings.push(
      'There is no portfolios.yaml: the demo accounts are used, and they only talk on the local page.',
    );
  }
  for (const account of accounts) {
    for (const { platform } of account.channels) {
      if (platform === 'slack' ? connected.slack : connected.discord) continue;
      warnings.push(
        `Account ${account.name} has a ${platform} channel, and ${platform} is not configured in .env.`,
      );
    }
  }
  if (settings.masterKeys.length === 0) {
    const codes = accounts.filter(({ approvals }) => approvals.oneTimeCode !== 'never');
    warnings.push(
      ...codes.map(
        ({ name }) =>
          `Account ${name} asks for one-time codes, which can only be set up with EVENKEEL_MASTER_KEY in .env.`,
      ),
    );
  }
  return [...new Set([...warnings, ...connectionWarnings(portfolios, settings)])];
}

/** Accounts that are reached through the login of a person: whom there must be, who can log in, and whose login is kept. */
function connectionWarnings(
  { accounts, people }: Pick<Config, 'accounts' | 'people'>,
  settings: EnvironmentSettings,
): readonly string[] {
  return accounts.flatMap(({ name, broker, brokerSettings: { connection } }) => {
    if (typeof connection !== 'string') return [];
    const start = `Account ${name} uses the login of ${connection}`;
    if (!people.some(({ id }) => id === connection)) {
      return [`${start}, who is not among the people: nobody can connect it.`];
    }
    const warnings: string[] = [];
    if ((broker === 'schwab' || broker === 'alpaca') && settings[broker].app === null) {
      const prefix = broker.toUpperCase();
      warnings.push(
        `${start}, and nobody can log in there yet: register an app and put ${prefix}_CLIENT_ID, ${prefix}_CLIENT_SECRET and ${prefix}_REDIRECT_URI into .env.`,
      );
    }
    if (settings.masterKeys.length === 0) {
      warnings.push(`${start}, which is only kept with EVENKEEL_MASTER_KEY in .env.`);
    }
    return warnings;
  });
}

function inEnvironment(problem: PathProblem, variables: Variables): ConfigProblem {
  const line = variables.lineInFile(String(problem.path[0] ?? ''));
  return {
    file: line === null ? 'environment' : '.env',
    line,
    column: line === null ? null : 1,
    path: pathText(problem.path),
    message: problem.message,
  };
}

function wholeFile(file: string, message: string): ConfigProblem {
  return { file, line: null, column: null, path: '', message };
}

function invalid(problems: readonly ConfigProblem[]): ConfigResult {
  return { type: 'invalid', problems };
}
