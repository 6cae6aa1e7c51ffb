import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../commands/index.ts';
import { BROKER_SCHEMAS } from '../src/brokers/index.ts';
import { readPortfolios } from '../src/config/portfolios.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: root })].map(
  (path) => ({ path, text: readFileSync(join(root, path), 'utf8') }),
);
const cli = readFileSync(join(root, 'src/cli.ts'), 'utf8');

/** Words after a slash that are no commands: paths and addresses are left out by the pattern. */
const commandsIn = (text: string) =>
  [...text.matchAll(/(?<=[`\s(])\/([a-z]+)(?=[\s`),.:;])/g)].map(([, name = '']) => name);

describe.each(pages)('$path', ({ path, text }) => {
  it('names only commands that there are', () => {
    const known = new Set([
      ...COMMANDS.map((command) => command.name),
      'invite',
      'metrics',
      'data',
    ]);
    expect(commandsIn(text).filter((name) => !known.has(name))).toEqual([]);
  });

  it('names only subcommands that there are', () => {
    const used = [...text.matchAll(/(?:npx evenkeel|`evenkeel) ([a-z]+)/g)].map(
      ([, name = '']) => name,
    );
    expect(used.filter((name) => !cli.includes(`.command('${name}`))).toEqual([]);
  });

  it('links only to what is there', () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(
      ([, target = '']) => target,
    );
    expect(targets.filter((target) => !existsSync(join(root, dirname(path), target)))).toEqual([]);
  });
});

describe('the user guide', () => {
  const guide = pages.find((page) => page.path === 'docs/guide.md')?.text ?? '';

  it('has every command in its table', () => {
    const table = guide.slice(guide.indexOf('## Commands'), guide.indexOf('## A proposal'));
    const listed = [...table.matchAll(/^\| `\/([a-z]+)/gm)].map(([, name = '']) => name);
    expect(listed.toSorted()).toEqual(COMMANDS.map((command) => command.name).toSorted());
  });

  it('has an example that the bot starts with', () => {
    const [, example = ''] = /```yaml\n([^]*?)```/.exec(guide) ?? [];
    const result = readPortfolios(
      { file: 'portfolios.yaml', text: example },
      { tradingMode: 'paper', lookup: () => undefined, brokerSchemas: BROKER_SCHEMAS },
    );
    expect(result).toMatchObject({ type: 'read', warnings: [] });
  });
});

describe('the README', () => {
  it('opens with the two commands, which package.json has', () => {
    const readme = pages[0]?.text ?? '';
    expect(/```sh\n([^]*?)```/.exec(readme)?.[1]).toBe('npm install && npm run demo\nnpm test\n');
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    );
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['demo', 'test', 'start']));
  });
});

describe('the decisions in docs/adr', () => {
  it('have a number each', () => {
    const numbers = globSync('docs/adr/*.md', { cwd: root }).map((path) =>
      basename(path).slice(0, 4),
    );
    expect(numbers.toSorted()).toEqual([...new Set(numbers)].toSorted());
  });
});
