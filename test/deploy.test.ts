import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { environmentSchema } from '../src/config/environment-schema.ts';
import { readVariables } from '../src/config/variables.ts';

const ROOT = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** The instructions of each stage of a Dockerfile, without comments, continued lines joined. */
function stagesOf(text: string): readonly (readonly Instruction[])[] {
  const lines = text
    .replaceAll(/^#.*\n/gmu, '')
    .replaceAll(/\\\n\s*/gu, '')
    .split('\n');
  const instructions = lines.flatMap((line): readonly Instruction[] => {
    const [, name, rest] = /^([A-Z]+)\s+(.*)$/u.exec(line) ?? [];
    return name === undefined ? [] : [{ name, text: rest?.trim() ?? '' }];
  });
  return instructions.reduce<readonly (readonly Instruction[])[]>(
    (stages, next) =>
      next.name === 'FROM'
        ? [...stages, [next]]
        : [...stages.slice(0, -1), [...(stages.at(-1) ?? []), next]],
    [],
  );
}

/** `A=1 B=2` as entries. */
const assignments = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text
      .split(/\s+/u)
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );

const SECRET_NAMES = Object.keys(environmentSchema.shape).filter((name) =>
  /KEY|SECRET|TOKEN|CLIENT_ID/u.test(name),
);

describe('the container', () => {
  const stages = stagesOf(read('Dockerfile'));
  const image = stages.at(-1) ?? [];
  const last = (name: string): string =>
    image.findLast((instruction) => instruction.name === name)?.text ?? '';
  const environment = assignments(last('ENV'));
  const position = (name: string): number =>
    image.findLastIndex((instruction) => instruction.name === name);

  it('is built on the slim image of the Node that package.json asks for', () => {
    const { engines } = JSON.parse(read('package.json'));
    const bases = stages.map(([from]) => from?.text.split(' ')[0]);
    expect(new Set(bases)).toEqual(
      new Set([`node:${/\d+/u.exec(String(engines.node))?.[0]}-slim`]),
    );
  });

  it('runs as somebody who is not root, with node as the process that gets the signals', () => {
    expect(last('USER')).toBe('node');
    expect(position('USER')).toBeLessThan(position('ENTRYPOINT'));
    expect(JSON.parse(last('ENTRYPOINT'))).toEqual(['node', 'bin/evenkeel.js']);
    expect(JSON.parse(last('CMD'))).toEqual(['start']);
  });

  it('writes into its volume alone, which belongs to that somebody', () => {
    expect(environment['DATABASE_URL']).toMatch(new RegExp(`^${last('VOLUME')}/`, 'u'));
    expect(image.map(({ text }) => text).join('\n')).toMatch(
      new RegExp(`chown node:node ${last('VOLUME')}`, 'u'),
    );
    expect(position('USER')).toBeLessThan(position('VOLUME'));
  });

  it('is told to run read-only, without capabilities, in the command that it documents', () => {
    const command = /docker run[^]*?evenkeel\n/u.exec(read('Dockerfile'))?.[0];
    for (const flag of ['--read-only', '--cap-drop ALL', 'no-new-privileges', '-v evenkeel-data:'])
      expect(command).toContain(flag);
  });

  it('asks for its health where it serves it', () => {
    expect(last('HEALTHCHECK')).toContain(`:${environment['HEALTH_PORT']}/health/live`);
    expect(last('EXPOSE')).toBe(environment['HEALTH_PORT']);
  });

  it('has what it copies, and .dockerignore lets that and nothing else in', () => {
    const copied = stages
      .flat()
      .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from'))
      .flatMap(({ text }) => text.split(' ').slice(0, -1));
    expect(copied.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
    const [everything, ...letIn] = read('.dockerignore').trim().split('\n');
    expect(everything).toBe('*');
    expect(letIn.map((line) => line.replace(/^!/u, '')).toSorted()).toEqual(
      [...new Set(copied)].toSorted(),
    );
  });

  it('installs without install scripts and without what only developers need', () => {
    const installs = stages.flat().filter(({ text }) => text.startsWith('npm'));
    expect(installs.map(({ text }) => text)).toEqual(['npm ci --omit=dev --ignore-scripts']);
  });

  it('carries no secret', () => {
    const names = stages
      .flat()
      .filter(({ name }) => name === 'ENV' || name === 'ARG')
      .flatMap(({ text }) => Object.keys(assignments(text)));
    expect(names.filter((name) => SECRET_NAMES.includes(name))).toEqual([]);
  });

  it('keeps its own settings when .env is a filled-in copy of .env.example', () => {
    const written = readVariables({}, read('.env.example')).namesInFile;
    expect(Object.keys(environment).filter((name) => written.includes(name))).toEqual([]);
  });
});

describe('an install', () => {
  const { allowScripts } = JSON.parse(read('package.json'));
  const { packages } = JSON.parse(read('package-lock.json'));
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 13);

  it('runs the script that brings the runtime, and no other', () => {
    const withScripts = Object.keys(packages)
      .filter((path) => packages[path].hasInstallScript === true && path !== '')
      .map(nameOf);
    const decided = Object.keys(allowScripts);
    expect(withScripts.filter((name) => !decided.includes(name))).toEqual([]);
    expect(decided.filter((name) => allowScripts[name] === true)).toEqual(['node']);
  });

  // npm before 11.16 knows no allowScripts: it compiles whatever has a binding.gyp, unless the lock file
  // says otherwise. better-sqlite3 brings its binaries. npm leaves the line out when it writes the entry
  // anew: put it back in place of hasInstallScript.
  it('needs no compiler', () => {
    expect(packages['node_modules/better-sqlite3']).toMatchObject({ gypfile: false });
    expect(packages['node_modules/better-sqlite3']).not.toHaveProperty('hasInstallScript');
  });

  it('leaves the lock file as it is, which npm install would write anew', () => {
    expect(read('.npmrc').split('\n')).toContain('save=false');
  });
});

