import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppContext } from '../src/app/context.ts';
import { NO_LEASE } from '../src/app/lease.ts';
import { warmLots } from '../src/app/warm-lots.ts';
import { readCheckFacts } from '../src/app/read-check-facts.ts';
import type { AccountSettings } from '../src/core/account.ts';
import { findChecks } from '../src/core/checks/find-checks.ts';
import { decimal, decimalFromInteger } from '../src/core/decimal.ts';
import type { TaxLotMethod } from '../src/core/guardrail-settings.ts';
import { digestProposal } from '../src/core/digest.ts';
import { planRebalance } from '../src/core/plan.ts';
import type { Proposal } from '../src/core/proposal.ts';
import { openStore } from '../src/store/index.ts';
import type { DatabaseStore } from '../src/store/index.ts';
import { sampleAccount, SAMPLE_PEOPLE } from '../test/fixtures/sample-account.ts';
import { SILENT_LOG } from '../test/fixtures/test-store.ts';
import type { BenchRow } from './bench-row.ts';

const NOW = Temporal.Instant.from('2026-11-20T20:00:00Z');
const LEGS = 500;
const PAST_ORDERS = 100_000;
const TURNS = 20;
const BOUND_MILLISECONDS = 20;

/** How the past is spread; the fewer accounts, the more of it is about the same symbols. */
const PASTS = [
  { name: '20 accounts of one owner', accounts: 20, method: 'fifo' },
  { name: 'all in one account', accounts: 1, method: 'fifo' },
  { name: 'all in one account, HIFO', accounts: 1, method: 'hifo' },
] as const;

/**
 * All checks of one proposal with 500 legs, facts read from the database included: every limit is set,
 * the account is taxable, and wash sales are looked for over all accounts of the owner. The past are
 * 100,000 orders and as many fills. The first look is the first of a process that has just opened the
 * database and warmed up beside its start; the other figure is the median of those after it. The lots of fills that an earlier version
 * recorded are made once, in the background.
 */
