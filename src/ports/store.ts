import type { BookThen } from '../core/cash-flow.ts';
import type { Decimal } from '../core/decimal.ts';
import type { Fill, Order, OrderIntent, OrderStatus } from '../core/order.ts';
import type {
  Decision,
  Proposal,
  ProposalHead,
  ProposalRecord,
  ProposalStatus,
} from '../core/proposal.ts';
import type { Message } from '../messages/message.ts';
import type { MessageReference, Reply } from './chat.ts';
import type { BookReads, BookWrites } from './book-store.ts';
import type { ChangeReads, ChangeWrites } from './change-store.ts';
import type { CodeReads, CodeWrites } from './code-store.ts';
import type { LoginReads, LoginWrites } from './login-store.ts';
import type { LotReads, LotWrites } from './lot-store.ts';
import type { OutsideReads, OutsideWrites } from './outside-store.ts';

/** Everything that leaves a row in the audit log. */
export type AuditAction =
  | 'command'
  | 'denial'
  | 'proposal'
  | 'approval'
  | 'rejection'
  | 'expiry'
  | 'escalation'
  | 'supersession'
  | 'execution_started'
  | 'execution_finished'
  | 'order_intent'
  | 'order_submitted'
  | 'order_accepted'
  | 'order_unknown'
  | 'outcome_asked'
  | 'outcome_answered'
  | 'order_rejected'
  | 'order_denied'
  | 'order_not_sent'
  | 'order_updated'
  | 'order_canceled'
  | 'order_expired'
  | 'cancel_requested'
  | 'fill'
  | 'fill_corrected'
  | 'reconciliation'
  | 'foreign_order'
  | 'outside_fill'
  | 'outside_fill_corrected'
  | 'book_agreed'
  | 'drill'
  | 'halt'
  | 'resume_vote'
  | 'resume'
  | 'configuration'
  | 'codes_enrolled'
  | 'codes_locked'
  | 'codes_reset'
  | 'connection'
  | 'disconnection'
  | 'key_rotation'
  | 'summary'
  | 'job'
  | 'start'
  | 'stop';

export type JsonValue =
  | null
  | boolean
  | string
  | number
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export interface AuditEntry {
  readonly at: Temporal.Instant;
  /** The configured person, or `evenkeel` for what the bot does by itself, or `platform:userId` of a stranger. */
  readonly actor: string;
  /** `web`, `slack`, `discord`, `cli`, `schedule`, `broker`, ... */
  readonly platform: string;
  readonly action: AuditAction;
  readonly account: string | null;
  /** What it is about: a proposal id, a clientOrderId, a command line. */
  readonly subject: string;
  /** Facts, with decimals as text; safe integers are the only numbers. Never a secret. */
  readonly payload: { readonly [key: string]: JsonValue };
}

export interface AuditRow extends AuditEntry {
  /** 1, 2, 3 ... without gaps. */
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
}

/** The last row's number and hash; seq 0 for an empty log. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

export interface Halt {
  /** An account's name, or `all`. */
  readonly scope: string;
  readonly by: string;
  readonly reason: string;
  readonly at: Temporal.Instant;
}

/**
 * A message that the chats must show, kept with the state it tells about. The newest version wins;
 * delivery is repeated until each copy shows it.
 */
export interface Announcement {
  /** `proposal:k3f9xa`, `summary:core:2026-11-20`, ... : one message, edited as it changes. */
  readonly key: string;
  readonly account: string | null;
  readonly message: Message;
  /** The key of the announcement in whose thread this one stands. Left out: it stands by itself. */
  readonly inThreadOf?: string;
}

/** Where a copy of an announcement is, or is going to be. */
export interface AnnouncementCopy {
  readonly channel: string;
  /** Null when it has not been posted there yet. */
  readonly reference: MessageReference | null;
}

