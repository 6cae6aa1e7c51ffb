import type { Session } from './sessions.ts';

/** Somebody who may speak on the page. The id is their id on this platform. */
export interface WebPerson {
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

/** Who is configured for this page, and whom a browser speaks for. */
export interface People {
  readonly all: readonly WebPerson[];
  find(id: string): WebPerson | null;
  /** Null when somebody has to be chosen first. */
  of(session: Session): WebPerson | null;
  /**
   * In a demonstration anybody may play anybody. Elsewhere a browser speaks for one person for good:
   * otherwise one person could cast the votes of two.
   */
  maySpeakFor(session: Session, person: WebPerson): boolean;
}

export function createPeople(all: readonly WebPerson[], demo: boolean): People {
  const byId = new Map(all.map((person) => [person.id, person]));
  const find = (id: string): WebPerson | null => byId.get(id) ?? null;
  function of(session: Session): WebPerson | null {
    const chosen = session.person === null ? null : find(session.person);
    if (chosen !== null) return chosen;
    return demo || all.length === 1 ? (all[0] ?? null) : null;
  }
  return {
    all,
    find,
    of,
    maySpeakFor: (session, person) => demo || (of(session) ?? person).id === person.id,
  };
}

/** Two letters that stand for a name: `Ana Silva` is AS, `Ben` is BE. */
export function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? ['?'];
  const pattern = words.length > 1 ? /^./u : /^.{1,2}/u;
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends
    .map((word) => pattern.exec(word ?? '')?.[0] ?? '')
    .join('')
    .toUpperCase();
}

const TINTS = 8;

/** A colour that stays with a person: one of eight classes of workspace.css. */
export function tint(id: string): string {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return `tint-${(sum % TINTS) + 1}`;
}
