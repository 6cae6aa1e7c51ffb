import { openSchwabGateway } from '../../../src/brokers/schwab/index.ts';
import type { AccountSettings } from '../../../src/core/account.ts';
import { secret } from '../../../src/lib/secret.ts';
import type { Broker, BrokerGateway } from '../../../src/ports/broker.ts';
import type { AccessTokens } from '../../../src/ports/credentials.ts';
import { createKeptLog } from '../../fixtures/kept-log.ts';
import type { KeptLog } from '../../fixtures/kept-log.ts';
import { startSchwabFake } from '../../fakes/schwab/index.ts';
import type { SchwabFake, SchwabFakeOptions } from '../../fakes/schwab/index.ts';
import { sampleAccount } from '../../fixtures/sample-account.ts';
import { createTestClock } from '../../fixtures/test-clock.ts';
import type { TestClock } from '../../fixtures/test-clock.ts';

export const ACCOUNT_NUMBER = '12345678';

/** The adapter in front of the fake, both at the same time of a stepped clock. */
export interface SchwabWorld extends AsyncDisposable {
  readonly fake: SchwabFake;
  readonly clock: TestClock;
  readonly log: KeptLog;
  /** After `reopen`, the new one. */
  readonly broker: Broker;
  /** Another account of the same login. */
  openAnother(accountNumber: string): Broker;
  /** Time passes at Schwab and for the adapter. */
  advance(duration: Temporal.DurationLike): Promise<void>;
  /** The adapter ends, in order or at once, and is opened again. */
  reopen(end: 'closed' | 'killed'): Promise<void>;
}

export interface SchwabWorldOptions {
  readonly start?: string;
  readonly fake?: SchwabFakeOptions;
  readonly account?: Partial<AccountSettings>;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export async function openSchwabWorld(options: SchwabWorldOptions = {}): Promise<SchwabWorld> {
  const start = options.start ?? '2026-11-20T15:00:00Z';
  const fake = await startSchwabFake({
    now: start,
    clock: 'stepped',
    fills: 'told',
    ...options.fake,
  });
  const clock = createTestClock(start);
  const log = createKeptLog();
  const account = sampleAccount({
    broker: 'schwab',
    mode: 'live',
    brokerSettings: { connection: 'ana', accountNumber: ACCOUNT_NUMBER, ...options.settings },
    ...options.account,
  });
  const tokens = await tokensOf(fake);
  const open = (): { readonly gateway: BrokerGateway; readonly broker: Broker } => {
    const gateway = openSchwabGateway({
      config: { accounts: [account], schwab: { app: null, apiUrl: fake.apiUrl } },
      clock,
      log,
      logins: { tokensOf: () => tokens },
    });
    return { gateway, broker: gateway.openAccount(account) };
  };
  let now = open();
  const close = async () => {
    await now.broker.close();
    await now.gateway.close();
  };
  return {
    fake,
    clock,
    log,
    get broker() {
      return now.broker;
    },
    openAnother: (accountNumber) =>
      now.gateway.openAccount({
        ...account,
        name: `account-${accountNumber}`,
        brokerSettings: { connection: 'ana', accountNumber },
      }),
    async advance(duration) {
      const seconds = Temporal.Duration.from(duration).total('seconds');
      await fake.advance({ seconds });
      await clock.advance({ seconds });
    },
    async reopen(end) {
      if (end === 'closed') await close();
      now = open();
    },
    async [Symbol.asyncDispose]() {
      await close();
      await fake.stop();
    },
  };
}

/** A login at the fake that is renewed by logging in again, as a person would. */
async function tokensOf(fake: SchwabFake): Promise<AccessTokens> {
  let issued = await fake.issueTokens({ person: 'ana' });
  let refused: string | null = null;
  return {
    current: async () => {
      if (issued.accessToken === refused) issued = await fake.issueTokens({ person: 'ana' });
      return secret(issued.accessToken);
    },
    refused: () => {
      refused = issued.accessToken;
    },
    endsAt: async () => Temporal.Instant.from(issued.loginEndsAt),
  };
}
