import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { alpacaLogin } from '../../src/brokers/oauth/alpaca.ts';
import { schwabLogin } from '../../src/brokers/oauth/schwab.ts';
import { openSchwabGateway } from '../../src/brokers/schwab/index.ts';
import { secret } from '../../src/lib/secret.ts';
import type { LoginProvider } from '../../src/ports/login-provider.ts';
import { issued, startTokenServer } from '../brokers/oauth/token-server.ts';
import { ACCOUNT_NUMBER } from '../brokers/schwab/schwab-world.ts';
import { createKeptLog } from '../fixtures/kept-log.ts';
import { buy } from '../contracts/broker/requests.ts';
import { MAY_SEND } from '../fixtures/send-permits.ts';
import { startSchwabFake } from '../fakes/schwab/index.ts';
import { fuzzSettings, inTurns } from '../fixtures/fuzz-runs.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { createTestClock } from '../fixtures/test-clock.ts';
import { openBendingRelay } from './bending-relay.ts';
import { secretsIn, unforeseen } from './bot-state.ts';
import { ask, ASK_NAMES, expectHonest } from './broker-asks.ts';
import { watchForCrashes, withinDeadline } from './crashes.ts';
import { asJson, damage, damaged } from './mutations.ts';
import { createTally } from './tally.ts';

const settings = fuzzSettings(200);
const timeout = settings.isLong ? 0 : 120_000;
const tally = createTally();

const START = '2026-11-20T15:00:00Z';

/** A fake with a book and an order that has filled in part, behind a relay. */
async function openWorld() {
  const fake = await startSchwabFake({
    now: START,
    clock: 'stepped',
    fills: 'told',
    accounts: [
      {
        number: ACCOUNT_NUMBER,
        cash: '10000000',
        positions: [{ symbol: 'VTI', quantity: '10', costBasis: '2000' }],
      },
    ],
  });
  const relay = await openBendingRelay(fake.apiUrl);
  const log = createKeptLog();
  const account = sampleAccount({
    broker: 'schwab',
    mode: 'live',
    brokerSettings: { connection: 'ana', accountNumber: ACCOUNT_NUMBER },
  });
  const { accessToken, loginEndsAt } = await fake.issueTokens({ person: 'ana' });
  const open = () => {
    const gateway = openSchwabGateway({
      config: { accounts: [account], schwab: { app: null, apiUrl: relay.address } },
      clock: createTestClock(START),
      log,
      logins: {
        tokensOf: () => ({
          current: async () => secret(accessToken),
          refused: () => {},
          endsAt: async () => Temporal.Instant.from(loginEndsAt),
        }),
      },
    });
    const broker = gateway.openAccount(account);
    return {
      broker,
      async [Symbol.asyncDispose]() {
        await broker.close();
        await gateway.close();
      },
    };
  };
  {
    await using opened = open();
    await opened.broker.executeTrade(buy('VTI', '4', '251'), MAY_SEND);
    await fake.fillNext({});
  }
  return {
    fake,
    relay,
    log,
    open,
    accessToken,
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await fake.stop();
    },
  };
}

test(
  'no answer of Schwab crashes the adapter, trades, or is told wrongly',
  { timeout },
  async () => {
    await inTurns(settings, async (turn) => {
      using crashes = watchForCrashes();
      await using world = await openWorld();
      const { fake, relay, log } = world;
      const orders = async () =>
        (await fake.state({})).orders.filter(({ status }) => status !== 'REJECTED');
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...ASK_NAMES),
          fc.nat({ max: 2 }),
          damage,
          async (name, nth, harm) => {
            const before = (await orders()).length;
            await using opened = world.open();
            // Orders a minute are counted by the fake as well.
            await fake.advance({ seconds: 60 });
            const intent = { ...buy('AAPL', '1', '201'), createdAt: Temporal.Instant.from(START) };
            relay.bend({ nth, damage: harm });
            const outcome = await withinDeadline(name, ask(opened.broker, name, intent));
            relay.bend(null);
            tally.count('Schwab answers: REST');
            const added = (await orders()).length - before;
            expectHonest(name, outcome, added);
            expect(secretsIn(outcome, [world.accessToken])).toEqual([]);
            expect(unforeseen(log)).toEqual([]);
            expect(crashes.found).toEqual([]);
          },
        ),
        turn,
      );
      expect(relay.bent).toBeGreaterThan(turn.numRuns / 4);
      expect(secretsIn(log.lines, [world.accessToken])).toEqual([]);
    });
  },
);

const APP = {
  clientId: secret('app-id'),
  clientSecret: secret('canary-secret'),
  redirectUri: 'https://127.0.0.1:8182',
};
const CANARIES = ['canary-secret', 'canary-access', 'canary-refresh', 'canary-code'];

test(
  'no answer of a token endpoint crashes a login, or shows what it holds',
  { timeout },
  async () => {
    using crashes = watchForCrashes();
    await using server = await startTokenServer();
    const clock = createTestClock(START);
    const providers: readonly (LoginProvider | null)[] = [
      schwabLogin({ app: APP, apiUrl: server.url }, clock),
      alpacaLogin({ app: APP, oauthUrl: server.url }, clock),
    ];
    const answer = asJson(issued('canary-access', { refresh_token: 'canary-refresh' }).body);
    const status = fc.constantFrom(200, 200, 200, 201, 302, 400, 401, 429, 500);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...providers),
        fc.boolean(),
        status,
        damage,
        async (provider, renews, given, harm) => {
          if (provider === null) throw new Error('there is no app');
          server.answer(() => ({ status: given, body: damaged(answer, harm) }));
          tally.count('OAuth answers');
          const outcome = await withinDeadline(
            'the login',
            renews ? renew(provider) : exchange(provider),
          );
          expect(outcome.type).toMatch(/./u);
          expect(secretsIn(outcome, CANARIES)).toEqual([]);
          expect(crashes.found).toEqual([]);
        },
      ),
      settings,
    );
  },
);

const exchange = (provider: LoginProvider) =>
  provider.exchange({
    redirected: new URL('https://127.0.0.1:8182/?state=state-of-ana&code=canary-code'),
    state: 'state-of-ana',
    codeVerifier: secret('verifier-verifier-verifier-verifier-verifier'),
  });

const renew = (provider: LoginProvider) => provider.refresh(secret('canary-refresh'));

afterAll(() => {
  tally.report();
});