export async function benchChecks(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { name, accounts, method } of PASTS) {
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
    const open = async () =>
      await openStore({ path: join(folder, 'bench.db'), auditKey: null, log: SILENT_LOG });
    let store = await open();
    try {
      const settings = Array.from({ length: accounts }, (_, number) =>
        accountOf(`a${number}`, method),
      );
      const [account] = settings;
      if (account === undefined) throw new Error('there is no account');
      const proposal = proposalOf(account);
      writePast(store, settings);
      for (const { name: each } of settings) {
        const old = bookOf(proposal, each);
        await store.transaction(async (unit) => {
          await unit.insertProposal(old);
          await unit.changeProposalStatus(old.id, 'pending', 'expired');
        });
      }
      const making = performance.now();
      await warmLots(contextOf(store, settings)).ended;
      const made = performance.now() - making;
      await store.close();
      store = await open();
      const context = contextOf(store, settings);
      let checks = 0;
      const look = async (): Promise<number> => {
        const begun = performance.now();
        const facts = await readCheckFacts(context, store, proposal, account, {
          voters: ['ben', 'chloe'],
        });
        checks = findChecks(facts).length;
        return performance.now() - begun;
      };
      const cold = await look();
      await store.close();
      store = await open();
      Object.assign(context, { store });
      // As the program does beside its start.
      await warmLots(context).ended;
      const times: number[] = [];
      for (let turn = 0; turn < TURNS; turn += 1) times.push(await look());
      const first = times[0] ?? Number.NaN;
      const sorted = times.slice(1).toSorted((a, b) => a - b);
      const median = sorted[sorted.length >> 1] ?? Number.NaN;
      rows.push(
        {
          name: `${checks} checks, ${LEGS} legs, ${name}`,
          value: median.toFixed(1),
          unit: 'ms',
          bound: `< ${BOUND_MILLISECONDS}`,
          met: median < BOUND_MILLISECONDS,
        },
        {
          name: '  its first look after a start',
          value: first.toFixed(1),
          unit: 'ms',
          bound: `< ${BOUND_MILLISECONDS}`,
          met: first < BOUND_MILLISECONDS,
        },
        {
          name: '  a look before anything was warmed up',
          value: cold.toFixed(1),
          unit: 'ms',
          bound: '',
          met: null,
        },
        {
          name: '  lots of 100,000 old fills made, once',
          value: made.toFixed(0),
          unit: 'ms',
          bound: '',
          met: null,
        },
      );
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

const symbolOf = (number: number) => `S${String(number).padStart(3, '0')}`;

function accountOf(name: string, taxLots: TaxLotMethod): AccountSettings {
  const sample = sampleAccount();
  const weight = decimal('0.002');
  return sampleAccount({
    name,
    targets: Array.from({ length: LEGS }, (_, number) => ({ symbol: symbolOf(number), weight })),
    policy: { ...sample.policy, toleranceBand: { absolute: null, relative: null } },
    limits: {
      orderNotional: decimal('100000'),
      orderVolumeShare: decimal('0.1'),
      dayNotional: decimal('90000000'),
      dayOrders: 2000,
      dayTurnover: decimal('1'),
    },
    compliance: {
      ...sample.compliance,
      owner: 'team',
      taxLots,
      washSales: 'warn',
      restricted: ['XYZ'],
      watch: ['S007'],
    },
    funds: { accountType: 'cash', allowMargin: false },
  });
}

/** Half of the symbols are sold and the other half bought. */
function proposalOf(account: AccountSettings): Proposal {
  const snapshot: Proposal['snapshot'] = {
    account: account.name,
    takenAt: NOW,
    balance: {
      cash: decimal('500000'),
      settledCash: decimal('500000'),
      buyingPower: decimal('500000'),
    },
    positions: account.targets.map(({ symbol }, number) => ({
      symbol,
      quantity: decimal(number % 2 === 0 ? '1200' : '800'),
      costBasis: decimal('60000'),
    })),
    quotes: account.targets.map(({ symbol }) => ({
      symbol,
      price: decimal('50'),
      bid: null,
      ask: null,
      at: NOW,
      tradable: true,
      fractionable: true,
      averageDailyVolume: decimal('1000000'),
    })),
    openOrders: [],
    lastTraded: [],
    market: { open: true, nextOpen: null, nextClose: NOW.add({ hours: 1 }) },
  };
  const result = planRebalance(snapshot, account.targets, account.policy);
  if (result.type !== 'planned' || result.plan.legs.length !== LEGS) {
    throw new Error('the plan does not have the legs it should');
  }
  const body: Omit<Proposal, 'digest'> = {
    id: 'k3f9xa',
    account: account.name,
    mode: 'paper',
    broker: 'paper',
    proposedBy: { type: 'person', person: 'ana' },
    createdAt: NOW,
    expiresAt: NOW.add({ hours: 1 }),
    origin: { type: 'targets' },
    request: { buyOnly: false, toBand: false, contribution: null },
    snapshot,
    targets: account.targets,
    policy: account.policy,
    envelope: account.envelope,
    plan: result.plan,
    votesNeeded: 1,
    groupsNeeded: [],
  };
  return { ...body, digest: digestProposal(body) };
}

/** One order and one fill each, evenly over three years up to now, buys and sells of every symbol in turn. */
function writePast(store: DatabaseStore, accounts: readonly AccountSettings[]): void {
  const { sqlite } = store.database;
  const proposal = sqlite.prepare(
    `insert into proposals (id, account, mode, broker, digest, status, created_at, expires_at, finished_at, document)
     values (?, ?, 'paper', 'paper', ?, 'executed', ?, ?, ?, '{}')`,
  );
  const order = sqlite.prepare(
    `insert into orders (client_order_id, proposal_id, leg, attempt, account, side, symbol, quantity,
       order_type, limit_price, time_in_force, extended_hours, created_at, status, broker_order_id,
       filled_quantity, average_fill_price, submitted_at, updated_at)
     values (?, ?, ?, 1, ?, ?, ?, ?, 'limit', '50', 'day', 0, ?, 'filled', ?, '10', '50.25', ?, ?)`,
  );
  const fill = sqlite.prepare(
    `insert into fills (account, execution_id, client_order_id, broker_order_id, symbol, side, quantity,
       price, fees, at) values (?, ?, ?, ?, ?, ?, ?, ?, '0', ?)`,
  );
  const rounds = PAST_ORDERS / LEGS;
  sqlite.exec('begin immediate');
  for (let round = 0; round < rounds; round += 1) {
    const account = accounts[round % accounts.length]?.name;
    const at = NOW.subtract({ hours: Math.round(((rounds - round) * 3 * 365 * 24) / rounds) });
    const text = at.toString({ fractionalSecondDigits: 9 });
    const id = `p${String(round).padStart(5, '0')}`;
    proposal.run(id, account, 'a'.repeat(64), text, text, text);
    for (let leg = 1; leg <= LEGS; leg += 1) {
      const symbol = symbolOf(leg - 1);
      const cycle = Math.floor(round / accounts.length);
      const side = (cycle + leg) % 2 === 0 ? 'sell' : 'buy';
      // So that lots pile up.
      const quantity = side === 'buy' ? '10' : '6';
      const key = `${id}-${leg}`;
      order.run(key, id, leg, account, side, symbol, quantity, text, `b${key}`, text, text);
      fill.run(
        account,
        `e${key}`,
        key,
        `b${key}`,
        symbol,
        side,
        quantity,
        priceOf(round, leg),
        text,
      );
    }
  }
  // As the migration does with the fills that it finds.
  sqlite.exec(
    'insert into lot_records (account, symbol) select distinct account, symbol from fills',
  );
  sqlite.exec('commit');
}

/** Hardly two of them are the same. */
function priceOf(round: number, leg: number): string {
  return decimalFromInteger(4000 + ((round * 7919 + leg * 104729) % 2000))
    .times('0.01')
    .toFixed(2);
}

/** An old proposal of an account: its book is what tells what was held. */
function bookOf({ digest: _digest, ...body }: Proposal, account: string): Proposal {
  const id = `k${account}`.padEnd(6, 'x');
  const snapshot = { ...body.snapshot, account };
  const old = { ...body, id, account, snapshot };
  return { ...old, digest: digestProposal(old) };
}

function contextOf(store: DatabaseStore, accounts: readonly AccountSettings[]): AppContext {
  const unused = () => {
    throw new Error('checks ask no broker, and nothing goes wrong beside them');
  };
  const capabilities = {
    fractional: true,
    notional: false,
    clientOrderId: true,
    streaming: true,
    extendedHours: false,
    preview: false,
  };
  const brokers = accounts.map(({ name }) => ({
    name: 'paper',
    account: name,
    capabilities,
    getAccountBalance: unused,
    getPositions: unused,
    getQuotes: unused,
    getMarketClock: unused,
    executeTrade: unused,
    findOrder: unused,
    listOrders: unused,
    listFills: unused,
    cancelOrder: unused,
    subscribe: unused,
    close: unused,
  }));
  const limit = { dayNotional: decimal('90000000'), dayOrders: 5000 };
  return {
    store,
    brokers: new Map(brokers.map((broker) => [broker.account, broker])),
    replays: new Map(),
    accounts: new Map(accounts.map((account) => [account.name, account])),
    defaultAccount: null,
    people: SAMPLE_PEOPLE,
    limits: { allAccounts: limit, eachPerson: limit },
    loginProviders: new Map(),
    redirects: { listen: unused, done: unused, close: unused },
    drills: { open: unused, running: new Map() },
    uncompared: new Set(),
    lease: NO_LEASE,
    clock: { now: () => NOW, schedule: () => () => {} },
    random: { bytes: (length) => new Uint8Array(length) },
    log: { ...SILENT_LOG, warn: unused },
    everyAccountOn: [],
    platforms: new Set(),
    changed: () => {},
  };
}
