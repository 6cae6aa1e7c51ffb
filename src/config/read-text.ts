import { readFileSync } from 'node:fs';

export type TextResult =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'absent' }
  /** `reason` ends a sentence that began with the file's name. */
  | { readonly type: 'unreadable'; readonly reason: string };

/** The text of a file, in UTF-8 only: a wrong encoding would change names silently. */
export function readText(path: string): TextResult {
  try {
    const bytes = readFileSync(path);
    return { type: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    switch (code) {
      case 'ENOENT':
      case 'ENOTDIR':
        return { type: 'absent' };
      case 'EISDIR':
        return { type: 'unreadable', reason: 'expected a file; this is a folder' };
      case 'EACCES':
      case 'EPERM':
        return { type: 'unreadable', reason: 'expected a file that this user may read' };
      case 'ERR_ENCODING_INVALID_ENCODED_DATA':
        return { type: 'unreadable', reason: 'expected text in UTF-8' };
      default:
        return { type: 'unreadable', reason: `the file cannot be read (${code || String(error)})` };
    }
  }
}
