import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { BotProcess } from './bot-process.ts';
import { examine } from './examine.ts';
import type { Finding } from './examine.ts';
import { createPeople } from './people.ts';
import { readRecords } from './records.ts';
import type { Workplace } from './workplace.ts';

/** What went wrong below the bot, what it said of it, and what was found afterwards. */
export interface BelowResult {
  readonly said: string;
  readonly findings: readonly Finding[];
}

/** Null: this machine does not let us bring it about. */
export type Scenario = () => Promise<BelowResult | null>;

export const MOST_MILLISECONDS = 240_000;

export function loss(what: string): Finding {
  return { kind: 'loss', what };
}

/** Whoever of the findings is true is found. */
export function check(...findings: readonly (readonly [boolean, Finding])[]): readonly Finding[] {
  return findings.filter(([found]) => found).map(([, finding]) => finding);
}

/** What it said that names the trouble: sentences for people and codes in the log. */
export function sentence(bot: BotProcess, words: RegExp): string {
  const line = bot
    .said()
    .split('\n')
    .find((candidate) => words.test(candidate));
  if (line === undefined) return '';
  const logged = line.startsWith('{') ? logLine.parse(JSON.parse(line)) : null;
  const said = logged === null ? line : `${logged.code}: ${logged.error?.message ?? logged.msg}`;
  // The folder has another name each time.
  return said.replaceAll(/\/\S*\/(?=bot\.db)/gu, '').slice(0, 160);
}

const logLine = z.object({
  code: z.string(),
  msg: z.string(),
  error: z.object({ message: z.string() }).optional(),
});

export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + MOST_MILLISECONDS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(40);
  }
}

/** Lets Ana and Ben bring it so far that orders work at the broker. */
export async function workUntilOrders(place: Workplace, bot: BotProcess): Promise<void> {
  if ((await bot.up) === null) throw new Error(`the bot did not start: ${bot.said()}`);
  await place.say(bot, 'ana', '/rebalance core');
  await approve(place, bot);
  await until('an order at the broker', async () => {
    return (await place.market.books(place.folder)).orders.length > 0;
  });
}

export async function approve(place: Workplace, bot: BotProcess): Promise<void> {
  const proposal = readRecords(place).proposals.at(-1);
  if (proposal === undefined) throw new Error('nothing was proposed');
  const { id: proposalId, digest } = proposal;
  await place.click(bot, 'ben', { action: 'approve', proposalId, digest });
}

/** Starts the bot once more, lets it come to the end, and examines everything. */
export async function finish(place: Workplace, running?: BotProcess): Promise<readonly Finding[]> {
  const bot = running ?? place.start();
  try {
    const done = await createPeople(place).workWith(bot, performance.now() + MOST_MILLISECONDS);
    if (!done) return [loss(`it ended by itself: ${bot.said().trim().slice(-400)}`)];
  } finally {
    await bot.stop();
  }
  return await examine(place);
}

/** What the database says of its halts, whatever else is damaged in it; empty when trading was not halted. */
export function haltsIn(place: Workplace): string {
  const rows = place.read((database) => database.prepare('select scope, reason from halts').all());
  return z
    .array(z.object({ scope: z.string(), reason: z.string() }))
    .parse(rows)
    .map(({ scope, reason }) => `halted ${scope}: ${reason}`)
    .join()
    .replaceAll(/\/\S*\/(?=bot\.db)/gu, '')
    .slice(0, 160);
}