describe('the systemd unit', () => {
  const entries = read('deploy/evenkeel.service')
    .split('\n')
    .flatMap((line): readonly (readonly [string, string])[] => {
      const [, key, value] = /^(\w+)=(.*)$/u.exec(line) ?? [];
      return key === undefined ? [] : [[key, value ?? '']];
    });
  const values = (key: string): readonly string[] =>
    entries.filter(([name]) => name === key).map(([, value]) => value);
  const environment = assignments(values('Environment').join(' '));

  it.each([
    ['DynamicUser', 'yes'],
    ['NoNewPrivileges', 'yes'],
    ['CapabilityBoundingSet', ''],
    ['ProtectSystem', 'strict'],
    ['ProtectHome', 'yes'],
    ['PrivateTmp', 'yes'],
    ['PrivateDevices', 'yes'],
    ['RestrictNamespaces', 'yes'],
    ['SystemCallFilter', '@system-service'],
    ['LimitCORE', '0'],
    ['UMask', '0077'],
    // One that was taken over ends with 75 and has to come back to stand by.
    ['Restart', 'always'],
  ])('says %s=%s', (key, value) => {
    expect(values(key)).toEqual([value]);
  });

  it('writes only where systemd made a folder for it', () => {
    expect(environment['DATABASE_URL']).toBe(`/var/lib/${values('StateDirectory')[0]}/evenkeel.db`);
    expect(environment['NODE_COMPILE_CACHE']).toBe(`/var/cache/${values('CacheDirectory')[0]}`);
    expect(values('ReadWritePaths')).toEqual([]);
  });

  it('runs the Node of the checkout, and gives it longer to end than it takes', () => {
    for (const command of [...values('ExecStartPre'), ...values('ExecStart')])
      expect(command).toMatch(
        /^-?\/opt\/evenkeel\/node_modules\/\.bin\/node \/opt\/evenkeel\/bin\/evenkeel\.js \w+$/u,
      );
    expect(Number(values('TimeoutStopSec')[0])).toBeGreaterThan(5);
  });

  it('carries no secret, and keeps its own settings when the env file is a filled-in .env.example', () => {
    const written = readVariables({}, read('.env.example')).namesInFile;
    const own = Object.keys(environment);
    expect(own.filter((name) => SECRET_NAMES.includes(name) || written.includes(name))).toEqual([]);
    expect(values('EnvironmentFile')).toEqual(['/etc/evenkeel/env']);
  });
});
