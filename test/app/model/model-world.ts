import type { AccountSettings } from '../../../src/core/account.ts';
import { decimal } from '../../../src/core/decimal.ts';
import type { DayLimits, SharedLimits, TradeLimits } from '../../../src/core/guardrail-settings.ts';
import { NO_LIMITS } from '../../../src/core/guardrail-settings.ts';
import type { Person } from '../../../src/core/person.ts';
import type { OrderBehaviour } from '../../../src/brokers/paper/behaviour.ts';
import type { PaperBroker } from '../../../src/brokers/paper/index.ts';
import type { OrderIntent } from '../../../src/core/order.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import type { Interaction, Reply } from '../../../src/ports/chat.ts';
import type { Log } from '../../../src/ports/log.ts';
import { SAMPLE_PEOPLE, sampleAccount } from '../../fixtures/sample-account.ts';
import { openAppWorld } from '../app-world.ts';
import type { AppWorld } from '../app-world.ts';

export type Accounts = readonly [AccountSettings, ...(readonly AccountSettings[])];

/** What the accounts begin with; drawn for each run. */
export interface Setup {
  readonly limits: Partial<Record<keyof TradeLimits, string>>;
  readonly allAccounts: string | null;
  readonly eachPersonOrders: number | null;
  readonly votesNeeded: number;
  readonly allowOwnProposals: boolean;
  readonly largeFrom: string;
  readonly orderType: 'market' | 'limit';
  readonly partialFills: string;
  readonly fee: string;
}

/** Settings that hold from an audit row on. */
export interface Rules {
  readonly fromSeq: number;
  readonly accounts: Accounts;
}

/** Something that went to the exchange, with what was configured then. */
export interface Sent {
  readonly intent: OrderIntent;
  readonly account: AccountSettings;
}

/** A bot with two accounts of one owner, and everything that is remembered of it from outside. */
export interface Subject {
  readonly world: AppWorld;
  readonly shared: SharedLimits;
  readonly people: readonly Person[];
  readonly sent: Sent[];
  readonly rules: Rules[];
  /** How the next orders are treated; then ordinarily. */
  readonly faults: OrderBehaviour[];
  readonly told: { readonly interaction: Interaction; readonly reply: Reply }[];
  readonly errors: string[];
  /** The ids of the orders that somebody placed at the broker, past the bot. */
  readonly byHand: string[];
  /** The process dies and another one begins, under these settings where they are given. */
  restart(accounts?: Accounts): Promise<void>;
  accounts(): Accounts;
}

/** The last Friday of October 2026: summer time ends on the Sunday after it. */
const START = '2026-10-30T15:00:00Z';

export const NAMES = ['core', 'income'] as const;

const EMIL: Person = {
  id: 'emil',
  name: 'Emil',
  role: 'viewer',
  accountRoles: { income: 'approver' },
  groups: [],
  platformIds: { web: ['emil'] },
};

export async function openSubject(setup: Setup): Promise<Subject> {
  const people = [...SAMPLE_PEOPLE, EMIL];
  const shared: SharedLimits = {
    allAccounts: dayLimits(setup.allAccounts, null),
    eachPerson: dayLimits(null, setup.eachPersonOrders),
  };
  let accounts: Accounts = [accountOf('core', setup), accountOf('income', setup)];
  const sent: Sent[] = [];
  const faults: OrderBehaviour[] = [];
  const errors: string[] = [];
  const behaviour = () => faults.shift() ?? ({ type: 'ordinary' } as const);
  const wrap = (broker: PaperBroker): Broker => ({
    ...broker,
    executeTrade: (intent, permit) => {
      const account = accounts.find(({ name }) => name === broker.account);
      if (account === undefined) throw new Error(`an order for ${broker.account}`);
      sent.push({ intent, account });
      return broker.executeTrade(intent, permit);
    },
  });
  const log: Log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: ({ code, error }, message) => errors.push(`${code}: ${message}: ${String(error)}`),
  };
  const world = await openAppWorld({
    accounts,
    people,
    limits: shared,
    start: START,
    behaviour,
    wrap,
    log,
    paper: {
      marketHours: 'observe',
      latency: '50 ms',
      partialFills: setup.partialFills,
      fillInterval: '2 s',
      feePerOrder: setup.fee,
      spreadBasisPoints: '2',
      slippageBasisPoints: '2',
    },
  });
  const rules: Rules[] = [{ fromSeq: 0, accounts }];
  return {
    world,
    shared,
    people,
    sent,
    rules,
    faults,
    told: [],
    errors,
    byHand: [],
    accounts: () => accounts,
    async restart(next = accounts) {
      await world.kill();
      accounts = next;
      rules.push({ fromSeq: (await world.store.auditHead()).seq, accounts });
      await world.restart({ accounts, behaviour, wrap });
    },
  };
}

function accountOf(name: (typeof NAMES)[number], setup: Setup): AccountSettings {
  const { approvals, policy, orders } = sampleAccount();
  const limit = (key: keyof TradeLimits) => {
    const text = setup.limits[key];
    return text === undefined ? null : decimal(text);
  };
  return sampleAccount({
    name,
    policy: {
      ...policy,
      toleranceBand: { absolute: decimal('0.02'), relative: null },
      untouchable: name === 'income' ? ['IBM'] : [],
    },
    approvals: {
      ...approvals,
      votesNeeded: setup.votesNeeded,
      allowOwnProposals: setup.allowOwnProposals,
      largeTrade: { notional: decimal(setup.largeFrom), votesNeeded: 2 },
    },
    orders: { ...orders, orderType: setup.orderType },
    limits: {
      ...NO_LIMITS,
      orderNotional: limit('orderNotional'),
      dayNotional: limit('dayNotional'),
      dayTurnover: limit('dayTurnover'),
      dayOrders: setup.limits.dayOrders === undefined ? null : Number(setup.limits.dayOrders),
    },
    marketHours: { runway: Temporal.Duration.from({ minutes: 15 }), whenClosed: 'queue' },
    compliance: { ...sampleAccount().compliance, owner: 'team', washSales: 'warn' },
  });
}

function dayLimits(notional: string | null, orders: number | null): DayLimits {
  return { dayNotional: notional === null ? null : decimal(notional), dayOrders: orders };
}
