import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Each room and the rooms it may import from: the map of the code, read from the bottom up. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/lib': [],
  'src/core': [],
  'src/messages': ['src/core', 'src/ports', 'src/lib'],
  'src/ports': ['src/core', 'src/lib', 'src/messages'],
  'src/app': ['src/core', 'src/lib', 'src/messages', 'src/ports'],
  'src/config': ['src/core', 'src/lib'],
  'src/store': ['src/core', 'src/lib', 'src/messages', 'src/ports'],
  'src/brokers': ['src/core', 'src/lib', 'src/ports', 'src/config'],
  'src/chat': ['src/app', 'src/core', 'src/lib', 'src/messages', 'src/ports', 'src/config'],
  'src/jobs': ['src/app', 'src/core', 'src/lib', 'src/ports'],
  'src/operations': ['src/core', 'src/lib', 'src/ports'],
  // The outermost: a command line starts the program or looks into it.
  'src/cli': [
    'commands',
    'src/app',
    'src/brokers',
    'src/chat',
    'src/config',
    'src/core',
    'src/demo.ts',
    'src/lib',
    'src/main.ts',
    'src/messages',
    'src/ports',
    'src/store',
  ],
  commands: ['src/app', 'src/core', 'src/messages', 'src/ports'],
  migrations: [],
};

const files = globSync('{src,commands,migrations}/**/*.ts', { cwd: root });
const roomOf = (file: string) =>
  Object.keys(MAY_IMPORT).find((room) => file.startsWith(`${room}/`));

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    relative(root, normalize(join(root, dirname(file), path))),
  );
}

describe('the architecture', () => {
  it.each(Object.entries(MAY_IMPORT))('%s imports only from below', (room, allowed) => {
    const mine = files.filter((file) => roomOf(file) === room);
    expect(mine).not.toEqual([]);
    const wrong = mine.flatMap((file) =>
      importsOf(file)
        .filter(
          (target) =>
            ![room, ...allowed].some((below) => target === below || target.startsWith(`${below}/`)),
        )
        .map((target) => `${file} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has no file outside its rooms but the program itself', () => {
    const outside = files.filter((file) => roomOf(file) === undefined);
    expect(outside.toSorted()).toEqual(['src/cli.ts', 'src/demo.ts', 'src/main.ts']);
  });

  it('reads process.env in src/config alone', () => {
    const readers = files.filter((file) =>
      /process\.env/.test(readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[^]*?\*\//g, '')),
    );
    expect(readers).toEqual(['src/config/load.ts']);
  });

  it('lists every command', async () => {
    const { COMMANDS } = await import('../commands/index.ts');
    const inFolder = files
      .filter((file) => file.startsWith('commands/') && !file.endsWith('index.ts'))
      .map((file) => file.slice('commands/'.length, -'.ts'.length));
    expect(COMMANDS.map((command) => command.name).toSorted()).toEqual(inFolder.toSorted());
  });
});
