import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { measuredSchema, readySchema } from './acknowledgement-protocol.ts';
import type { Contender, Place, Transport } from './acknowledgement-protocol.ts';
import type { BenchRow } from './bench-row.ts';

const IN_FLIGHT = 200;
const BOUND_MILLISECONDS = 50;
const BOUND_RATIO = 1.25;
/** Bursts before it counts, and those that count, of each contender. */
const WARM_UP = 6;
const TURNS = 20;
/** Between bursts, so that none meets the tail of the one before. */
const QUIET_MILLISECONDS = 60;

const TRANSPORTS: readonly { readonly name: string; readonly transport: Transport }[] = [
  { name: 'Slack, Socket Mode', transport: 'slack-socket' },
  { name: 'Slack, signed HTTP', transport: 'slack-http' },
  { name: 'Discord', transport: 'discord' },
];

/**
 * How long people wait for the acknowledgement when 200 of them type a command at the same moment: from
 * the command's leaving the platform to the acknowledgement's arrival there, both taken at the fake. The
 * whole bot, which answers each of them afterwards, and an app on the bare SDK, which does nothing else,
 * take turns; the fake and each of the two are processes of their own. The 99th percentile of each
 * burst; of those the median, and the median ratio of neighbours. Whoever else is at work on the machine
 * is in the milliseconds, and should be equally in both.
 */
export async function benchAcknowledgement(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { name, transport } of TRANSPORTS) rows.push(...(await measure(name, transport)));
  return rows;
}

async function measure(name: string, transport: Transport): Promise<readonly BenchRow[]> {
  const children: ChildProcess[] = [];
  try {
    const ports = [String(await freePort()), String(await freePort())];
    const fake = spawn(children, 'acknowledgement-fake.ts', [transport, ...ports], {});
    const places = readySchema.parse(await answerOf(fake));
    const start = async (contender: Contender, { environment, channel }: Place) => {
      const args = [contender, transport, channel];
      await answerOf(spawn(children, 'acknowledgement-app.ts', args, environment));
    };
    await start('ours', places.ours);
    await start('bare', places.bare);

    const burst = async (contender: Contender): Promise<number> => {
      fake.send({ contender, size: IN_FLIGHT });
      const { milliseconds } = measuredSchema.parse(await answerOf(fake));
      await pause(QUIET_MILLISECONDS);
      return percentile(milliseconds, 0.99);
    };
    const first = await burst('ours');
    const ours: number[] = [];
    const bare: number[] = [];
    const ratios: number[] = [];
    for (let turn = 0; turn < WARM_UP + TURNS; turn += 1) {
      const order = turn % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const);
      const took = { ours: 0, bare: 0 };
      for (const contender of order) took[contender] = await burst(contender);
      if (turn < WARM_UP) continue;
      ours.push(took.ours);
      bare.push(took.bare);
      ratios.push(took.ours / took.bare);
    }
    const p99 = percentile(ours, 0.5);
    const ratio = percentile(ratios, 0.5);
    return [
      {
        name: `${name}: acknowledged, p99 of ${IN_FLIGHT} at once`,
        value: p99.toFixed(1),
        unit: 'ms',
        bound: `< ${BOUND_MILLISECONDS}`,
        met: p99 < BOUND_MILLISECONDS,
      },
      {
        name: '  of an app that only acknowledges',
        value: ratio.toFixed(2),
        unit: 'times',
        bound: `<= ${BOUND_RATIO}`,
        met: ratio <= BOUND_RATIO,
      },
      unbound('  that app by itself', percentile(bare, 0.5)),
      unbound('  the very first burst after the start', first),
    ];
  } finally {
    for (const child of children) if (child.connected) child.disconnect();
  }
}

function unbound(name: string, milliseconds: number): BenchRow {
  return { name, value: milliseconds.toFixed(1), unit: 'ms', bound: '', met: null };
}

function spawn(
  children: ChildProcess[],
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProcess {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  return child;
}

/** What the child says next. @throws when it ends instead. */
async function answerOf(child: ChildProcess): Promise<unknown> {
  const abort = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: abort.signal }).then(([message]: unknown[]) => message),
      once(child, 'exit', { signal: abort.signal }).then(([code]: unknown[]) => {
        throw new Error(`a process of the bench ended with ${String(code)}`);
      }),
    ]);
  } finally {
    abort.abort();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}

/** @param share 0.99 for the 99th percentile: of 200, the 198th. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}
