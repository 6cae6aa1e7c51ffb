import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../bin/evenkeel.js', import.meta.url));
const RECORDER = new URL('record-modules.ts', import.meta.url).href;

/** The SDKs of platforms and brokers. */
const SDKS = /node_modules\/(@slack\/|discord\.js|@discordjs\/|@master-chief\/|@stoqey\/)/u;

/**
 * The packages that a bot with nothing configured loads. Each takes memory for as long as the bot runs:
 * what is not needed before somebody asks for it is imported where it is used.
 */
const PACKAGES_AT_START = [
  'better-sqlite3',
  'big.js',
  'canonicalize',
  'commander',
  'csv-parse',
  'kysely',
  'node-cron',
  'pino',
  'yaml',
  'zod',
];

/** What pino brings. */
const OF_PINO = [
  '@pinojs/redact',
  'atomic-sleep',
  'on-exit-leak-free',
  'pino-std-serializers',
  'quick-format-unescaped',
  'safe-stable-stringify',
  'sonic-boom',
  'thread-stream',
];

/** Our own code that waits for its first use, and what would load fetch and WebSocket: 15 MB. */
const LATER = [
  /\/src\/brokers\/oauth\//u,
  /\/src\/brokers\/(alpaca|ibkr|schwab)\/(?!settings\.ts)/u,
  /\/src\/chat\/(discord|slack|terminal)\//u,
  /\/src\/chat\/web\/(routes|page|render-\w+|markup|chart)\.ts/u,
  /\/src\/operations\/(metrics|health-server)\.ts/u,
  /^node:https?$/u,
  /^node:http2$/u,
];

/** Starts the program, waits until it is up, and ends it as Ctrl-C does. */
async function startAndStop(environment: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-start-'));
  try {
    const bot = spawn(process.execPath, ['--import', RECORDER, PROGRAM, 'start'], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: join(folder, 'start.db'),
        PORT: '0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => bot.once('exit', resolve));
    const errors = text(bot.stderr);
    const printed: string[] = [];
    for await (const line of createInterface({ input: bot.stdout })) {
      printed.push(line);
      if (line.includes('Ctrl-C ends the bot')) bot.kill('SIGINT');
    }
    const modules = [...(await errors).matchAll(/^loaded (.+)$/gmu)].map(([, url = '']) => url);
    return {
      exitCode: await ended,
      printed: printed.join('\n'),
      modules,
      sdks: modules.filter((url) => SDKS.test(url)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('evenkeel start', () => {
  it('prints the page with its token, ends cleanly, and loads no SDK that is not configured', async () => {
    const { exitCode, printed, sdks } = await startAndStop();
    expect(printed).toMatch(/http:\/\/127\.0\.0\.1:\d+\/\S*[\w-]{20,}/u);
    expect(printed).toContain('Stopped.');
    expect(exitCode).toBe(0);
    expect(sdks).toEqual([]);
  });

  it('loads what it needs to be up, and nothing that can wait', async () => {
    const { modules } = await startAndStop();
    const packages = modules.map(
      (url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//u.exec(url)?.[1],
    );
    expect([...new Set(packages.filter((name) => name !== undefined))].toSorted()).toEqual(
      [...PACKAGES_AT_START, ...OF_PINO].toSorted(),
    );
    expect(modules.filter((url) => LATER.some((pattern) => pattern.test(url)))).toEqual([]);
  });

  it('is up with its page though a configured chat cannot be reached', async () => {
    const { exitCode, printed, sdks } = await startAndStop({
      SLACK_BOT_TOKEN: 'xoxb-1-1-not-a-token',
      SLACK_APP_TOKEN: 'xapp-1-A1-1-not-a-token',
      // Nothing listens there.
      SLACK_API_URL: 'http://127.0.0.1:9/api/',
    });
    expect(printed).toContain('Evenkeel is running');
    expect(exitCode).toBe(0);
    expect(sdks.some((line) => line.includes('@slack/'))).toBe(true);
    expect(sdks.every((line) => line.includes('@slack/'))).toBe(true);
  });

  it("loads Discord's SDK before Slack's, whose requests cannot carry its files", async () => {
    const { sdks } = await startAndStop({
      SLACK_BOT_TOKEN: 'xoxb-1-1-not-a-token',
      SLACK_APP_TOKEN: 'xapp-1-A1-1-not-a-token',
      SLACK_API_URL: 'http://127.0.0.1:9/api/',
      DISCORD_TOKEN: 'MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.not-a-token-not-a-token-not-a-token',
      DISCORD_GUILD_ID: '112233445566778899',
      DISCORD_API_URL: 'http://127.0.0.1:9/api',
    });
    const first = (name: string) => sdks.findIndex((url) => url.includes(`/node_modules/${name}/`));
    expect(first('discord.js')).toBeGreaterThanOrEqual(0);
    expect(first('@slack/bolt')).toBeGreaterThan(first('discord.js'));
  });
});
