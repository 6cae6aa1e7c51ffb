import { openIbkrGateway } from '../../../src/brokers/ibkr/index.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import type { Log, LogFields } from '../../../src/ports/log.ts';
import { startTwsFake, type TwsFake, type TwsFakeOptions } from '../../fakes/tws/index.ts';
import { createTestClock, type TestClock } from '../../fixtures/test-clock.ts';

/** The fake's account, in all tests. */
export const ACCOUNT = 'DU1234567';

export const START = '2026-11-20T15:00:00Z';

/** An adapter against a TWS on loopback, both with clocks that stand still. */
export interface IbkrWorld extends AsyncDisposable {
  readonly fake: TwsFake;
  readonly clock: TestClock;
  /** The newest one. */
  readonly broker: Broker;
  readonly logged: readonly LoggedLine[];
  /** Opens an account on the gateway of now. */
  openAccount(settings?: Readonly<Record<string, unknown>>, account?: Partial<Named>): Broker;
  /** Ends the adapter and opens another one, as a new process would. */
  reopen(end: 'closed' | 'killed'): Promise<void>;
  /** Time passes here and at the fake. */
  advance(duration: Temporal.DurationLike): Promise<void>;
}

export interface LoggedLine {
  readonly level: string;
  readonly fields: LogFields;
  readonly message: string;
}

interface Named {
  readonly name: string;
  readonly mode: 'paper' | 'live';
  readonly needsVolumes: boolean;
}

/** Opens no connection: the first request does. */
export async function openIbkrWorld(
  options: TwsFakeOptions = {},
  settings: Readonly<Record<string, unknown>> = {},
  named: Partial<Named> = {},
): Promise<IbkrWorld> {
  const fake = await startTwsFake({
    now: START,
    clock: 'stepped',
    // Real time does not pass for the adapter's pacer.
    pacing: 'off',
    ...options,
  });
  const clock = createTestClock(START);
  const logged: LoggedLine[] = [];
  const open = () => {
    const gateway = openIbkrGateway({
      config: { ibkr: { host: fake.host, port: fake.port, clientId: 7 } },
      clock,
      log: recordingLog(logged),
    });
    const openAccount = (
      more: Readonly<Record<string, unknown>> = {},
      account: Partial<Named> = {},
    ): Broker =>
      gateway.openAccount({
        name: 'core',
        mode: 'paper',
        ...named,
        ...account,
        brokerSettings: { account: ACCOUNT, messagesPerSecond: '1000', ...settings, ...more },
      });
    return { gateway, openAccount, broker: openAccount() };
  };
  let now = open();
  return {
    fake,
    clock,
    logged,
    get broker() {
      return now.broker;
    },
    openAccount: (more, account) => now.openAccount(more, account),
    reopen: async (end) => {
      if (end === 'closed') await now.broker.close();
      await now.gateway.close();
      now = open();
    },
    advance: async (duration) => {
      await fake.advance(Temporal.Duration.from(duration).total('seconds'));
      await clock.advance(duration);
    },
    [Symbol.asyncDispose]: async () => {
      await now.broker.close();
      await now.gateway.close();
      await fake.stop();
    },
  };
}

function recordingLog(lines: LoggedLine[]): Log {
  const at =
    (level: string) =>
    (fields: LogFields, message: string): void => {
      lines.push({ level, fields, message });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
