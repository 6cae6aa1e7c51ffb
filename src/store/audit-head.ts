/** A row's number, where it is known, and its hash, or the first 8 digits or more of it. */
export interface AuditHeadReference {
  readonly seq: number | null;
  /** 8 to 64 lower-case hex digits. */
  readonly hash: string;
}

/** A head that the log must contain, and where we have it from. */
export interface ExpectedHead extends AuditHeadReference {
  readonly from: string;
}

/** Reads `846:9c1e77d0...`, or a hash alone as it stands in a chat message; null for anything else. */
export function parseAuditHead(text: string): AuditHeadReference | null {
  const match = /^\s*#?(?:(\d{1,15})\s*:\s*)?([0-9a-f]{8,64})\s*$/i.exec(text);
  const hash = match?.[2];
  if (hash === undefined) return null;
  const seq = match?.[1];
  return { seq: seq === undefined ? null : Number(seq), hash: hash.toLowerCase() };
}
