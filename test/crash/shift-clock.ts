/**
 * Loaded before the program (`node --import`): moves its clock by CLOCK_SHIFT_SECONDS, so that a market
 * that goes by the calendar is open whenever the proof runs, and so that a clock can jump.
 */
const shift = Temporal.Duration.from({
  seconds: Number(process.env['CLOCK_SHIFT_SECONDS'] ?? '0'),
});
const realNow = Temporal.Now.instant;
Temporal.Now.instant = () => realNow().add(shift);
