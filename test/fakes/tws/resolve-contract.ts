import { isDescribed, matchingContracts } from './contracts.ts';
import type { Contract } from './contracts.ts';
import { invalid } from './gateway-context.ts';
import type { ContractQuery } from './requests.ts';
import type { Session } from './session.ts';

const UNKNOWN = 'No security definition has been found for the request';

/** The one contract that is meant; null after an error has been sent. */
export function resolveContract(
  contracts: readonly Contract[],
  session: Session,
  id: number,
  query: ContractQuery,
): Contract | null {
  if (!isDescribed(query)) {
    invalid(session, id, 'Please enter a valid security type');
    return null;
  }
  if (query.exchange === '') {
    invalid(session, id, 'Missing order exchange');
    return null;
  }
  const [first, second] = matchingContracts(contracts, query);
  if (first === undefined) {
    session.error(id, 200, UNKNOWN);
    return null;
  }
  if (second !== undefined) {
    session.error(id, 200, `The contract description specified for ${query.symbol} is ambiguous.`);
    return null;
  }
  return first;
}

/** Every contract that fits; null after an error has been sent. */
export function findContracts(
  contracts: readonly Contract[],
  session: Session,
  id: number,
  query: ContractQuery,
): readonly Contract[] | null {
  if (!isDescribed(query)) {
    invalid(session, id, 'Please enter a valid security type');
    return null;
  }
  const found = matchingContracts(contracts, query);
  if (found.length > 0) return found;
  session.error(id, 200, UNKNOWN);
  return null;
}
