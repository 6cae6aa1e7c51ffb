import { findDatabaseHalt } from '../core/automatic-halts.ts';
import { StoreError } from '../ports/store-error.ts';
import type { AppContext } from './context.ts';
import { haltAutomatically } from './halt.ts';
import { isDamage } from './store-damage.ts';

/**
 * Halts everything when the database is damaged, whoever ran into it: what is left of the record is no
 * ground to trade on. Never rejects. Where not even the halt can be written, nothing can be sent either:
 * every order needs its committed row first.
 */
export async function haltForDamage(context: AppContext, error: unknown): Promise<void> {
  if (!isDamage(error)) return;
  try {
    await haltAutomatically(context, 'all', findDatabaseHalt(error.message));
  } catch (failure) {
    if (!(failure instanceof StoreError)) throw failure;
    const about = { code: 'halt_not_recorded', reason: failure.code, error: failure };
    context.log.error(about, 'the database is damaged, and the halt for it could not be recorded');
  }
}
