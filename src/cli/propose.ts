import { readFile } from 'node:fs/promises';
import { CommandFailed } from './command-failed.ts';
import { configured, openConfiguredCore, print } from './surroundings.ts';

/** `evenkeel propose ACCOUNT --file FILE`. @throws CommandFailed when nothing is proposed, and says why. */
export async function proposeFromFile(name: string, options: { file: string }): Promise<void> {
  const config = configured();
  const { recommendationsFromJson } = await import('./recommendations-file.ts');
  let text: string;
  try {
    text = await readFile(options.file, 'utf8');
  } catch (error) {
    throw new CommandFailed(
      `${options.file} cannot be read (${error instanceof Error ? error.message : 'unknown'}). Nothing was proposed.`,
    );
  }
  const parsed = recommendationsFromJson(text);
  if (parsed.type === 'invalid') {
    throw new CommandFailed(
      [
        ...parsed.problems.map((problem) => `${options.file}: ${problem}`),
        'Nothing was proposed.',
      ].join('\n'),
    );
  }
  const { propose } = await import('../app/propose.ts');
  const { answerProposal } = await import('../app/answer-proposal.ts');
  const { renderProposal } = await import('../app/announce-proposal.ts');
  const { renderPlainText } = await import('../messages/plain-text.ts');
  const core = await openConfiguredCore(config);
  try {
    const account = core.context.accounts.get(name);
    if (account === undefined) {
      throw new CommandFailed(
        `There is no account ${name}. Accounts: ${[...core.context.accounts.keys()].join(', ')}.`,
      );
    }
    const result = await propose(core.context, {
      account,
      by: { actor: 'evenkeel', platform: 'cli' },
      proposer: { type: 'operator', source: 'recommendations file' },
      request: { buyOnly: false, toBand: false, contribution: null },
      recommendations: parsed.recommendations,
      dryRun: false,
    });
    if (result.type === 'proposed') {
      const message = await renderProposal(core.context, core.store, result.record, account);
      print(renderPlainText(message));
      print(
        `\nProposal #${result.record.proposal.id} waits for votes; a running bot posts it within seconds.`,
      );
      return;
    }
    const reply = await answerProposal(core.context, account, result);
    const words = reply.type === 'message' ? renderPlainText(reply.message) : 'Nothing to propose.';
    if (result.type === 'nothing_to_do') print(words);
    else throw new CommandFailed(words);
  } finally {
    await core.close();
  }
}
