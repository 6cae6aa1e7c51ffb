import { StoreError } from '../ports/store-error.ts';

/** True of what the store throws over bytes that are not as they were written. */
export function isDamage(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'database_corrupt';
}

/** The result, or null where the database is damaged: a halt must not fail for what it only tells of. */
export async function unlessDamaged<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}
