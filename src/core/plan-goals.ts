/** A line that may be moved, as the goals see it. */
export interface Mover {
  /** Value minus target value. */
  readonly deviation: bigint;
  /** How much of the deviation has to go: all of it, what is beyond the band's edge, or nothing. */
  readonly required: bigint;
}

export interface Goals {
  /** The deviation each line should have afterwards, in the order of the movers. */
  readonly deviations: readonly bigint[];
  /** Whether cash and required sells pay for all required buys: then lines inside their bands may buy, else sell. */
  readonly surplus: boolean;
}

/**
 * How far each line should move if lots were of no concern, so that cash comes out at zero.
 *
 * What has to go, goes first. Money that this leaves over buys what is under its target, furthest
 * under first; money that it lacks comes from what is over its target, furthest over first; never
 * beyond a target. Is there still money over, less is sold (idle cash is as far off as what was
 * sold), is there still money lacking, less is bought, each to the benefit of what is furthest off.
 * @param spendable cash above the buffer that may be spent; negative when the buffer must be restored.
 * @param keepSells sell what has to be sold even if the proceeds lie idle.
 */
export function deriveGoals(
  movers: readonly Mover[],
  spendable: bigint,
  keepSells: boolean,
): Goals {
  const over = side(movers, 1n);
  const under = side(movers, -1n);
  const balance = spendable + total(over.required) - total(under.required);
  let sells = over.required;
  let buys = under.required;
  if (balance >= 0n) {
    const extra = spread(rest(under), rest(under), balance);
    buys = add(buys, extra);
    const idle = balance - total(extra);
    if (!keepSells && idle > 0n) {
      sells = spread(over.off, over.required, total(over.required) - idle);
    }
  } else {
    const extra = spread(rest(over), rest(over), -balance);
    sells = add(sells, extra);
    const lacking = -balance - total(extra);
    if (lacking > 0n) buys = spread(under.off, under.required, total(under.required) - lacking);
  }
  return {
    deviations: movers.map(
      ({ deviation }, index) => deviation - (sells[index] ?? 0n) + (buys[index] ?? 0n),
    ),
    surplus: balance >= 0n,
  };
}

interface Side {
  readonly off: readonly bigint[];
  readonly required: readonly bigint[];
}

/** The movers on one side of their targets; zeros in the place of the others. */
function side(movers: readonly Mover[], sign: 1n | -1n): Side {
  const off: bigint[] = [];
  const required: bigint[] = [];
  for (const mover of movers) {
    const amount = sign === 1n ? mover.deviation : -mover.deviation;
    off.push(amount > 0n ? amount : 0n);
    required.push(amount > 0n ? mover.required : 0n);
  }
  return { off, required };
}

/** What is still off when everything required is done. */
function rest({ off, required }: Side): bigint[] {
  return off.map((amount, index) => amount - (required[index] ?? 0n));
}

/**
 * Spreads an amount so that the largest deviations are lowered to one common level, none by more than
 * its limit. Rounded down to whole units.
 * @returns what each deviation is lowered by; together at most `amount`, short of it by less than one unit each.
 */
function spread(
  off: readonly bigint[],
  limits: readonly bigint[],
  amount: bigint,
): readonly bigint[] {
  if (amount <= 0n) return off.map(() => 0n);
  if (amount >= total(limits)) return limits;
  // As the level falls, a line starts to take part at its deviation and stops when its limit is used up.
  const events = off
    .flatMap((deviation, index) => {
      const limit = limits[index] ?? 0n;
      return limit === 0n
        ? []
        : [
            { level: deviation, change: 1n },
            { level: deviation - limit, change: -1n },
          ];
    })
    .toSorted((a, b) => (a.level > b.level ? -1 : a.level < b.level ? 1 : 0));
  let level = events[0]?.level ?? 0n;
  let takingPart = 0n;
  let left = amount;
  for (const event of events) {
    const step = takingPart * (level - event.level);
    if (step >= left) break;
    left -= step;
    level = event.level;
    takingPart += event.change;
  }
  if (takingPart > 0n) level -= left / takingPart;
  return off.map((deviation, index) => {
    const limit = limits[index] ?? 0n;
    const above = deviation - level;
    return above <= 0n ? 0n : above < limit ? above : limit;
  });
}

function add(a: readonly bigint[], b: readonly bigint[]): bigint[] {
  return a.map((amount, index) => amount + (b[index] ?? 0n));
}

function total(amounts: readonly bigint[]): bigint {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return sum;
}
