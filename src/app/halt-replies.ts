import { peopleWithRole, roleFor, roleIncludes } from '../core/permission.ts';
import type { Person } from '../core/person.ts';
import {
  haltOfButton,
  presentAlreadyHalted,
  presentHaltConfirmed,
  presentHaltReplaced,
  presentNotHalted,
  presentResumeConfirmed,
  presentResumeCounted,
} from '../messages/halt.ts';
import { presentGone, presentRoleNeeded } from '../messages/refusal.ts';
import type { Reply } from '../ports/chat.ts';
import { auditEntry } from './audit.ts';
import type { Actor } from './audit.ts';
import type { AppContext } from './context.ts';
import type { Executor } from './executor.ts';
import { halt, resume } from './halt.ts';
import { privately } from './privately.ts';

interface HaltFacts extends AppContext {
  readonly executor: Executor;
}

/** Answers `/resume SCOPE`, and the button under a halt: the vote counts, and the last one resumes. */
export async function answerResume(
  context: HaltFacts,
  request: Parameters<typeof resume>[1],
): Promise<Reply> {
  const { scope } = request;
  const result = await resume(context, request);
  switch (result.type) {
    case 'resumed':
      for (const account of scope === 'all' ? context.accounts.keys() : [scope]) {
        context.executor.wake(account);
      }
      return privately(presentResumeConfirmed({ scope }));
    case 'counted':
    case 'already_voted':
      return privately(
        presentResumeCounted({ scope, ...result, already: result.type === 'already_voted' }),
      );
    case 'replaced':
      return privately(presentHaltReplaced({ scope, halt: result.halt }));
    case 'not_halted':
      return privately(presentNotHalted({ scope, within: result.within }));
  }
}

/** Answers a click on Resume under a halt. */
export async function answerResumeClick(
  context: HaltFacts,
  click: { readonly proposalId: string; readonly digest: string },
  person: Person,
  by: Actor,
): Promise<Reply> {
  const scope = click.proposalId;
  if (scope !== 'all' && !context.accounts.has(scope)) return privately(presentGone());
  const denied = await denyUnlessApprover(context, scope, person, by, 'resume trading');
  if (denied !== null) return denied;
  return answerResume(context, { scope, person, by, haltAt: haltOfButton(click.digest) });
}

/** Answers a click on Halt, or Halt and cancel, under an execution. */
export async function answerHaltClick(
  context: HaltFacts,
  click: { readonly account: string; readonly proposalId: string; readonly cancelOrders: boolean },
  person: Person,
  by: Actor,
): Promise<Reply> {
  const { account: scope, proposalId, cancelOrders } = click;
  const denied = await denyUnlessApprover(context, scope, person, by, 'halt trading');
  if (denied !== null) return denied;
  const order = {
    scope,
    by: person.id,
    reason: `halted from the message of #${proposalId}`,
    at: context.clock.now(),
    cancelOrders,
    automatic: null,
  };
  const result = await halt(context, order, by);
  context.executor.wake(scope);
  return privately(
    result === 'unchanged'
      ? presentAlreadyHalted({ scope })
      : presentHaltConfirmed({ scope, canceling: cancelOrders }),
  );
}

async function denyUnlessApprover(
  context: AppContext,
  scope: string,
  person: Person,
  by: Actor,
  what: string,
): Promise<Reply | null> {
  const account = scope === 'all' ? null : scope;
  if (roleIncludes(roleFor(person, account), 'approver')) return null;
  await context.store.transaction((unit) =>
    unit.appendAudit(
      auditEntry(context.clock.now(), by, 'denial', account, scope, {
        code: 'role',
        needed: 'approver',
      }),
    ),
  );
  return privately(
    presentRoleNeeded({
      what,
      role: 'approver',
      account,
      people: peopleWithRole(context.people, account, 'approver').map(({ name }) => name),
    }),
  );
}