/** One copy of an announcement in one channel, behind by at least one version. */
export interface PendingDelivery {
  readonly announcementKey: string;
  readonly platform: string;
  readonly channel: string;
  /** Null when it was never posted there. */
  readonly reference: MessageReference | null;
  /** The key of the announcement in whose thread this one stands. */
  readonly inThreadOf: string | null;
  readonly version: number;
  readonly message: Message;
  readonly attempts: number;
  readonly nextAttemptAt: Temporal.Instant;
}

/** What an account was worth at the end of a day. */
export interface AccountValue {
  readonly account: string;
  readonly date: Temporal.PlainDate;
  readonly value: Decimal;
  readonly cash: Decimal;
  readonly drift: Decimal;
  /** What the broker told then; null for values of an older version. */
  readonly book: BookThen | null;
}

/** How much of everything there is. */
export interface Statistics {
  /** By status. */
  readonly proposals: Readonly<Record<string, number>>;
  readonly orders: Readonly<Record<string, number>>;
  readonly fills: number;
  readonly halts: number;
  /** Copies that are behind, by platform. */
  readonly deliveries: Readonly<Record<string, number>>;
  readonly auditRows: number;
}

/** Which process may act on the database, and until when if it does not renew. */
export interface LeaseRecord {
  readonly holder: string;
  readonly token: number;
  readonly expiresAt: Temporal.Instant;
}

/** What a proposal has sent and traded within some time. */
export interface ProposalUsage {
  readonly proposalId: string;
  readonly account: string;
  /** Orders that were not denied by us. */
  readonly orders: number;
  /** What has filled of them. */
  readonly notional: Decimal;
}

export interface JobRun {
  readonly job: string;
  /** An account's name, or `all`. */
  readonly scope: string;
  readonly dueAt: Temporal.Instant;
  readonly startedAt: Temporal.Instant;
  readonly finishedAt: Temporal.Instant | null;
  readonly outcome: string | null;
}

/** Which proposals are asked for; whatever is left out does not matter. */
export interface ProposalFilter {
  readonly account?: string;
  readonly statuses?: readonly ProposalStatus[];
  /** The id of one that is left out. */
  readonly except?: string;
  /** Only those that expire at this time or before it. */
  readonly expiresUntil?: Temporal.Instant;
  readonly limit?: number;
}

