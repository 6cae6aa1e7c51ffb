/**
 * Loaded before the program (`node --import`): moves its clock by CLOCK_SHIFT_SECONDS, so that a market
 * that goes by the calendar is open whenever the proof runs. At SIGUSR2 the clock jumps ahead, and at
 * SIGPWR back: signals that nothing else sends.
 */
let shift = Temporal.Duration.from({ seconds: Number(process.env['CLOCK_SHIFT_SECONDS'] ?? '0') });
const JUMP = Temporal.Duration.from({ seconds: 90 });
const realNow = Temporal.Now.instant;
Temporal.Now.instant = () => realNow().add(shift);
process.on('SIGUSR2', () => {
  shift = shift.add(JUMP);
});
process.on('SIGPWR', () => {
  shift = shift.subtract(JUMP);
});
