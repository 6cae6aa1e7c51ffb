import { isDue } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { NumberedContract } from './contracts.ts';
import { endsSubscriptions, isNotice, leavesPricesInDoubt } from './errors.ts';
import { askFirstTicks, type AskedTicks } from './first-ticks.ts';
import type { Login } from './login.ts';
import { isTick, NO_TICKS, withTick, type Ticks, type TickTold } from './ticks.ts';
import type { TwsEvent } from './wire.ts';

/**
 * The market data lines of a login: subscriptions at TWS. A line tells each change of a price until it is given
 * back, and is kept for a while after somebody wanted it, so that a price that is wanted again costs no
 * message. TWS tells what changed every 250 ms (https://interactivebrokers.github.io/tws-api/top_data.html):
 * what a line told last is the price of now, for as long as it tells.
 */
export interface MarketDataLines {
  /**
   * What the line of a contract has told up to now. Null where there is none, or it does not count: then one
   * must be taken.
   */
  standing(asked: AskedTicks): Ticks | null;
  /** Resolves when so many more may be taken, up to `MOST_LINES`; what is kept for the shortest makes room. */
  makeRoom(count: number): Promise<void>;
  /**
   * Takes a line, in the place of one that the contract may have had.
   * @returns what it told first; null for a contract that IB does not know after all.
   * @throws BrokerError when IB has no price to give for lack of a subscription, or because somebody is
   *   logged in elsewhere.
   */
  take(asked: AskedTicks): Promise<Ticks | null>;
}

/**
 * Of the 100 that every login has (https://interactivebrokers.github.io/tws-api/market_data.html); the
 * others are for the person who watches the same TWS.
 */
export const MOST_LINES = 80;

const KEPT_FOR = Temporal.Duration.from({ minutes: 10 });

/** One that another has taken the place of: orders that follow a look at the prices need the messages first. */
const REPLACED_KEPT_FOR = Temporal.Duration.from({ seconds: 5 });

/** A stock that trades is quoted anew more often. Of a line that tells nothing, nobody knows whether it would. */
const SILENT_FOR = Temporal.Duration.from({ minutes: 1 });

interface Line {
  readonly conId: number;
  ticks: Ticks;
  /** The first price is here, or was waited for long enough. */
  hasTold: boolean;
  heardAt: Temporal.Instant | null;
  keptUntil: Temporal.Instant;
  /** Something may have been lost since it was taken. */
  inDoubt: boolean;
}

export function createMarketDataLines(login: Login, clock: Clock): MarketDataLines {
  /** By the ids of their requests; of two of one contract, the later one counts. */
  const lines = new Map<number, Line>();
  /** Lines on their way back. */
  const returning = new Set<Promise<void>>();
  let nextReturn: { readonly at: Temporal.Instant; readonly cancel: () => void } | null = null;

  login.follow((event) => {
    if (event.type === 'gap') doubtAll();
    if (event.type === 'told') hear(event.event);
  });

  function hear(event: TwsEvent): void {
    if (event.type === 'disconnected') {
      forgetAll();
    } else if (event.type === 'message') {
      const { id, code, text } = event;
      const line = id === null ? undefined : lines.get(id);
      if (line !== undefined && !isNotice(code, text)) line.inDoubt = true;
      if (id === null && endsSubscriptions(code)) forgetAll();
      else if (id === null && leavesPricesInDoubt(code)) doubtAll();
    } else if (isTick(event)) {
      const line = lines.get(event.id);
      // Before, it is heard by who waits for it.
      if (line?.hasTold === true) hearTick(line, event);
    }
  }

  function hearTick(line: Line, event: TickTold): Ticks {
    line.ticks = withTick(line.ticks, event);
    line.heardAt = clock.now();
    return line.ticks;
  }

  function doubtAll(): void {
    for (const line of lines.values()) line.inDoubt = true;
  }

  const lineOf = ({ conId }: NumberedContract): Line | undefined =>
    [...lines.values()].findLast((line) => line.conId === conId);

  function counts(line: Line, { marketData, volume }: AskedTicks): boolean {
    if (!line.hasTold || line.inDoubt || line.heardAt === null) return false;
    if (volume && line.ticks.averageVolume === null) return false;
    if (marketData === 'live' && line.ticks.delayed) return false;
    return !isDue(clock.now(), line.heardAt.add(SILENT_FOR));
  }

  /** TWS has none of them any more. */
  function forgetAll(): void {
    lines.clear();
    nextReturn?.cancel();
    nextReturn = null;
  }

  function keep(line: Line, duration: Temporal.Duration): void {
    line.keptUntil = clock.now().add(duration);
    returnAt(line.keptUntil);
  }

  function returnAt(at: Temporal.Instant): void {
    if (nextReturn !== null && Temporal.Instant.compare(nextReturn.at, at) <= 0) return;
    nextReturn?.cancel();
    nextReturn = { at, cancel: clock.schedule(at, returnDue) };
  }

  function returnDue(): void {
    nextReturn = null;
    const now = clock.now();
    giveBack((line) => isDue(now, line.keptUntil));
    const [first] = byEnd();
    if (first !== undefined) returnAt(first.keptUntil);
  }

  const byEnd = (): readonly Line[] =>
    [...lines.values()].toSorted((a, b) => Temporal.Instant.compare(a.keptUntil, b.keptUntil));

  /** Nobody waits for it, unless there are too few: the messages are for orders first. */
  function giveBack(isMeant: (line: Line) => boolean): void {
    for (const [id, line] of lines) {
      if (!isMeant(line)) continue;
      lines.delete(id);
      const given = login
        .tell(
          (api) => {
            api.cancelMktData(id);
          },
          { urgency: 'tidying' },
        )
        .finally(() => returning.delete(given));
      returning.add(given);
    }
  }

  return {
    standing(asked) {
      const line = lineOf(asked.contract);
      if (line === undefined) return null;
      keep(line, KEPT_FOR);
      return counts(line, asked) ? line.ticks : null;
    },
    async makeRoom(count) {
      const tooMany = Math.max(0, lines.size + count - MOST_LINES);
      const first = new Set(byEnd().slice(0, tooMany));
      giveBack((line) => first.has(line));
      while (lines.size + returning.size + count > MOST_LINES) await Promise.race(returning);
    },
    async take(asked) {
      const before = lineOf(asked.contract);
      if (before !== undefined) keep(before, REPLACED_KEPT_FOR);
      const line: Line = {
        conId: asked.contract.conId,
        ticks: NO_TICKS,
        hasTold: false,
        heardAt: null,
        keptUntil: clock.now(),
        inDoubt: false,
      };
      try {
        line.hasTold = await askFirstTicks({ login, clock }, asked, {
          begin: (id) => {
            lines.set(id, line);
            keep(line, KEPT_FOR);
          },
          hear: (event) => hearTick(line, event),
        });
        return line.hasTold ? line.ticks : null;
      } finally {
        if (!line.hasTold) giveBack((each) => each === line);
      }
    },
  };
}
