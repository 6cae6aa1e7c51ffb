import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createLanes } from './lanes.ts';
import { BROKERS } from './market.ts';
import { runPart, PARTS } from './parts.ts';
import { isBad, tellFindings, totals } from './report.ts';

/** How many kills at random instants there are, over all brokers, unless --kills says otherwise. */
const KILLS = 80;

/** More than one: most scenarios wait most of the time. More than two: their bots hold each other up. */
const LANES_A_CORE = 2;

/**
 * `npm run test:crash [-- --kills N --seed S --brokers paper,alpaca --parts steps,random --lanes N]`:
 * kills the bot and looks whether anything was lost or done twice. All parts go on at once, so many
 * scenarios at a time as there are lanes. Exits with 1 when anything was found.
 */
async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: String(KILLS) },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      brokers: { type: 'string', default: BROKERS.join() },
      parts: { type: 'string', default: PARTS.join() },
      lanes: { type: 'string', default: String(availableParallelism() * LANES_A_CORE) },
    },
  });
  const startedAt = performance.now();
  const asked = {
    brokers: BROKERS.filter((name) => values.brokers.split(',').includes(name)),
    kills: Number(values.kills),
    seed: Number(values.seed),
    lanes: createLanes(Number(values.lanes)),
  };
  const parts = await Promise.all(
    PARTS.filter((name) => values.parts.split(',').includes(name)).map((name) =>
      runPart(name, asked),
    ),
  );
  for (const { text } of parts) process.stdout.write(text);
  const rows = parts.flatMap((part) => part.rows);
  process.stdout.write(`\n${tellFindings(rows)}`);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(`${totals(rows)}; ${seconds} s, ${asked.lanes.width} at a time\n`);
  return rows.some((row) => row.findings.some(isBad)) ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.exit(130);
  });
}
process.exitCode = await run();
