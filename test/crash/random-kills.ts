import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../fixtures/seeded-random.ts';
import type { BotProcess } from './bot-process.ts';
import type { DefectName } from './defects.ts';
import { examine } from './examine.ts';
import type { Finding } from './examine.ts';
import type { ChatName } from './chats.ts';
import { BROKERS } from './market.ts';
import type { BrokerName } from './market.ts';
import { createPeople } from './people.ts';
import { openWorkplace } from './workplace.ts';

/** What a series of kills at one broker came to. */
export interface RandomKillsResult {
  readonly broker: BrokerName;
  /** Proposals that were brought to their end. */
  readonly executions: number;
  readonly kills: number;
  readonly findings: readonly Finding[];
}

/** One execution bears at most so many kills, and then is let come to its end. */
const MOST_KILLS_EACH = 6;
const MOST_MILLISECONDS = 300_000;

/** An execution lasts about as long after the page is up. */
const EXECUTION_MILLISECONDS = 1800;
const START_MILLISECONDS = 1500;

async function killAfter(bot: BotProcess, milliseconds: number, whileStarting: boolean) {
  if (!whileStarting) await bot.up;
  await delay(milliseconds, undefined, { ref: false });
  bot.signal('SIGKILL');
}

/** Brings one proposal to its end through kills at instants that the seed decides. */
export async function runRandomKills(
  broker: BrokerName,
  chat: ChatName,
  seed: number,
  mostKills: number = MOST_KILLS_EACH,
  defect: DefectName | null = null,
): Promise<RandomKillsResult> {
  const random = seededRandom(seed * BROKERS.length + BROKERS.indexOf(broker));
  await using place = await openWorkplace(broker, {
    fillAfterMilliseconds: 400,
    chats: chat === 'web' ? [] : [chat],
    defect,
  });
  const people = createPeople(place);
  const deadline = performance.now() + MOST_MILLISECONDS;
  let kills = 0;
  for (;;) {
    const bot = place.start();
    const isLast = kills >= mostKills;
    // One in five dies while it starts, the others at work.
    const whileStarting = random() < 0.2;
    const wait = random() * (whileStarting ? START_MILLISECONDS : EXECUTION_MILLISECONDS);
    if (!isLast) void killAfter(bot, wait, whileStarting);
    const isDone = await people.workWith(bot, deadline);
    if (isDone) {
      await bot.stop();
      break;
    }
    const { signal } = await bot.ended;
    if (signal !== 'SIGKILL') {
      const what = `it ended by itself: ${bot.said().trim().slice(-600)}`;
      return { broker, executions: 0, kills, findings: [{ kind: 'untrue', what }] };
    }
    kills += 1;
  }
  return { broker, executions: 1, kills, findings: await examine(place) };
}
