import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Observer } from '../ports/observer.ts';
import type { Store } from '../ports/store.ts';
import { openHealthServer } from './health-server.ts';
import type { Readiness } from './health-server.ts';
import { createMetrics } from './metrics.ts';

/** How long the database may take to answer a readiness check. */
const DATABASE_PATIENCE = { seconds: 2 };

const NOTHING_YET = { proposals: {}, orders: {}, fills: 0, halts: 0, deliveries: {}, auditRows: 0 };

/** Lets a supervisor see how the bot is. */
export interface Watch {
  readonly observer: Observer;
  readonly port: number;
  /** The database is open; the bot does not act on it yet. */
  attach(store: Store): void;
  /** What the bot is doing. */
  becomes(state: 'starting' | 'ready' | 'stopping'): void;
  close(): Promise<void>;
}

/** Opens the health server of a bot that is starting. @throws Error when the port is taken. */
export async function openWatch(options: {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<Watch> {
  const { clock } = options;
  let store: Store | null = null;
  let state: 'starting' | 'ready' | 'stopping' = 'starting';
  const metrics = createMetrics({
    clock,
    statistics: async () => (store === null ? NOTHING_YET : await store.readStatistics()),
    loginEnds: async () =>
      store === null
        ? []
        : (await store.listLogins()).flatMap(({ broker, person, ...login }) => {
            const endsAt = login.endedAt ?? login.endsAt;
            return endsAt === null ? [] : [{ broker, person, endsAt }];
          }),
  });

  const readiness = async (): Promise<Readiness> => {
    if (state === 'stopping') return { ready: false, detail: 'it is stopping' };
    if (store === null || state === 'starting') {
      return { ready: false, detail: 'it is starting, or another process acts on the database' };
    }
    return (await answersInTime(clock, store.auditHead()))
      ? { ready: true, detail: 'it acts on the database' }
      : { ready: false, detail: 'the database does not answer' };
  };

  const server = await openHealthServer({ ...options, metrics, readiness });
  return {
    observer: metrics.observer,
    port: server.port,
    attach(opened) {
      store = opened;
    },
    becomes(next) {
      state = next;
    },
    async close() {
      state = 'stopping';
      await server.close();
    },
  };
}

async function answersInTime(clock: Clock, answer: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const cancel = clock.schedule(clock.now().add(DATABASE_PATIENCE), () => {
    late.resolve(false);
  });
  const inTime = answer.then(
    () => true,
    () => false,
  );
  const result = await Promise.race([inTime, late.promise]);
  cancel();
  return result;
}
