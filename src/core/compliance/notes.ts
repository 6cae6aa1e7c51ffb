import { createHash } from 'node:crypto';

/** A note that an approver must tick, and what a form names it by. */
export interface ComplianceNote {
  /** Another one when the words change, so that a tick is never taken for another note. */
  readonly key: string;
  readonly text: string;
}

export function complianceNotes(texts: readonly string[]): readonly ComplianceNote[] {
  return texts.map((text) => ({
    key: createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 16),
    text,
  }));
}

/** The notes that were not ticked. @param ticked what the form sent back. */
export function untickedNotes(
  notes: readonly ComplianceNote[],
  ticked: readonly string[],
): readonly ComplianceNote[] {
  return notes.filter((note) => !ticked.includes(note.key));
}
