import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const PROGRAM = fileURLToPath(new URL('../bin/evenkeel.js', import.meta.url));
const TELL_PEAK = new URL('tell-peak.ts', import.meta.url).href;

const toldSchema = z.object({ maxRSS: z.number(), cpu: z.number() });

/** What a run of the program took. */
export interface ProgramRun {
  readonly output: string;
  /** What it said on its standard error. */
  readonly words: string;
  readonly milliseconds: number;
  /** Seconds of all cores. */
  readonly cpuSeconds: number;
  /** The most memory that it had, in MiB. */
  readonly peakMebibytes: number;
}

/** A run of the program that has begun. */
export interface ProgramUnderWay extends AsyncDisposable {
  readonly ended: Promise<ProgramRun>;
  /** Resolves when it has said so on its standard output. @throws Error when it ends before. */
  says(words: string): Promise<void>;
  interrupt(): void;
}

/**
 * Begins `evenkeel ARGS` in a folder. `ended` rejects with its words when it does not end with 0.
 * @param imports modules that are loaded before it.
 */
export function beginProgram(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  imports: readonly string[] = [],
): ProgramUnderWay {
  const begun = performance.now();
  const before = [TELL_PEAK, ...imports].flatMap((module) => ['--import', module]);
  const child = spawn(process.execPath, [...before, PROGRAM, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const said = [collect(child, 1), collect(child, 2), collect(child, 3)] as const;
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  }).then((code): ProgramRun => {
    const [output, words, told] = said.map(({ text }) => text());
    if (code !== 0) throw new Error(`evenkeel ${args.join(' ')}: ${output}${words}`);
    const { maxRSS, cpu } = toldSchema.parse(JSON.parse(told ?? ''));
    return {
      output: output ?? '',
      words: words ?? '',
      milliseconds: performance.now() - begun,
      cpuSeconds: cpu / 1e6,
      peakMebibytes: maxRSS / 1024,
    };
  });
  return {
    ended,
    async says(words) {
      const [output] = said;
      await Promise.race([
        output.until(words),
        ended.then(() => Promise.reject(new Error(`it ended and never said ${words}`))),
      ]);
    },
    interrupt: () => {
      child.kill('SIGINT');
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended.catch(() => {});
    },
  };
}

/** Runs it to its end. */
export async function runProgram(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<ProgramRun> {
  return await beginProgram(folder, args, environment).ended;
}

function collect(child: ChildProcess, descriptor: number) {
  let text = '';
  let waiting: (() => void)[] = [];
  const stream = child.stdio[descriptor];
  if (stream instanceof Readable) {
    stream.setEncoding('utf8');
    stream.on('data', (part: string) => {
      text += part;
      for (const look of waiting.splice(0)) look();
    });
  }
  return {
    text: () => text,
    async until(words: string): Promise<void> {
      while (!text.includes(words)) {
        await new Promise<void>((resolve) => {
          waiting = [...waiting, resolve];
        });
      }
    },
  };
}
