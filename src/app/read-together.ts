import type { AppContext } from './context.ts';

/**
 * The names of all accounts, those in one group that their broker reads in one request when they are asked
 * for at the same time; in the order of the configuration.
 */
export function readTogether(
  context: Pick<AppContext, 'accounts' | 'brokers'>,
): readonly (readonly string[])[] {
  const groups = Map.groupBy(context.accounts.values(), ({ name, broker }) => {
    const login = context.brokers.get(name)?.readTogether;
    return login === undefined ? `alone ${name}` : `${broker} ${login}`;
  });
  return [...groups.values()].map((group) => group.map(({ name }) => name));
}
