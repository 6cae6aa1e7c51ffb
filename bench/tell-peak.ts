import { writeSync } from 'node:fs';

/**
 * Loaded before a program (`node --import`) whose memory is measured: says on descriptor 3, as it ends,
 * how much it had in memory at most.
 */
process.once('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeSync(3, JSON.stringify({ maxRSS, cpu: userCPUTime + systemCPUTime }));
});
