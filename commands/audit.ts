import { ACCOUNT_OPTION, CSV_OPTION } from '../src/app/command.ts';
import type { Command } from '../src/app/command.ts';
import { privately } from '../src/app/privately.ts';
import { viewAudit, viewAuditFile } from '../src/app/views.ts';

/** Shows who did what and when. */
export const audit = {
  name: 'audit',
  description: 'Show who did what and when: the newest rows of the audit log',
  minimumRole: 'viewer',
  options: [ACCOUNT_OPTION, CSV_OPTION],
  async run(context, args) {
    const view = args.flags.has(CSV_OPTION.name) ? viewAuditFile : viewAudit;
    return privately(await view(context, args.account));
  },
} satisfies Command;
