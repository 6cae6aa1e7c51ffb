import type { Person } from '../core/person.ts';
import type { Message } from '../messages/message.ts';
import type { StoreTransaction } from '../ports/store.ts';
import type { AppContext } from './context.ts';
import { directDestinations } from './proposal-notices.ts';

/** Writes to a person directly, on every platform they are on that has direct messages; once for a key. */
export async function tellPerson(
  context: AppContext,
  unit: StoreTransaction,
  person: Person,
  key: string,
  what: { readonly message: Message; readonly at: Temporal.Instant },
): Promise<void> {
  const destinations = directDestinations(context, person);
  if (destinations.length === 0) return;
  await unit.announce({ key, account: null, message: what.message }, destinations, what.at);
}
