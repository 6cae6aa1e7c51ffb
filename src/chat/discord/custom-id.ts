import { createHash } from 'node:crypto';
import { buttonActionSchema } from '../../messages/message.ts';
import type { Button, ButtonAction } from '../../messages/message.ts';
import { LIMITS } from './limits.ts';

/** What a button or a form of ours carries through Discord. */
export interface Carried {
  readonly action: ButtonAction;
  readonly proposalId: string;
  readonly digest: string;
  /** How the click must be acknowledged: with a form, which nothing may come before, or at once. */
  readonly opensForm: boolean;
}

/** Written into every id, so that what an older version posted can be told apart. */
const VERSION = 'e1';
const SEPARATOR = ':';
/** An id of a proposal and a digest as they are; everything else goes by its hash. */
const PLAIN = /^[\w-]{0,24}$/u;
const HEXADECIMAL = /^[0-9a-f]{0,64}$/u;
const HASHED = '#';

/** Values that did not fit, by their hash. Ours always fit, so that restarts lose nothing. */
const MOST_REMEMBERED = 1000;

/** Turns what a click is about into a `custom_id` of at most 100 characters, and back. */
export interface CustomIds {
  encode(about: Carried | Button): string;
  /** Null when the id is not one of ours, or of another version. */
  decode(customId: unknown): Carried | null;
}

export function createCustomIds(): CustomIds {
  const remembered = new Map<string, { readonly proposalId: string; readonly digest: string }>();
  return {
    encode({ action, proposalId, digest, opensForm }) {
      const head = [VERSION, action, opensForm ? 'f' : 'd'];
      const full = [...head, proposalId, digest].join(SEPARATOR);
      if (PLAIN.test(proposalId) && HEXADECIMAL.test(digest) && full.length <= LIMITS.customId) {
        return full;
      }
      const hash = createHash('sha256')
        .update(JSON.stringify([proposalId, digest]))
        .digest('hex');
      remembered.delete(hash);
      remembered.set(hash, { proposalId, digest });
      const oldest = remembered.keys().next();
      if (remembered.size > MOST_REMEMBERED && oldest.done !== true) {
        remembered.delete(oldest.value);
      }
      return [...head, HASHED, hash].join(SEPARATOR);
    },
    decode(customId) {
      // Whatever Discord sent: its declared type is a promise that nobody has checked.
      if (typeof customId !== 'string') return null;
      const [version, name, way, proposalId, digest, ...more] = customId.split(SEPARATOR);
      const action = buttonActionSchema.safeParse(name);
      if (version !== VERSION || !action.success || digest === undefined || more.length > 0) {
        return null;
      }
      if (proposalId === undefined || (way !== 'f' && way !== 'd')) return null;
      const opensForm = way === 'f';
      if (proposalId !== HASHED) return { action: action.data, proposalId, digest, opensForm };
      const about = remembered.get(digest);
      return about === undefined ? null : { action: action.data, ...about, opensForm };
    },
  };
}
