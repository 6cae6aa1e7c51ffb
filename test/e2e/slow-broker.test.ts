import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BROKER_SCHEMAS } from '../../src/brokers/index.ts';
import { formatProblem } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { startBot } from '../../src/main.ts';
import type { Chat, InteractionHandler } from '../../src/ports/chat.ts';
import { createKeptLog } from '../fixtures/kept-log.ts';

const TARGETS = '{ AAPL: 60%, MSFT: 40% }';
const PORTFOLIOS = `
accounts:
  quick:
    broker: paper
    paper: { cash: 10000, positions: { AAPL: 10 }, prices: builtin, start: 2006-01, marketHours: ignore }
    targets: ${TARGETS}
    channels: []
  slow:
    broker: ibkr
    ibkr: { account: DU1234567 }
    targets: ${TARGETS}
    channels: []
people:
  ana: { name: Ana, role: proposer, web: ana }
  ben: { name: Ben, role: approver, web: ben }
`;

/** A TWS that takes connections and says nothing, as one does that shows a dialog. */
async function startSilentTws() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.resume();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  return {
    port: address.port,
    end: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A chat that only hands over what it is told. */
function createBareChat(): { readonly chat: Chat; readonly started: Promise<InteractionHandler> } {
  const started = Promise.withResolvers<InteractionHandler>();
  return {
    started: started.promise,
    chat: {
      platform: 'terminal',
      start: async (handle) => {
        started.resolve(handle);
      },
      post: async (channel) => ({ platform: 'terminal', channel, messageId: 'posted' }),
      edit: async () => 'edited',
      stop: async () => {},
    },
  };
}

it('answers people while the broker of one account says nothing, and proposes for that account later', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-e2e-'));
  await writeFile(join(folder, 'portfolios.yaml'), PORTFOLIOS);
  const tws = await startSilentTws();
  try {
    const loaded = loadConfig({
      env: { DATABASE_URL: 'bot.db', PORT: '0', IBKR_PORT: String(tws.port) },
      cwd: folder,
      brokerSchemas: BROKER_SCHEMAS,
    });
    if (loaded.type === 'invalid') throw new Error(loaded.problems.map(formatProblem).join('\n'));
    const { chat, started } = createBareChat();
    let isUp = false;
    const starting = startBot({
      config: loaded.config,
      clock: systemClock,
      random: systemRandom,
      log: createKeptLog(),
      extraChat: chat,
    });
    const up = starting.then(() => (isUp = true));
    const handle = await started;
    const say = async (text: string): Promise<string> =>
      JSON.stringify(
        await handle({
          type: 'command',
          command: 'rebalance',
          text,
          idempotencyKey: randomUUID(),
          user: { platform: 'web', userId: 'ana', roleIds: [] },
          channel: 'workspace',
        }),
      );
    expect(await say('slow')).toContain('has not compared slow with Interactive Brokers');
    await expect.poll(() => say('quick'), { timeout: 5000 }).toContain('"nothing"');
    expect(isUp).toBe(false);
    tws.end();
    await up;
    const bot = await starting;
    expect(await bot.context.store.listProposals({ account: 'quick' })).toHaveLength(1);
    expect(await bot.context.store.listProposals({ account: 'slow' })).toEqual([]);
    await bot.stop();
  } finally {
    tws.end();
    await rm(folder, { recursive: true, force: true });
  }
}, 30_000);
