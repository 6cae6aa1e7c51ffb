import type { Button } from './message.ts';

/** What a button about a login carries: the broker, and whose login it is. */
export function connectionButton(
  action: 'connect' | 'complete_connection' | 'disconnect',
  label: string,
  broker: string,
  options: Pick<Button, 'style' | 'opensForm' | 'confirm'> & { readonly person?: string },
): Button {
  const { person = '', style, opensForm, confirm } = options;
  return {
    action,
    label,
    proposalId: broker,
    // As digests are: letters that every platform carries unchanged.
    digest: Buffer.from(person, 'utf8').toString('hex'),
    style,
    opensForm,
    ...(confirm === undefined ? {} : { confirm }),
  };
}

/** Whose login a button is about, as the button carries it. */
export function personOfButton(digest: string): string {
  return Buffer.from(digest, 'hex').toString('utf8');
}
