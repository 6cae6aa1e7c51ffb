import type { AccountSettings } from '../core/account.ts';
import { peopleWithRole, roleFor, roleIncludes } from '../core/permission.ts';
import { markDrill, presentDrillBegun, presentDrillProblem } from '../messages/drill.ts';
import { presentRoleNeeded } from '../messages/refusal.ts';
import type { Reply } from '../ports/chat.ts';
import { DRILL_FAULTS } from '../ports/drill.ts';
import { answerProposal } from './answer-proposal.ts';
import { auditEntry } from './audit.ts';
import type { CommandContext } from './command.ts';
import type { RunningDrill } from './context.ts';
import { beginDrill } from './drills.ts';
import { privately } from './privately.ts';

/** Answers `/drill FAULT [ACCOUNT]` and `/drill stop [ACCOUNT]`. */
export async function answerDrill(context: CommandContext, typed: string): Promise<Reply> {
  const [first = '', named, ...rest] = typed.trim().toLowerCase().split(/\s+/u);
  const fault = DRILL_FAULTS.find((candidate) => candidate === first);
  if ((fault === undefined && first !== 'stop') || rest.length > 0) {
    return privately(presentDrillProblem({ type: 'usage', faults: DRILL_FAULTS }));
  }
  const account = chosen(context, named);
  if (account === null) {
    const accounts = [...context.accounts.keys()];
    return privately(presentDrillProblem({ type: 'which_account', accounts }));
  }
  const { person, actor } = context;
  if (!roleIncludes(roleFor(person, account.name), 'proposer')) return denied(context, account);
  if (fault === undefined) {
    const running = context.drills.running.get(account.name);
    if (running === undefined) {
      return privately(presentDrillProblem({ type: 'not_running', account: account.name }));
    }
    await running.end('stopped');
    return { type: 'nothing' };
  }
  const begun = await beginDrill(context, { account, fault, person: person.id, by: actor });
  if (begun === null) {
    return privately(presentDrillProblem({ type: 'no_prices', account: account.name }));
  }
  if (begun.result.type === 'proposed') return privately(presentDrillBegun(begun.facts));
  const reply = await answerProposal(context, account, begun.result);
  return reply.type === 'message'
    ? { ...reply, message: markDrill(reply.message, begun.facts) }
    : reply;
}

/** A reply to a click within a drill, marked as such. */
export function markReply(reply: Reply, drill: RunningDrill): Reply {
  switch (reply.type) {
    case 'message':
      return { ...reply, message: markDrill(reply.message, drill.facts) };
    case 'form':
      return { ...reply, form: { ...reply.form, title: `DRILL: ${reply.form.title}` } };
    case 'nothing':
      return reply;
  }
}

function chosen(context: CommandContext, named: string | undefined): AccountSettings | null {
  if (named !== undefined) return context.accounts.get(named) ?? null;
  const [only, ...others] = context.accounts.values();
  return others.length === 0 ? (only ?? null) : context.defaultAccount;
}

async function denied(context: CommandContext, { name }: AccountSettings): Promise<Reply> {
  await context.store.transaction((unit) =>
    unit.appendAudit(
      auditEntry(context.clock.now(), context.actor, 'denial', name, '/drill', {
        code: 'role',
        needed: 'proposer',
      }),
    ),
  );
  return privately(
    presentRoleNeeded({
      what: 'use /drill',
      role: 'proposer',
      account: name,
      people: peopleWithRole(context.people, name, 'proposer').map((person) => person.name),
    }),
  );
}
