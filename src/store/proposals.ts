import { sql, type Kysely, type Selectable } from 'kysely';
import {
  proposalSchema,
  type Decision,
  type Proposal,
  type ProposalHead,
  type ProposalRecord,
  type ProposalStatus,
} from '../core/proposal.ts';
import { StoreError } from '../ports/store-error.ts';
import type { ProposalFilter } from '../ports/store.ts';
import { decodeInstant, decodeJsonColumn, instantColumn, jsonColumn, optional } from './columns.ts';
import type { Tables } from './tables.ts';

type ProposalRow = Pick<
  Selectable<Tables['proposals']>,
  'id' | 'account' | 'digest' | 'status' | 'finished_at' | 'superseded_by' | 'outcome' | 'document'
>;

const COLUMNS = [
  'id',
  'account',
  'digest',
  'status',
  'finished_at',
  'superseded_by',
  'outcome',
  'document',
] as const;

export async function findProposal(
  database: Kysely<Tables>,
  id: string,
): Promise<ProposalRecord | null> {
  const row = await database
    .selectFrom('proposals')
    .select(COLUMNS)
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return null;
  const [record] = await withDecisions(database, [row]);
  return record ?? null;
}

export async function listProposals(
  database: Kysely<Tables>,
  filter: ProposalFilter,
): Promise<readonly ProposalRecord[]> {
  return await withDecisions(
    database,
    await newestFirst(database, filter).select(COLUMNS).execute(),
  );
}

export async function listProposalHeads(
  database: Kysely<Tables>,
  filter: ProposalFilter,
): Promise<readonly ProposalHead[]> {
  const rows = await newestFirst(database, filter)
    .select(['id', 'account', 'status', 'created_at', 'expires_at'])
    .execute();
  return rows.map((row) => {
    const where = `proposal ${row.id}`;
    return {
      proposal: {
        id: row.id,
        account: row.account,
        createdAt: decodeInstant(row.created_at, where),
        expiresAt: decodeInstant(row.expires_at, where),
      },
      status: row.status,
    };
  });
}

function newestFirst(database: Kysely<Tables>, filter: ProposalFilter) {
  let query = database.selectFrom('proposals');
  if (filter.account !== undefined) query = query.where('account', '=', filter.account);
  if (filter.statuses !== undefined) query = query.where('status', 'in', filter.statuses);
  if (filter.except !== undefined) query = query.where('id', '!=', filter.except);
  if (filter.expiresUntil !== undefined) {
    query = query.where('expires_at', '<=', instantColumn(filter.expiresUntil));
  }
  if (filter.limit !== undefined) query = query.limit(filter.limit);
  return query.orderBy('created_at', 'desc').orderBy('number', 'desc');
}

async function withDecisions(
  database: Kysely<Tables>,
  rows: readonly ProposalRow[],
): Promise<readonly ProposalRecord[]> {
  if (rows.length === 0) return [];
  // One JSON parameter: the statement is the same for any number of proposals.
  const ids = JSON.stringify(rows.map((row) => row.id));
  const decisions = await database
    .selectFrom('decisions')
    .selectAll()
    .where('proposal_id', 'in', sql<string>`(select value from json_each(${ids}))`)
    .orderBy('number')
    .execute();
  const byProposal = Map.groupBy(decisions.map(toDecision), (decision) => decision.proposalId);
  return rows.map((row) => toRecord(row, byProposal.get(row.id) ?? []));
}

function toRecord(row: ProposalRow, decisions: readonly Decision[]): ProposalRecord {
  const where = `proposal ${row.id}`;
  const proposal = decodeDocument(row.id, row.document, where);
  if (
    proposal.id !== row.id ||
    proposal.account !== row.account ||
    proposal.digest !== row.digest
  ) {
    throw new StoreError('database_corrupt', `The stored ${where} does not match its document.`);
  }
  return {
    proposal,
    status: row.status,
    supersededBy: row.superseded_by,
    outcome: row.outcome,
    decisions,
    finishedAt: optional(row.finished_at, (text) => decodeInstant(text, where)),
  };
}

/** So many proposals are kept as they were decoded; the newest are read again and again. */
const MOST_DECODED = 16;
const decoded = new Map<string, { readonly document: string; readonly proposal: Proposal }>();

/** A document is decoded once as long as its text is the same. Nobody changes what came of it. */
function decodeDocument(id: string, document: string, where: string): Proposal {
  const known = decoded.get(id);
  if (known?.document === document) return known.proposal;
  const proposal = decodeJsonColumn(proposalSchema, document, where);
  decoded.delete(id);
  decoded.set(id, { document, proposal });
  const [oldest] = decoded.keys();
  if (decoded.size > MOST_DECODED && oldest !== undefined) decoded.delete(oldest);
  return proposal;
}

function toDecision(row: Selectable<Tables['decisions']>): Decision {
  return {
    proposalId: row.proposal_id,
    person: row.person,
    platform: row.platform,
    verdict: row.verdict,
    reason: row.reason,
    digest: row.digest,
    at: decodeInstant(row.at, `decision on proposal ${row.proposal_id}`),
  };
}

export async function insertProposal(
  database: Kysely<Tables>,
  proposal: Proposal,
): Promise<boolean> {
  const result = await database
    .insertInto('proposals')
    .values({
      id: proposal.id,
      account: proposal.account,
      mode: proposal.mode,
      broker: proposal.broker,
      digest: proposal.digest,
      status: 'pending',
      created_at: instantColumn(proposal.createdAt),
      expires_at: instantColumn(proposal.expiresAt),
      finished_at: null,
      superseded_by: null,
      outcome: null,
      document: jsonColumn(proposalSchema, proposal, `Proposal ${proposal.id}`),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function changeProposalStatus(
  database: Kysely<Tables>,
  id: string,
  from: ProposalStatus,
  to: ProposalStatus,
  facts: {
    readonly supersededBy?: string;
    readonly outcome?: string;
    readonly finishedAt?: Temporal.Instant;
  } = {},
): Promise<boolean> {
  const result = await database
    .updateTable('proposals')
    .set({
      status: to,
      ...(facts.supersededBy !== undefined && { superseded_by: facts.supersededBy }),
      ...(facts.outcome !== undefined && { outcome: facts.outcome }),
      ...(facts.finishedAt !== undefined && { finished_at: instantColumn(facts.finishedAt) }),
    })
    .where('id', '=', id)
    .where('status', '=', from)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function insertDecision(
  database: Kysely<Tables>,
  decision: Decision,
): Promise<boolean> {
  const result = await database
    .insertInto('decisions')
    .values({
      proposal_id: decision.proposalId,
      person: decision.person,
      platform: decision.platform,
      verdict: decision.verdict,
      reason: decision.reason,
      digest: decision.digest,
      at: instantColumn(decision.at),
    })
    .onConflict((conflict) => conflict.columns(['proposal_id', 'person', 'verdict']).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}
