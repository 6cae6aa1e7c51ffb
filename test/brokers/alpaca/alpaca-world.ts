import { openAlpacaGateway } from '../../../src/brokers/alpaca/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { secret } from '../../../src/lib/secret.ts';
import { createSteppedClock } from '../../../src/lib/stepped-clock.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import type { Logins } from '../../../src/ports/credentials.ts';
import { createKeptLog } from '../../fixtures/kept-log.ts';
import type { KeptLog } from '../../fixtures/kept-log.ts';
import { until } from '../../e2e/bot-world.ts';
import { startAlpacaFake } from '../../fakes/alpaca/index.ts';
import type { AlpacaFake, AlpacaFakeOptions } from '../../fakes/alpaca/index.ts';
import { NOBODY } from './tiny-alpaca.ts';

/** The adapter in front of a fake of Alpaca, both at the same time, which only `advance` moves on there. */
export interface AlpacaWorld extends AsyncDisposable {
  readonly fake: AlpacaFake;
  readonly log: KeptLog;
  /** After `reopen`, the new one. */
  readonly broker: Broker;
  advance(duration: Temporal.DurationLike): Promise<void>;
  /** Opens the account anew, as after a restart. */
  reopen(end: 'closed' | 'killed'): Promise<void>;
  /** Resolves when the adapter hears the account's stream. */
  listening(): Promise<void>;
}

type FakeAccount = NonNullable<AlpacaFakeOptions['accounts']>[number];

const keyOf = (account: string): string => `PKKEYOF${account}`;
const secretOf = (account: string): string => `secret-of-${account}`;

/** A fake whose time stands still between `advance`s. */
export async function startSteppedFake(
  start: Temporal.Instant,
  accounts: readonly (Omit<FakeAccount, 'keyId' | 'secretKey'> & { readonly name: string })[],
  options: Omit<AlpacaFakeOptions, 'accounts' | 'now' | 'clock'> = {},
): Promise<AlpacaFake> {
  return await startAlpacaFake({
    ...options,
    now: start.toString(),
    clock: 'stepped',
    accounts: accounts.map((account) => ({
      ...account,
      keyId: keyOf(account.name),
      secretKey: secretOf(account.name),
    })),
  });
}

export interface AlpacaWorldOptions {
  readonly fake: AlpacaFake;
  /** The fake's name of the account. */
  readonly at: string;
  /** Ours. */
  readonly account?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly logins?: Logins;
}

/** Opens an account of a fake; the fake remains the caller's to stop. */
export async function openAlpacaWorld(options: AlpacaWorldOptions): Promise<AlpacaWorld> {
  const { fake, at, account = 'core' } = options;
  const addresses = fake.accounts[at];
  if (addresses === undefined) throw new Error('the fake lacks the account');
  const clock = createSteppedClock(systemClock);
  clock.jump(clock.now().until(Temporal.Instant.from((await fake.state()).now)));
  const log = createKeptLog();
  const open = () => {
    const gateway = openAlpacaGateway({
      config: {
        alpaca: {
          credentials: { apiKey: secret(keyOf(at)), secret: secret(secretOf(at)) },
          app: null,
          apiUrl: addresses.trading,
          dataUrl: fake.data,
          streamUrl: addresses.stream,
          oauthUrl: null,
        },
      },
      clock,
      log,
      logins: options.logins ?? NOBODY,
    });
    const brokerSettings = options.settings ?? {};
    return {
      gateway,
      broker: gateway.openAccount({ name: account, mode: 'paper', brokerSettings }),
    };
  };
  let opened = open();
  const close = async () => {
    await opened.broker.close();
    await opened.gateway.close();
  };
  return {
    fake,
    log,
    get broker() {
      return opened.broker;
    },
    async advance(duration) {
      const by = Temporal.Duration.from(duration);
      await fake.advance(by.total('seconds'));
      clock.jump(by);
    },
    async reopen(end) {
      if (end === 'killed') await fake.loseConnection();
      await close();
      opened = open();
    },
    async listening() {
      await until('the stream', async () => {
        const { accounts } = await fake.state();
        return accounts.find(({ name }) => name === at)?.listeners === 1;
      });
    },
    [Symbol.asyncDispose]: close,
  };
}
