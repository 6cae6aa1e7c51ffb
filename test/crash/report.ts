import { CHATS } from './chats.ts';
import type { ChatName } from './chats.ts';
import type { Finding } from './examine.ts';
import { BROKERS } from './markets.ts';
import type { BrokerName } from './markets.ts';
import { table } from './table.ts';

/** What is proven, at which broker, and where the people are. */
interface Cell {
  readonly title: string;
  readonly broker: BrokerName;
  readonly chat: ChatName;
}

/** What a part of the proof came to. */
export interface Row extends Cell {
  readonly kills: number;
  readonly findings: readonly Finding[];
}

/** Does it, and says on standard error how it went. What it throws is a loss. */
export async function attempt(
  cell: Cell,
  work: () => Promise<{ readonly kills: number; readonly findings: readonly Finding[] }>,
): Promise<Row> {
  const startedAt = performance.now();
  const result = await work().catch((error: unknown) => ({
    kills: 0,
    findings: [
      { kind: 'loss', what: error instanceof Error ? error.message : String(error) },
    ] as const,
  }));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const how = result.findings.every(({ kind }) => kind === 'left_behind') ? 'ok' : 'NOT OK';
  const { title, broker, chat } = cell;
  process.stderr.write(`${how} ${broker} ${chat} ${title}: ${result.kills} kills, ${seconds} s\n`);
  for (const { kind, what } of result.findings) process.stderr.write(`  ${kind}: ${what}\n`);
  return { ...cell, kills: result.kills, findings: result.findings };
}

export function printTable(caption: string, by: 'broker' | 'chat', rows: readonly Row[]): void {
  const titles = [...new Set(rows.map((row) => row.title))];
  const all: readonly string[] = by === 'broker' ? BROKERS : CHATS;
  const columns = all.filter((name) => rows.some((row) => row[by] === name));
  const lineOf = (title: string, some: readonly Row[]) => [
    title,
    ...columns.map((name) => figures(some.filter((row) => row[by] === name))),
    figures(some),
  ];
  const lines = titles.map((title) =>
    lineOf(
      title,
      rows.filter((row) => row.title === title),
    ),
  );
  const header = ['kills / duplicates / losses / untrue', ...columns, 'all'];
  process.stdout.write(`\n${caption}\n${table([header, ...lines, lineOf('all', rows)])}\n`);
}

/** `kills / duplicates / losses / untrue`, or that there is nothing of it. */
export function figures(rows: readonly Row[]): string {
  const found = rows.flatMap((row) => row.findings);
  const count = (kind: Finding['kind']) => found.filter((one) => one.kind === kind).length;
  const kills = rows.reduce((total, row) => total + row.kills, 0);
  return rows.length === 0
    ? '-'
    : `${kills} / ${count('duplicate')} / ${count('loss')} / ${count('untrue')}`;
}

/** Prints what was found, a line each. @returns all of it. */
export function tellFindings(rows: readonly Row[]): readonly Finding[] {
  for (const { title, broker, chat, findings } of rows) {
    for (const { kind, what } of findings) {
      if (kind === 'left_behind') continue;
      process.stdout.write(`${kind}: ${broker}, ${chat}, ${title}: ${what}\n`);
    }
  }
  const all = rows.flatMap((row) => row.findings);
  const twice = all.filter(({ kind }) => kind === 'left_behind').length;
  if (twice > 0) {
    process.stdout.write(`${twice} messages stand in Slack twice: see docs/reliability.md\n`);
  }
  return all;
}
