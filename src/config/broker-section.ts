import type { z } from 'zod';
import { secret } from '../lib/secret.ts';
import { explainIssues } from './issues.ts';
import type { PathProblem } from './issues.ts';
import type { Path } from './yaml-document.ts';

/** Looks up an environment variable; undefined when it is not set. */
export type Lookup = (name: string) => string | undefined;

export interface BrokerSection {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly problems: readonly PathProblem[];
}

/** Keys that hold secrets, by how they end: apiKey, secret, refreshToken, ... */
const SECRET_KEY = /([kK]ey|[sS]ecret|[tT]oken|[pP]assword)$/;

/**
 * A broker's section with `${NAME}` replaced. A text that contains one becomes a Secret as a whole:
 * what comes from the environment never prints. A secret that stands there itself is refused: the
 * file is meant to be shown and shared.
 * @param schema the broker's own, where the caller knows it: what does not fit is a problem.
 */
export function readBrokerSection(
  section: Readonly<Record<string, unknown>>,
  at: Path,
  lookup: Lookup,
  schema: z.ZodType | undefined,
): BrokerSection {
  const problems: PathProblem[] = [];
  const settings = Object.fromEntries(
    Object.entries(section).map(([key, value]) => [
      key,
      replaceIn(value, [...at, key], lookup, problems),
    ]),
  );
  if (problems.length > 0 || schema === undefined) return { settings, problems };
  const checked = schema.safeParse(settings);
  if (checked.success) return { settings, problems };
  // Only the embedded broker's settings hold nothing secret.
  const showFound = at.at(-1) === 'paper';
  return {
    settings,
    problems: explainIssues(checked.error.issues, schema, settings, { showFound, at }),
  };
}

function replaceIn(value: unknown, path: Path, lookup: Lookup, problems: PathProblem[]): unknown {
  if (typeof value === 'string') {
    if (SECRET_KEY.test(String(path.at(-1))) && !value.includes('${')) {
      problems.push({ path, message: 'expected ${NAME}, with the secret itself in .env' });
    }
    return replaceInText(value, path, lookup, problems);
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => replaceIn(item, [...path, index], lookup, problems));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        replaceIn(inner, [...path, key], lookup, problems),
      ]),
    );
  }
  return value;
}

function replaceInText(text: string, path: Path, lookup: Lookup, problems: PathProblem[]): unknown {
  if (!text.includes('${')) return text;
  const replaced = text.replaceAll(/\$\{([A-Z_][A-Z0-9_]*)\}/g, (_whole, name: string) => {
    const value = lookup(name);
    if (value === undefined) {
      problems.push({ path, message: `expected the environment variable ${name} to be set` });
    }
    return value ?? '';
  });
  if (/\$\{(?![A-Z_][A-Z0-9_]*\})/.test(text)) {
    problems.push({
      path,
      message: 'expected ${NAME} with the name of an environment variable in capitals',
    });
  }
  return secret(replaced);
}
