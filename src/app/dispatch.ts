import type { AccountSettings } from '../core/account.ts';
import { peopleWithRole, roleFor, roleIncludes } from '../core/permission.ts';
import type { Person } from '../core/person.ts';
import { failpoint } from '../lib/failpoint.ts';
import { nearest } from '../lib/nearest.ts';
import { withoutCodes } from '../lib/without-codes.ts';
import {
  presentBrokerError,
  presentCommandProblem,
  presentStoreError,
  presentUnexpected,
  presentUnknownCommand,
} from '../messages/errors.ts';
import type { Message } from '../messages/message.ts';
import { presentRoleNeeded, presentStranger } from '../messages/refusal.ts';
import { BrokerError } from '../ports/broker-error.ts';
import type { Interaction, InteractionHandler, PlatformUser, Reply } from '../ports/chat.ts';
import { StoreError } from '../ports/store-error.ts';
import { askAhead } from './ask-ahead.ts';
import { auditEntry } from './audit.ts';
import type { Actor } from './audit.ts';
import { handleClick } from './clicks.ts';
import type { Command } from './command.ts';
import { parseCommandLine } from './command-line.ts';
import type { AppContext } from './context.ts';
import { haltForDamage } from './halt-for-damage.ts';
import { privately } from './privately.ts';
import type { Executor } from './executor.ts';

/** What the dispatcher works with besides the use cases' context. */
export interface DispatchFacts {
  readonly context: AppContext;
  readonly executor: Executor;
  readonly commands: readonly Command[];
}

/** The configured person behind a platform's user; null for strangers. Ids are compared, never names. */
export function findPerson(people: readonly Person[], user: PlatformUser): Person | null {
  return (
    people.find((person) => person.platformIds[user.platform]?.includes(user.userId)) ??
    people.find((person) =>
      person.platformIds[`${user.platform}Role`]?.some((role) => user.roleIds.includes(role)),
    ) ??
    null
  );
}

/**
 * Makes the handler that every chat hands its interactions to. Each interaction counts once: a
 * redelivery is answered as the first was. It never rejects; what goes wrong becomes a sentence for
 * the person and a logged code for the operator.
 */
export function createDispatcher(facts: DispatchFacts): InteractionHandler {
  return async (interaction) => {
    try {
      return await dispatch(facts, interaction);
    } catch (error) {
      await haltForDamage(facts.context, error);
      return privately(explain(facts.context, interaction, error));
    }
  };
}

function explain(context: AppContext, interaction: Interaction, error: unknown): Message {
  const about = { platform: interaction.user.platform, interaction: interaction.type };
  if (error instanceof BrokerError) {
    context.log.warn({ ...about, code: error.code, error }, 'broker failed an interaction');
    return presentBrokerError(error);
  }
  if (error instanceof StoreError) {
    context.log.error({ ...about, code: error.code, error }, 'store failed an interaction');
    return presentStoreError(error);
  }
  context.log.error({ ...about, code: 'unexpected', error }, 'interaction failed');
  return presentUnexpected('unexpected');
}

async function dispatch(facts: DispatchFacts, interaction: Interaction): Promise<Reply> {
  const { context } = facts;
  const { user } = interaction;
  const at = context.clock.now();
  const person = findPerson(context.people, user);
  const actor: Actor = {
    actor: person?.id ?? `${user.platform}:${user.userId}`,
    platform: user.platform,
  };
  const key = `${user.platform}:${interaction.idempotencyKey}`;
  const asked =
    person === null || interaction.type !== 'click'
      ? null
      : await askAhead(facts, interaction, person);
  const first = await context.store.transaction(async (unit) => {
    if (!(await unit.claimInteraction(key, at))) return false;
    if (person === null) {
      await unit.appendAudit(
        auditEntry(at, actor, 'denial', null, subjectOf(interaction), { code: 'stranger' }),
      );
    } else if (interaction.type === 'command') {
      await unit.appendAudit(
        auditEntry(at, actor, 'command', null, subjectOf(interaction), {
          channel: interaction.channel,
        }),
      );
    }
    return true;
  });
  if (!first) {
    const answered = await context.store.findReply(key);
    return answered?.reply ?? { type: 'nothing' };
  }
  failpoint('interaction_claimed');
  const reply =
    person === null
      ? privately(presentStranger(peopleWithRole(context.people, null, 'admin').map((p) => p.name)))
      : interaction.type === 'command'
        ? await runCommand(facts, interaction, person, actor)
        : await handleClick(facts, interaction, person, actor, asked);
  // A reply that says nothing needs no keeping: a redelivery that finds none is answered with nothing, too.
  const isKept = reply.type === 'message' ? reply.isUnstored !== true : reply.type !== 'nothing';
  if (isKept) {
    await context.store.transaction((unit) => unit.saveReply(key, reply));
  }
  return reply;
}

function subjectOf(interaction: Interaction): string {
  return interaction.type === 'command'
    ? `/${interaction.command} ${typedText(interaction)}`.trim().slice(0, 500)
    : `${interaction.action} ${interaction.proposalId}`.slice(0, 500);
}

/** What followed a command, without codes: from here on it is recorded and answered. */
function typedText(interaction: Extract<Interaction, { type: 'command' }>): string {
  const name = `/${interaction.command} `;
  return withoutCodes(name + interaction.text).slice(name.length);
}

async function runCommand(
  facts: DispatchFacts,
  interaction: Extract<Interaction, { type: 'command' }>,
  person: Person,
  actor: Actor,
): Promise<Reply> {
  const { context, commands } = facts;
  const name = interaction.command.replace(/^\//u, '').toLowerCase();
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const suggestion = nearest(
      name,
      commands.map((candidate) => candidate.name),
    );
    return privately(presentUnknownCommand({ given: name, suggestion }));
  }
  const account = defaultAccount(context, interaction);
  const line = parseCommandLine(command, typedText(interaction), context.accounts, account);
  if (line.type === 'misunderstood') {
    return privately(
      presentCommandProblem({
        problem: line.problem,
        usage: line.usage,
        accounts: [...context.accounts.keys()],
      }),
    );
  }
  const { args } = line;
  const scope = args.account?.name ?? (args.scope === 'all' ? null : args.scope);
  if (!roleIncludes(roleFor(person, scope), command.minimumRole)) {
    await context.store.transaction((unit) =>
      unit.appendAudit(
        auditEntry(context.clock.now(), actor, 'denial', scope, subjectOf(interaction), {
          code: 'role',
          needed: command.minimumRole,
        }),
      ),
    );
    return privately(
      presentRoleNeeded({
        what: `use /${command.name}`,
        role: command.minimumRole,
        account: scope,
        people: peopleWithRole(context.people, scope, command.minimumRole).map((p) => p.name),
      }),
    );
  }
  return command.run({ ...context, executor: facts.executor, person, actor, commands }, args);
}

/** The only account there is, or the only one that talks in this channel. */
function defaultAccount(context: AppContext, interaction: Interaction): AccountSettings | null {
  const accounts = [...context.accounts.values()];
  if (accounts.length === 1) return accounts[0] ?? null;
  const here = accounts.filter((account) =>
    account.channels.some(
      (place) =>
        place.platform === interaction.user.platform && place.channel === interaction.channel,
    ),
  );
  return here.length === 1 ? (here[0] ?? null) : context.defaultAccount;
}