export interface StoreReads
  extends LoginReads, CodeReads, LotReads, BookReads, OutsideReads, ChangeReads {
  findProposal(id: string): Promise<ProposalRecord | null>;
  /** Newest first. */
  listProposals(filter: ProposalFilter): Promise<readonly ProposalRecord[]>;
  /** The same, without what takes long to read where they are many. */
  listProposalHeads(filter: ProposalFilter): Promise<readonly ProposalHead[]>;
  findOrder(clientOrderId: string): Promise<Order | null>;
  findOrderByBrokerId(account: string, brokerOrderId: string): Promise<Order | null>;
  /** Oldest first within a proposal; newest first otherwise. */
  listOrders(filter: {
    readonly proposalId?: string;
    readonly clientOrderIds?: readonly string[];
    readonly account?: string;
    readonly statuses?: readonly OrderStatus[];
    /** Only those that have not ended, or that changed at this time or after it. */
    readonly openOrUpdatedSince?: Temporal.Instant;
    readonly limit?: number;
  }): Promise<readonly Order[]>;
  /** Oldest first. `since` inclusive, `until` exclusive. */
  listFills(filter: {
    readonly account?: string;
    readonly symbols?: readonly string[];
    readonly proposalId?: string;
    readonly clientOrderId?: string;
    readonly since?: Temporal.Instant;
    readonly until?: Temporal.Instant;
  }): Promise<readonly Fill[]>;
  /** When each symbol of the account last filled. */
  lastTraded(account: string): Promise<readonly { symbol: string; at: Temporal.Instant }[]>;
  /** What each proposal has sent and traded since an instant. */
  listProposalUsage(since: Temporal.Instant): Promise<readonly ProposalUsage[]>;
  /** Who approved each of these proposals. */
  listApprovers(
    proposalIds: readonly string[],
  ): Promise<readonly { readonly proposalId: string; readonly person: string }[]>;
  listHalts(): Promise<readonly Halt[]>;
  auditHead(): Promise<AuditHead>;
  /** Newest first. */
  listAudit(filter: {
    readonly account?: string;
    readonly subject?: string;
    /** Any of these. */
    readonly subjects?: readonly string[];
    readonly actor?: string;
    readonly actions?: readonly AuditAction[];
    readonly beforeSeq?: number;
    readonly limit: number;
  }): Promise<readonly AuditRow[]>;
  /** Oldest first. */
  listAccountValues(account: string, since: Temporal.PlainDate): Promise<readonly AccountValue[]>;
  findJobRun(job: string, scope: string, dueAt: Temporal.Instant): Promise<JobRun | null>;
  /** The newest run of a job by its due time. */
  lastJobRun(job: string, scope: string): Promise<JobRun | null>;
  /** Copies that are behind and due, oldest change first. */
  listPendingDeliveries(
    platform: string,
    now: Temporal.Instant,
    limit: number,
  ): Promise<readonly PendingDelivery[]>;
  /** The copies of an announcement on one platform, by channel. */
  listCopies(announcementKey: string, platform: string): Promise<readonly AnnouncementCopy[]>;
  /** When the next attempt of any copy on the platform is due; null when all are up to date. */
  nextDeliveryAt(platform: string): Promise<Temporal.Instant | null>;
  findAnnouncement(key: string): Promise<Announcement | null>;
  /** The reply that was given to an interaction, `null` when it is new. */
  findReply(idempotencyKey: string): Promise<{ readonly reply: Reply | null } | null>;
  /** Small facts the bot remembers: `summary.head`, `config.digest`, ... */
  readSetting(name: string): Promise<string | null>;
  readStatistics(): Promise<Statistics>;
  /** Which process may act under this name; null when none ever did. */
  findLease(name: string): Promise<LeaseRecord | null>;
}

