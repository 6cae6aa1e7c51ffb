import { ACCOUNT_OPTION, CSV_OPTION, usageOf } from '../src/app/command.ts';
import type { Command, CommandOption } from '../src/app/command.ts';
import { privately } from '../src/app/privately.ts';
import { findAuditFilter, viewAudit, viewAuditFile } from '../src/app/view-audit.ts';
import { presentCommandProblem } from '../src/messages/errors.ts';

const OPTIONS: readonly CommandOption[] = [
  ACCOUNT_OPTION,
  {
    name: 'proposal',
    kind: 'word',
    description: 'One proposal with its orders, such as k3f9xa',
    positional: false,
    required: false,
  },
  {
    name: 'person',
    kind: 'word',
    description: 'What one person did, by name or id',
    positional: false,
    required: false,
  },
  CSV_OPTION,
];

/** Shows who did what and when. */
export const audit = {
  name: 'audit',
  description: 'Show who did what and when: of an account, a proposal or a person',
  minimumRole: 'viewer',
  options: OPTIONS,
  async run(context, args) {
    const found = await findAuditFilter(context, {
      account: args.account,
      proposal: args.words['proposal'] ?? null,
      person: args.words['person'] ?? null,
    });
    if (found.type === 'problem') {
      const accounts = [...context.accounts.keys()];
      return privately(
        presentCommandProblem({
          problem: found.problem,
          usage: usageOf({ name: 'audit', options: OPTIONS }),
          accounts,
        }),
      );
    }
    const view = args.flags.has(CSV_OPTION.name) ? viewAuditFile : viewAudit;
    return privately(await view(context, found.filter));
  },
} satisfies Command;
