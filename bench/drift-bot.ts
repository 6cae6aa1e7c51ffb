import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { BROKER_SCHEMAS } from '../src/brokers/index.ts';
import { formatProblem } from '../src/config/config.ts';
import { loadConfig } from '../src/config/load.ts';
import { driftScan } from '../src/jobs/drift-scan.ts';
import { createScheduler } from '../src/jobs/scheduler.ts';
import { systemClock } from '../src/lib/clock.ts';
import { systemRandom } from '../src/lib/random.ts';
import { createSteppedClock } from '../src/lib/stepped-clock.ts';
import { startBot } from '../src/main.ts';
import type { DriftMeasured } from './drift-protocol.ts';
import { SILENT } from './silent-log.ts';

/** The whole bot with so many paper accounts, as a process of its own, whose memory is that of one scan. */

/** A Friday in New York: an hour before the scan is due, and when it is. */
const BEFORE = Temporal.Instant.from('2026-11-20T14:00:00Z');
const DUE = Temporal.Instant.from('2026-11-20T15:00:00Z');
/** One account in so many has left its bands. */
const ONE_OUTSIDE_IN = 10;
const SAMPLE_EVERY_MILLISECONDS = 50;

const INSIDE =
  '{ cash: 3000, positions: { AAPL: 397, MSFT: 765, AMZN: 335, IBM: 264, GOOG: 35 }, prices: builtin, start: 2006-01, marketHours: ignore }';
const OUTSIDE =
  '{ cash: 1450, positions: { AAPL: 1065, MSFT: 1640, AMZN: 735, IBM: 405, GOOG: 68 }, prices: builtin, start: 2006-01, marketHours: ignore }';

function portfolios(accounts: number): string {
  const each = Array.from({ length: accounts }, (_, index) =>
    [
      `  account-${String(index).padStart(5, '0')}:`,
      '    broker: paper',
      `    paper: ${index % ONE_OUTSIDE_IN === 0 ? OUTSIDE : INSIDE}`,
      '    targets: { AAPL: 30%, MSFT: 20%, AMZN: 15%, IBM: 20%, GOOG: 15% }',
      '    policy: { band: { absolute: 5% }, cashBuffer: $500, minimumTrade: $250 }',
      '    schedule: { timeZone: America/New_York, driftScan: weekdays at 10:00, dailySummary: "off" }',
      '    channels: []',
    ].join('\n'),
  );
  return `accounts:\n${each.join('\n')}
people:
  ana: { name: Ana, role: proposer, web: ana }
  ben: { name: Ben, role: approver, web: ben }
`;
}

async function measure(accounts: number): Promise<DriftMeasured> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  try {
    writeFileSync(join(folder, 'portfolios.yaml'), portfolios(accounts));
    const clock = createSteppedClock(systemClock);
    clock.jump(clock.now().until(BEFORE));
    const begun = performance.now();
    const loaded = loadConfig({
      env: { DATABASE_URL: 'bench.db', PORT: '0' },
      cwd: folder,
      brokerSchemas: BROKER_SCHEMAS,
    });
    if (loaded.type === 'invalid') throw new Error(loaded.problems.map(formatProblem).join('\n'));
    const { config } = loaded;
    const bot = await startBot({ config, clock, random: systemRandom, log: SILENT });
    const startMilliseconds = performance.now() - begun;
    const { context } = bot;

    const scheduler = createScheduler(context, [driftScan]);
    await scheduler.tick();
    clock.jump(clock.now().until(DUE));
    global.gc?.();
    const before = process.memoryUsage.rss();
    const samples: number[] = [];
    const sampling = setInterval(() => {
      samples.push(process.memoryUsage.rss());
    }, SAMPLE_EVERY_MILLISECONDS);
    const scanned = performance.now();
    const worked = process.cpuUsage();
    await scheduler.tick();
    const scanMilliseconds = performance.now() - scanned;
    const { user, system } = process.cpuUsage(worked);
    const processorMilliseconds = (user + system) / 1000;
    clearInterval(sampling);
    const proposals = (await context.store.listProposals({ statuses: ['pending'] })).length;
    const expected = Math.ceil(accounts / ONE_OUTSIDE_IN);
    if (proposals !== expected) throw new Error(`${proposals} proposals, not ${expected}`);
    await scheduler.stop();
    await bot.stop();
    return {
      startMilliseconds,
      scanMilliseconds,
      processorMilliseconds,
      proposals,
      before,
      samples,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [accounts] = z.tuple([z.coerce.number().int().min(1)]).parse(process.argv.slice(2));
process.send?.(await measure(accounts));
process.disconnect?.();
