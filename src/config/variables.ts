import { parseEnv } from 'node:util';

/** What the process and .env say together, before it is checked. */
export interface Variables {
  /** The text of a variable; undefined when it is not set or empty. */
  readonly lookup: (name: string) => string | undefined;
  /** Where a variable is written: a line of .env, or null for the process's environment. */
  readonly lineInFile: (name: string) => number | null;
  readonly namesInFile: readonly string[];
}

/**
 * The process's environment over the text of .env. A variable that the process sets empty is unset,
 * whatever .env says. Nothing is written into the process's environment.
 */
export function readVariables(
  environment: Readonly<Record<string, string | undefined>>,
  fileText: string,
): Variables {
  const fromFile = parseEnv(fileText);
  const isFromProcess = (name: string): boolean =>
    Object.hasOwn(environment, name) && environment[name] !== undefined;
  return {
    lookup: (name) => {
      const own = Object.hasOwn(fromFile, name) ? fromFile[name] : undefined;
      const value = (isFromProcess(name) ? environment[name] : own)?.trim();
      return value === '' ? undefined : value;
    },
    lineInFile: (name) => (isFromProcess(name) ? null : lineOf(fileText, name)),
    namesInFile: Object.keys(fromFile),
  };
}

/** The last line wins, as parseEnv has it. */
function lineOf(text: string, name: string): number | null {
  const lines = text.split('\n');
  const index = lines.findLastIndex((line) => {
    const [, key] = /^\s*(?:export\s+)?([^=\s]+)\s*=/.exec(line) ?? [];
    return key === name;
  });
  return index === -1 ? null : index + 1;
}
