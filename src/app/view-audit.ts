import type { AccountSettings } from '../core/account.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import { EXCHANGE_TIME_ZONE } from '../core/market-calendar.ts';
import type { Person } from '../core/person.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import { AUDIT_CSV_HEADER, auditCsvLine } from '../messages/audit-csv.ts';
import { presentAuditTable } from '../messages/audit-trail.ts';
import { presentCsvFile } from '../messages/csv-file.ts';
import type { CommandProblem } from '../messages/errors.ts';
import type { Message } from '../messages/message.ts';
import { displayName, proposerName } from './context.ts';
import type { AppContext } from './context.ts';

const ROWS_SHOWN = 100;
/** A file in a chat has at most so many lines: about two megabytes. */
const MOST_LINES = 5000;

/** Which rows are asked for; null: all. */
export interface AuditFilter {
  readonly account: AccountSettings | null;
  readonly record: ProposalRecord | null;
  readonly person: Person | null;
}

export const WHOLE_AUDIT: AuditFilter = { account: null, record: null, person: null };

/** Reads what was typed: `k3f9xa` or `#k3f9xa` for a proposal, a name or an id for a person. */
export async function findAuditFilter(
  context: AppContext,
  typed: {
    readonly account: AccountSettings | null;
    readonly proposal: string | null;
    readonly person: string | null;
  },
): Promise<
  | { readonly type: 'found'; readonly filter: AuditFilter }
  | { readonly type: 'problem'; readonly problem: CommandProblem }
> {
  const problem = (option: string, given: string, expected: string) => ({
    type: 'problem' as const,
    problem: { type: 'bad_value' as const, option, given, expected },
  });
  let record: ProposalRecord | null = null;
  if (typed.proposal !== null) {
    record = await context.store.findProposal(typed.proposal.replace(/^#/u, '').toLowerCase());
    const elsewhere = typed.account !== null && record?.proposal.account !== typed.account.name;
    if (record === null || elsewhere) {
      const where = typed.account === null ? '' : ` of ${typed.account.name}`;
      return problem(
        '--proposal',
        typed.proposal,
        `the id of a proposal${where} (/history lists them)`,
      );
    }
  }
  let person: Person | null = null;
  if (typed.person !== null) {
    const wanted = typed.person.replace(/^@/u, '').toLowerCase();
    person =
      context.people.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted) ?? null;
    if (person === null) {
      const names = context.people.map(({ id }) => id).join(', ');
      return problem('--person', typed.person, `one of ${names}`);
    }
  }
  return { type: 'found', filter: { account: typed.account, record, person } };
}

/** The newest rows of the audit log that fit. */
export async function viewAudit(context: AppContext, filter: AuditFilter): Promise<Message> {
  const { account, record, person } = filter;
  return presentAuditTable({
    rows: await listRows(context, filter, ROWS_SHOWN),
    account: account?.name ?? record?.proposal.account ?? null,
    person: person?.name ?? null,
    proposal:
      record === null
        ? null
        : {
            record,
            proposerName: proposerName(context, record.proposal.proposedBy),
            decisions: record.decisions.map((decision) => ({
              ...decision,
              name: displayName(context, decision.person),
            })),
          },
    nameOf: (actor) => displayName(context, actor),
    head: await context.store.auditHead(),
    timeZone: EXCHANGE_TIME_ZONE,
    now: context.clock.now(),
  });
}

/** The rows that fit, as the file that docs/audit-format.md describes. */
export async function viewAuditFile(context: AppContext, filter: AuditFilter): Promise<Message> {
  const found = await listRows(context, filter, MOST_LINES + 1);
  const rows = found.slice(0, MOST_LINES).toReversed();
  const lines = rows.map((row) =>
    auditCsvLine({
      ...row,
      at: row.at.toString({ fractionalSecondDigits: 9 }),
      payload: canonicalJson(row.payload),
    }),
  );
  return presentCsvFile({
    noun: 'audit row',
    account: filter.account?.name ?? null,
    lines: rows.length,
    rest: found.length > MOST_LINES ? '“evenkeel audit export” writes all of them.' : null,
    content: AUDIT_CSV_HEADER + lines.join(''),
    now: context.clock.now(),
  });
}

/** A proposal's rows are its own and those of its orders. */
async function listRows(context: AppContext, filter: AuditFilter, limit: number) {
  const { account, record, person } = filter;
  const orders =
    record === null ? [] : await context.store.listOrders({ proposalId: record.proposal.id });
  return context.store.listAudit({
    ...(account === null ? {} : { account: account.name }),
    ...(record === null
      ? {}
      : { subjects: [record.proposal.id, ...orders.map(({ intent }) => intent.clientOrderId)] }),
    ...(person === null ? {} : { actor: person.id }),
    limit,
  });
}
