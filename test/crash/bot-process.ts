import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DefectName } from './defects.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/evenkeel.js', import.meta.url));
const DEFECT = new URL('plant-defect.ts', import.meta.url).href;
const CLOCK = new URL('shift-clock.ts', import.meta.url).href;

/** What the operating system is told of a bot that is started. */
export interface BotLaunch {
  /** The folder with portfolios.yaml and the database. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds that its clock is ahead. */
  readonly clockShift: number;
  /** Whom it runs as, where that is not who runs this. */
  readonly userId?: number | undefined;
  /** What it is given on purpose. */
  readonly defect: DefectName | null;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** From when to when a bot ran, in milliseconds of the machine's clock; it runs still when `endedAt` is null. */
export interface Life {
  readonly startedAt: number;
  readonly endedAt: number | null;
}

/** The bot as a process of its own. */
export interface BotProcess {
  readonly ended: Promise<Ended>;
  life(): Life;
  /** Everything it has said on both streams. */
  said(): string;
  /** The port of its page; null when it ended before it was up. */
  readonly up: Promise<number | null>;
  /** Resolves to false when it ended without saying it. */
  says(words: string): Promise<boolean>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it as Ctrl-C does; with SIGKILL when it does not end. */
  stop(): Promise<Ended>;
}

const running = new Set<ChildProcess>();

// None outlives whoever started it, who may be ended at any time as well.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts `evenkeel start`; other arguments run another command of the program. */
export function startBotProcess(
  launch: BotLaunch,
  args: readonly string[] = ['start'],
): BotProcess {
  const preloaded = ['--import', CLOCK, ...(launch.defect === null ? [] : ['--import', DEFECT])];
  const child = spawn(process.execPath, [...preloaded, PROGRAM, ...args], {
    cwd: launch.folder,
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: 'bot.db',
      PORT: '0',
      LOG_LEVEL: 'warn',
      CLOCK_SHIFT_SECONDS: String(launch.clockShift),
      ...launch.environment,
      ...(launch.defect === null ? {} : { PLANT_DEFECT: launch.defect }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(launch.userId === undefined ? {} : { uid: launch.userId, gid: launch.userId }),
  });
  running.add(child);
  let text = '';
  let waiting: (() => void)[] = [];
  const wake = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      text += `${line}\n`;
      wake();
    });
  }
  const startedAt = Date.now();
  let endedAt: number | null = null;
  let isOver = false;
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      isOver = true;
      running.delete(child);
      endedAt = Date.now();
      wake();
      resolve({ code, signal });
    });
  });
  const matches = async (pattern: RegExp): Promise<RegExpExecArray | null> => {
    for (;;) {
      const found = pattern.exec(text);
      if (found !== null || isOver) return found;
      await new Promise<void>((resolve) => {
        waiting = [...waiting, resolve];
      });
    }
  };
  return {
    ended,
    life: () => ({ startedAt, endedAt }),
    said: () => text,
    up: matches(/Evenkeel is running\. Open http:\/\/127\.0\.0\.1:(\d+)/u).then((found) =>
      found === null ? null : Number(found[1]),
    ),
    says: async (words) => (await matches(new RegExp(RegExp.escape(words), 'u'))) !== null,
    signal: (signal) => {
      child.kill(signal);
    },
    async stop() {
      child.kill('SIGINT');
      const guard = setTimeout(() => child.kill('SIGKILL'), 15_000);
      const how = await ended;
      clearTimeout(guard);
      return how;
    },
  };
}
