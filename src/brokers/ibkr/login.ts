import type { IBApi } from '@stoqey/ib';
import { createPacer, PacerClosed, type Pacer } from '../../lib/pacer.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { requirePermit } from '../send-permit.ts';
import { isRateExceeded, isUnreadable, SERVER_CONNECTION, unavailable } from './errors.ts';
import { openLink, type Address, type Link } from './link.ts';
import { createOnTheWay } from './on-the-way.ts';
import type { Question } from './question.ts';
import { createQuestions } from './questions.ts';
import type { TwsEvent } from './wire.ts';

/** What a login tells those who follow it. */
export type LoginEvent =
  | { readonly type: 'told'; readonly event: TwsEvent }
  /** Connected; `again` when something may have happened that was not heard. */
  | { readonly type: 'ready'; readonly again: boolean }
  /** Something TWS told may have been lost, though the connection stands. */
  | { readonly type: 'gap' };

/** A login at IB through one TWS or IB Gateway, shared by its accounts. Connects when it is needed. */
export interface Login {
  readonly address: Address;
  /** @throws BrokerError unavailable when there is no connection to be had. */
  connect(): Promise<Link>;
  isUp(): boolean;
  /**
   * @throws BrokerError, also when the question was never sent: that is not `unanswered`; what
   *   `notSentBecause` knows when its permit was refused.
   */
  ask<T>(question: Question<T>): Promise<T>;
  /**
   * Sends what has no answer, where the connection still stands.
   * @param options `on`: that of now by default.
   * @returns when it has been sent, or is not sent any more.
   */
  tell(
    write: (api: IBApi) => void,
    options?: { readonly urgency?: 'reading' | 'tidying'; readonly on?: Link },
  ): Promise<void>;
  follow(listener: (event: LoginEvent) => void): () => void;
  close(): Promise<void>;
}

