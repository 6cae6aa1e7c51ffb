import { renderPlainText } from '../../src/messages/plain-text.ts';
import { SAMPLE_MESSAGES } from './sample-messages.ts';
import { SAMPLE_FORMS } from './sample-forms.ts';

/** Where the recorded messages are. */
export const GOLDEN_FOLDER = new URL('./golden/', import.meta.url);

/** What each golden file must contain: the message itself as JSON, and as plain text for people to read. */
export function goldenFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, make] of Object.entries(SAMPLE_MESSAGES)) {
    const message = make();
    files.set(`${name}.json`, asJson(message));
    files.set(`${name}.txt`, `${renderPlainText(message)}\n\n${message.fallback}\n`);
  }
  for (const [name, make] of Object.entries(SAMPLE_FORMS))
    files.set(`${name}.json`, asJson(make()));
  return files;
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
