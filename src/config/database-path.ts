import { resolve } from 'node:path';

export type DatabasePathResult =
  | { readonly type: 'path'; readonly path: string }
  | { readonly type: 'refused'; readonly message: string };

const DEFAULT_PATH = './data/evenkeel.db';

/** The database's file from DATABASE_URL: a path or `sqlite:PATH`, relative to `cwd`. */
export function readDatabasePath(url: string | undefined, cwd: string): DatabasePathResult {
  const [, scheme = null] = /^([a-z][a-z0-9+.-]+):/i.exec(url ?? '') ?? [];
  if (scheme !== null && scheme.toLowerCase() !== 'sqlite') {
    return { type: 'refused', message: `expected a path or sqlite:PATH; found ${scheme}:` };
  }
  const path = scheme === null ? (url ?? DEFAULT_PATH) : (url ?? '').slice('sqlite:'.length);
  if (path.startsWith('//')) {
    return { type: 'refused', message: 'expected sqlite:PATH without slashes before the path' };
  }
  if (path === '' || path.includes('\0') || path.endsWith('/')) {
    return { type: 'refused', message: "expected the path of the database's file" };
  }
  if (path.startsWith(':')) {
    return {
      type: 'refused',
      message: 'expected a file; a database in memory would forget what was traded',
    };
  }
  return { type: 'path', path: resolve(cwd, path) };
}