export interface LoginOptions {
  readonly address: Address;
  readonly messagesPerSecond: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Waits before connecting again; the last one repeats. IB Gateway restarts once a day, for minutes. */
const RETRY_WAITS_IN_SECONDS = [1, 2, 5, 10, 30, 60];

const AT_ONCE_AGAIN_AFTER = Temporal.Duration.from({ seconds: 5 });

/** Any TWS answers this at once. */
const PROBE_PATIENCE = Temporal.Duration.from({ seconds: 5 });

const ONE_SECOND = Temporal.Duration.from({ seconds: 1 });

/** TWS's second, and a little for two clocks that do not run alike. */
const PACING_WINDOW = Temporal.Duration.from({ milliseconds: 1020 });

/**
 * TWS counts a second by when it reads. The end of one burst that it reads late and the beginning of the
 * next must not fall into one of its seconds, so what it has not answered yet counts for longer.
 */
const READ_LATE_BY = Temporal.Duration.from({ milliseconds: 180 });

export function createLogin({ address, messagesPerSecond, clock, log }: LoginOptions): Login {
  const pacer: Pacer = createPacer(clock, {
    requests: messagesPerSecond,
    window: PACING_WINDOW,
    lag: READ_LATE_BY,
  });
  const followers = new Set<(event: LoginEvent) => void>();
  const onTheWay = createOnTheWay();
  const questions = createQuestions({ clock, onTheWay, probe });
  const where = { host: address.host, port: address.port, clientId: address.clientId };
  let link: Link | null = null;
  let connecting: Promise<Link> | null = null;
  let cancelRetry: (() => void) | null = null;
  let failures = 0;
  let everUp = false;
  let triedAtOnce: Temporal.Instant | null = null;
  let serverLost: BrokerError | null = null;
  let closed = false;
  const closing = new AbortController();

  const tellFollowers = (event: LoginEvent): void => {
    for (const follower of followers) follower(event);
  };

  function hear(event: TwsEvent): void {
    if (event.type === 'message') hearMessage(event.id, event.code, event.text);
    if (event.type === 'unreadable') {
      const { callback, problem } = event;
      log.warn({ ...where, callback, problem }, 'TWS told something that does not fit');
    }
    questions.hear(event);
    tellFollowers({ type: 'told', event });
    if (event.type === 'unreadable') tellFollowers({ type: 'gap' });
    if (event.type === 'disconnected' && link !== null) {
      link = null;
      onTheWay.clear();
      if (!closed) log.warn(where, 'connection to TWS lost');
      comeBack();
    }
  }

  function hearMessage(about: number | null, code: number, text: string): void {
    log.debug({ ...where, about, code, text }, 'TWS says');
    if (isRateExceeded(code)) pacer.pauseUntil(clock.now().add(ONE_SECOND));
    if (about !== null) return;
    if (SERVER_CONNECTION.lost.includes(code)) {
      serverLost = unavailable(`TWS has lost its connection to Interactive Brokers: ${text}`, code);
      log.warn({ ...where, code, text }, 'TWS lost its connection to the servers');
    } else if (SERVER_CONNECTION.restored.includes(code)) {
      serverLost = null;
      log.info({ ...where, code, text }, 'TWS has its connection to the servers again');
      tellFollowers({ type: 'gap' });
    } else if (code === SERVER_CONNECTION.dropping) {
      link?.end();
    } else if (isUnreadable(code)) {
      log.warn({ ...where, code }, 'TWS told something that @stoqey/ib cannot read');
      tellFollowers({ type: 'gap' });
    }
  }

  async function connect(): Promise<Link> {
    if (closed) throw closedError();
    if (link !== null) return link;
    connecting ??= establish().finally(() => {
      connecting = null;
    });
    return connecting;
  }

  async function establish(): Promise<Link> {
    cancelRetry?.();
    serverLost = null;
    let again: boolean;
    try {
      const established = await openLink(address, clock, hear, closing.signal);
      if (closed || !established.isUp()) {
        established.end();
        throw closed ? closedError() : unavailable('TWS closed the connection at once.');
      }
      link = established;
      again = everUp || failures > 0;
      everUp = true;
      failures = 0;
      log.info({ ...where, accounts: established.accounts.length }, 'connected to TWS');
    } catch (error) {
      if (error instanceof BrokerError && failures === 0) {
        log.warn({ ...where, reason: error.message }, 'TWS cannot be reached; trying again');
      }
      retryLater();
      throw error;
    }
    tellFollowers({ type: 'ready', again });
    return link;
  }

  /** A connection that broke is made again at once, unless that was tried a moment ago. */
  function comeBack(): void {
    const now = clock.now();
    const tried = triedAtOnce?.add(AT_ONCE_AGAIN_AFTER);
    if (closed || (tried !== undefined && Temporal.Instant.compare(now, tried) < 0)) {
      retryLater();
      return;
    }
    triedAtOnce = now;
    connectUnasked();
  }

  function connectUnasked(): void {
    connect().catch((error: unknown) => {
      // It was logged, and the next try is scheduled.
      if (!(error instanceof BrokerError)) throw error;
    });
  }

  function retryLater(): void {
    cancelRetry?.();
    if (closed) return;
    const wait = RETRY_WAITS_IN_SECONDS[failures] ?? RETRY_WAITS_IN_SECONDS.at(-1) ?? 60;
    failures += 1;
    cancelRetry = clock.schedule(clock.now().add({ seconds: wait }), connectUnasked);
  }

  /** Not a word of anything: the other end may be gone without anybody having closed the connection. */
  function probe(current: Link): void {
    const heardBefore = current.heard();
    if (current === link) {
      void tellTws((api) => {
        api.reqCurrentTime();
      });
    }
    clock.schedule(clock.now().add(PROBE_PATIENCE), () => {
      if (current.heard() === heardBefore) current.end();
    });
  }

  async function tellTws(
    write: (api: IBApi) => void,
    options: { readonly urgency?: 'reading' | 'tidying'; readonly on?: Link } = {},
  ): Promise<void> {
    const asked = options.on ?? link;
    try {
      await pacer.run(options.urgency ?? 'reading', async (counted) => {
        if (link !== asked || asked === null) return;
        asked.send(write);
        onTheWay.add(counted);
      });
    } catch (error) {
      if (!(error instanceof PacerClosed)) throw error;
    }
  }

  async function ask<T>(question: Question<T>): Promise<T> {
    await connect();
    try {
      return await pacer.run(
        question.urgency,
        async (counted) => await put(question, counted),
        question.permit?.withdrawn,
      );
    } catch (error) {
      if (error instanceof PacerClosed) throw closedError();
      throw error;
    }
  }

  async function put<T>(question: Question<T>, counted: () => void): Promise<T> {
    if (question.permit !== undefined) await requirePermit(question.permit);
    const current = link;
    if (current === null) throw unavailable('The connection to TWS was lost.');
    if (serverLost !== null) throw serverLost;
    return await questions.put(current, question, counted);
  }

  return {
    address,
    connect,
    isUp: () => link !== null,
    ask,
    tell: tellTws,
    follow: (listener) => {
      followers.add(listener);
      return () => {
        followers.delete(listener);
      };
    },
    close: async () => {
      closed = true;
      cancelRetry?.();
      pacer.close();
      link?.end();
      // A handshake that is not answered is not waited for.
      closing.abort();
      await connecting?.catch(() => undefined);
      followers.clear();
    },
  };
}

function closedError(): BrokerError {
  return unavailable('The connection to Interactive Brokers is closed.');
}
