import { replayProposal } from '../core/replay.ts';
import { CommandFailed } from './command-failed.ts';
import { configured, openConfiguredStore, print } from './surroundings.ts';

/**
 * `evenkeel replay --proposal ID`: plans a stored proposal again and compares the digests.
 * @returns whether plan and digest are the same, byte for byte.
 */
export async function replay(options: { readonly proposal: string }): Promise<boolean> {
  const config = configured();
  const store = await openConfiguredStore(config);
  try {
    const id = options.proposal.replace(/^#/, '');
    const record = await store.findProposal(id);
    if (record === null) {
      throw new CommandFailed(
        `There is no proposal #${id} in ${config.databasePath}. /history lists them.`,
      );
    }
    const { proposal } = record;
    const result = replayProposal(proposal);
    switch (result.type) {
      case 'same':
        print(`same #${id}: plan of ${result.bytes} bytes, digest ${result.digest}`);
        return true;
      case 'refused':
        print(`different #${id}: planning it again is refused (${result.code})`);
        return false;
      case 'different':
        print(`different #${id}: approved ${proposal.digest}`);
        print(`  stored now ${result.digestOfStored}, replayed ${result.digestOfReplayed}`);
        print(`  stored   ...${result.stored}...`);
        print(`  replayed ...${result.replayed}...`);
        return false;
    }
  } finally {
    await store.close();
  }
}
