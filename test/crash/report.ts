import { CHATS } from './chats.ts';
import type { ChatName } from './chats.ts';
import type { Finding } from './examine.ts';
import { BROKERS } from './market.ts';
import type { BrokerName } from './market.ts';
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
  const how = result.findings.some(isBad) ? 'NOT OK' : 'ok';
  const { title, broker, chat } = cell;
  process.stderr.write(`${how} ${broker} ${chat} ${title}: ${result.kills} kills, ${seconds} s\n`);
  for (const { kind, what } of result.findings) process.stderr.write(`  ${kind}: ${what}\n`);
  return { ...cell, kills: result.kills, findings: result.findings };
}

/** A message that stands in Slack twice is known, and counted by itself. */
export function isBad({ kind }: Finding): boolean {
  return kind !== 'left_behind';
}

export function tabulate(caption: string, by: 'broker' | 'chat', rows: readonly Row[]): string {
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
  return `\n${caption}\n${table([header, ...lines, lineOf('all', rows)])}\n`;
}

/** `kills / duplicates / losses / untrue`, or that there is nothing of it. */
export function figures(rows: readonly Row[]): string {
  if (rows.length === 0) return '-';
  const { kills, duplicate, loss, untrue } = countsOf(rows);
  return `${kills} / ${duplicate} / ${loss} / ${untrue}`;
}

/** All of it in a line. */
export function totals(rows: readonly Row[]): string {
  const { kills, duplicate, loss, untrue } = countsOf(rows);
  return `total: ${rows.length} scenarios, ${kills} kills, ${duplicate} duplicates, ${loss} losses, ${untrue} untrue`;
}

function countsOf(rows: readonly Row[]) {
  const found = rows.flatMap((row) => row.findings);
  const count = (kind: Finding['kind']) => found.filter((one) => one.kind === kind).length;
  return {
    kills: rows.reduce((total, row) => total + row.kills, 0),
    duplicate: count('duplicate'),
    loss: count('loss'),
    untrue: count('untrue'),
  };
}

/** What was found, a line each. */
export function tellFindings(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ title, broker, chat, findings }) =>
    findings
      .filter(isBad)
      .map(({ kind, what }) => `${kind}: ${broker}, ${chat}, ${title}: ${what}\n`),
  );
  const twice = rows.flatMap((row) => row.findings).filter((finding) => !isBad(finding)).length;
  const known =
    twice === 0 ? [] : [`${twice} messages stand in Slack twice: see docs/reliability.md\n`];
  return [...lines, ...known].join('');
}