/** One write transaction. All of it is durable when `transaction` resolves, or none of it. */
export interface StoreTransaction
  extends StoreReads, LoginWrites, CodeWrites, LotWrites, BookWrites, OutsideWrites, ChangeWrites {
  appendAudit(entry: AuditEntry): Promise<AuditRow>;
  /** @returns false when the id is taken. */
  insertProposal(proposal: Proposal): Promise<boolean>;
  /** Compare-and-swap. @returns false when the status is no longer `from`. */
  changeProposalStatus(
    id: string,
    from: ProposalStatus,
    to: ProposalStatus,
    facts?: {
      readonly supersededBy?: string;
      readonly outcome?: string;
      readonly finishedAt?: Temporal.Instant;
    },
  ): Promise<boolean>;
  /**
   * A person who approved may still reject: that is a veto.
   * @returns false when this person has given this verdict on this proposal before.
   */
  insertDecision(decision: Decision): Promise<boolean>;
  /** One that is `submitted` counts as handed to the broker when it was created. */
  insertOrder(
    intent: OrderIntent,
    status: 'created' | 'submitted' | 'denied',
    reason?: { code: string; text: string },
  ): Promise<void>;
  /** Compare-and-swap on the status. @returns false when the status is no longer `from`. */
  updateOrder(
    clientOrderId: string,
    from: OrderStatus,
    change: {
      readonly status: OrderStatus;
      readonly brokerOrderId?: string | null;
      readonly filledQuantity?: Decimal;
      readonly averageFillPrice?: Decimal | null;
      readonly reasonCode?: string | null;
      readonly reason?: string | null;
      readonly submittedAt?: Temporal.Instant | null;
      readonly updatedAt: Temporal.Instant;
    },
  ): Promise<boolean>;
  /** @returns for each of them false when the execution is already recorded, or among those before it. */
  insertFills(fills: readonly Fill[]): Promise<readonly boolean[]>;
  /**
   * Replaces quantity, price and fees of a recorded fill by those of a higher revision. What was recorded
   * before stays in the database.
   * @returns the fill as it stood before; null when there is nothing newer or different to record.
   */
  correctFill(fill: Fill, at: Temporal.Instant): Promise<Fill | null>;
  /** @returns false when the scope is halted already. */
  insertHalt(halt: Halt): Promise<boolean>;
  /** @returns false when the scope was not halted. */
  deleteHalt(scope: string): Promise<boolean>;
  /** @returns false when this interaction has been claimed before. */
  claimInteraction(idempotencyKey: string, at: Temporal.Instant): Promise<boolean>;
  saveReply(idempotencyKey: string, reply: Reply): Promise<void>;
  /** @returns false when the run exists: another process or an earlier start has it. */
  claimJobRun(run: {
    job: string;
    scope: string;
    dueAt: Temporal.Instant;
    startedAt: Temporal.Instant;
  }): Promise<boolean>;
  finishJobRun(run: {
    job: string;
    scope: string;
    dueAt: Temporal.Instant;
    finishedAt: Temporal.Instant;
    outcome: string;
  }): Promise<void>;
  recordAccountValue(value: AccountValue): Promise<void>;
  /**
   * Creates the message or raises its version, and makes sure it has a copy in each destination.
   * With an empty list of destinations, existing copies are updated and none is added.
   */
  announce(
    announcement: Announcement,
    destinations: readonly { readonly platform: string; readonly channel: string }[],
    at: Temporal.Instant,
  ): Promise<void>;
  /** Records that a copy shows `version`. A newer version stays pending. */
  markDelivered(
    announcementKey: string,
    platform: string,
    channel: string,
    version: number,
    reference: MessageReference,
  ): Promise<void>;
  markDeliveryFailed(
    announcementKey: string,
    platform: string,
    channel: string,
    reason: string,
    nextAttemptAt: Temporal.Instant,
  ): Promise<void>;
  writeSetting(name: string, value: string): Promise<void>;
  /** Makes `holder` the one that may act, whoever did before. @returns its token, higher than any before. */
  takeLease(name: string, holder: string, expiresAt: Temporal.Instant): Promise<number>;
  /** @returns false when somebody has taken it since. */
  renewLease(name: string, token: number, expiresAt: Temporal.Instant): Promise<boolean>;
  /**
   * Remembers the audit log's head as it is now, in this transaction, as the one that has been shown
   * outside; verification finds rows cut off below it. Call it whenever a message with the head in
   * it is announced, after the last appendAudit that the message counts.
   */
  publishAuditHead(): Promise<AuditHead>;
}

/** What was done to the first broken row of the audit log, as far as can be told. */
export type AuditFault = 'edited' | 'deleted' | 'reordered' | 'truncated' | 'unreadable';

export type AuditVerification =
  | {
      readonly ok: true;
      readonly rows: number;
      /** The last row's hash; 64 zeros for an empty log. */
      readonly head: string;
      /** The first row under the key; null without a key, and for an empty log. */
      readonly keyedFrom: number | null;
    }
  | {
      readonly ok: false;
      /** The first row that is not as it was written. */
      readonly brokenSeq: number;
      readonly kind: AuditFault;
      /** A sentence. */
      readonly detail: string;
    };

export interface Store extends StoreReads {
  /**
   * Runs `work` in one write transaction (BEGIN IMMEDIATE): all reads in it see the newest state.
   * When `work` throws, nothing is kept and the error is passed on.
   */
  transaction<T>(work: (unit: StoreTransaction) => Promise<T>): Promise<T>;
  /**
   * Checks every row of the audit log against the chain, beside whatever else is done.
   * @param options `since`: `seq:hash` of a row up to which it was found whole; only the rest is read.
   */
  verifyAudit(options?: { readonly since?: string }): Promise<AuditVerification>;
  close(): Promise<void>;
}
