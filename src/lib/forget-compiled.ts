import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Throws away what Node compiled for this user under a folder of `module.enableCompileCache`: what other
 * versions of Node, files of older versions and packages that are gone left there is never used again, and
 * its names do not tell which that is. Call it before anything is read from there.
 * @param user the number of the user; undefined where the system has none, and so nobody else's is there.
 */
export function forgetCompiled(folder: string, user: number | undefined): void {
  for (const name of namesIn(folder)) {
    // `v26.10.0-x64-b7b83de6-1000`: version, machine, a tag of the engine's and the user.
    const isOurs = user === undefined || name.endsWith(`-${user}`);
    if (/^v\d+\.\d+\.\d+/.test(name) && isOurs) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
