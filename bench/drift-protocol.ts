import { z } from 'zod';

/** What a drift scan took, as its process tells it. */
export const driftMeasuredSchema = z.object({
  /** From reading the configuration to the running bot. */
  startMilliseconds: z.number(),
  scanMilliseconds: z.number(),
  /** Of the scan, and of the sweeps meanwhile. */
  processorMilliseconds: z.number(),
  proposals: z.number(),
  /** Bytes in memory before the scan, and at each look during it. */
  before: z.number(),
  samples: z.array(z.number()),
});
export type DriftMeasured = z.output<typeof driftMeasuredSchema>;
