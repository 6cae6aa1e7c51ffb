import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTerminalChat } from './chat/terminal/terminal-chat.ts';
import type { Config } from './config/config.ts';
import { marketClockAt, nextSession } from './core/market-calendar.ts';
import { systemClock } from './lib/clock.ts';
import { systemRandom } from './lib/random.ts';
import { reveal } from './lib/secret.ts';
import { createSteppedClock } from './lib/stepped-clock.ts';
import { startBot } from './main.ts';
import type { Bot } from './main.ts';
import { renderTerminal } from './messages/terminal.ts';
import type { Log } from './ports/log.ts';
import { verifyAudit } from './store/index.ts';

/** What the demo did, counted from its database. */
export interface DemoReport {
  readonly proposals: number;
  readonly approved: number;
  readonly rejected: number;
  readonly expired: number;
  readonly orders: number;
  readonly fills: number;
  readonly auditRows: number;
  readonly auditHead: string;
  readonly verified: boolean;
}

interface Terminal {
  write(text: string): void;
  readonly colour: boolean;
  readonly width: number;
}

/**
 * Runs the program through the main job on the paper broker and real prices: a proposal, an approval
 * with its fills, a rejection with its reason, an expired proposal, the daily summary, and the
 * verification of the audit log. Only the people are played, and the clock is moved on by hand.
 */
export async function runDemo(config: Config, log: Log, terminal: Terminal): Promise<DemoReport> {
  const temporary = config.databaseIsDefault
    ? await mkdtemp(join(tmpdir(), 'evenkeel-demo-'))
    : null;
  const databasePath =
    temporary === null ? config.databasePath : join(temporary, 'evenkeel-demo.db');
  const clock = createSteppedClock(systemClock);
  clock.jump(clock.now().until(demoMorning(clock.now())));
  try {
    const bot = await startBot({
      config: { ...config, databasePath, port: 0, health: null, slack: null, discord: null },
      clock,
      random: systemRandom,
      log,
      extraChat: createTerminalChat(terminal),
    });
    try {
      await playMainJob(bot, terminal, (by) => {
        clock.jump(by);
      });
    } finally {
      await bot.stop();
    }
    return await report(databasePath, config, log, terminal);
  } finally {
    if (temporary !== null) await rm(temporary, { recursive: true, force: true });
  }
}

/** Of sessions that close at 16:00: the summaries, which the demo shows, are due right after. */
const WHOLE_SESSION = Temporal.Duration.from({ hours: 6, minutes: 30 });

/**
 * An hour and a half into the next whole session: no job is due before the demo comes to it, and the
 * summaries are due when it says so, whenever it is run.
 */
export function demoMorning(now: Temporal.Instant): Temporal.Instant {
  let session = nextSession(now);
  while (Temporal.Duration.compare(session.open.until(session.close), WHOLE_SESSION) < 0) {
    session = nextSession(session.close);
  }
  return session.open.add({ minutes: 90 });
}

async function playMainJob(
  bot: Bot,
  terminal: Terminal,
  jump: (by: Temporal.Duration) => void,
): Promise<void> {
  const { context, scheduler } = bot;
  const title = (text: string) => {
    terminal.write(`\n${'='.repeat(Math.min(terminal.width, 72))}\n${text}\n`);
  };
  const say = async (person: string, command: string, text: string) => {
    terminal.write(`\n${person} > /${command} ${text}\n`);
    const reply = await bot.handle({
      type: 'command',
      idempotencyKey: randomUUID(),
      user: { platform: 'web', userId: person, roleIds: [] },
      channel: 'workspace',
      command,
      text,
    });
    showReply(reply);
    await bot.settled();
  };
  const click = async (
    person: string,
    action: string,
    account: string,
    fields: Record<string, string> | null = null,
  ) => {
    const [record] = await context.store.listProposals({
      account,
      statuses: ['pending'],
      limit: 1,
    });
    if (record === undefined) throw new Error(`the demo found no pending proposal of ${account}`);
    const { id, digest } = record.proposal;
    terminal.write(`\n${person} > [${action} #${id}]\n`);
    const reply = await bot.handle({
      type: 'click',
      idempotencyKey: randomUUID(),
      user: { platform: 'web', userId: person, roleIds: [] },
      channel: 'workspace',
      action,
      proposalId: id,
      digest,
      fields,
    });
    showReply(reply);
    await bot.settled();
  };
  const showReply = (reply: Awaited<ReturnType<Bot['handle']>>) => {
    if (reply.type !== 'message') return;
    terminal.write(
      `\n${renderTerminal(reply.message, { colour: terminal.colour, width: terminal.width })}\n`,
    );
  };

  title('1. Ana asks for a rebalance of core. She may not approve it herself; Ben does.');
  await say('ana', 'rebalance', 'core');
  await click('ana', 'approve', 'core');
  await click('ben', 'approve', 'core');

  title('2. Ana proposes for family. Chloe rejects it and says why.');
  await say('ana', 'rebalance', 'family');
  await click('chloe', 'reject', 'family', { reason: 'Waiting for the quarterly distribution' });

  title('3. A month passes on the market. A proposal that nobody decides on expires.');
  await say('ana', 'step', 'core');
  await say('ana', 'rebalance', 'core');
  jump(Temporal.Duration.from({ minutes: 61 }));
  await scheduler.tick();
  await bot.settled();

  title('4. The exchange closes. The scheduler posts the daily summaries.');
  const { nextClose: close } = marketClockAt(context.clock.now());
  if (close === null) throw new Error('the exchange has a close on every session');
  jump(context.clock.now().until(close.add({ minutes: 6 })));
  await scheduler.tick();
  await bot.settled();
}

async function report(
  databasePath: string,
  config: Config,
  log: Log,
  terminal: Terminal,
): Promise<DemoReport> {
  const auditKey = config.auditKey === null ? null : Buffer.from(reveal(config.auditKey), 'utf8');
  const { openStore } = await import('./store/index.ts');
  const store = await openStore({ path: databasePath, auditKey, log });
  try {
    const records = await store.listProposals({});
    const decided = (verdict: 'approve' | 'reject') =>
      records.filter((record) => record.decisions.some((made) => made.verdict === verdict)).length;
    const orders = await store.listOrders({});
    const fills = await store.listFills({});
    const verification = await verifyAudit({ path: databasePath, auditKey });
    const head = await store.auditHead();
    terminal.write(
      `\n${'='.repeat(Math.min(terminal.width, 72))}\n5. evenkeel audit verify\n\n` +
        (verification.ok
          ? `ok ${verification.rows} rows, head ${verification.head}\n`
          : `row ${verification.brokenSeq} is ${verification.kind}: ${verification.detail}\n`),
    );
    return {
      proposals: records.length,
      approved: decided('approve'),
      rejected: decided('reject'),
      expired: records.filter((record) => record.status === 'expired').length,
      orders: orders.length,
      fills: fills.length,
      auditRows: head.seq,
      auditHead: head.hash,
      verified: verification.ok,
    };
  } finally {
    await store.close();
  }
}
