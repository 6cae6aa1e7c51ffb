import { COMMANDS } from '../../../commands/index.ts';
import { usageOf } from '../../../src/app/command.ts';
import { renderForm } from '../../../src/chat/slack/forms.ts';
import { slackManifest } from '../../../src/chat/slack/manifest.ts';
import { renderMessage } from '../../../src/chat/slack/render.ts';
import { SAMPLE_MESSAGES } from '../../messages/sample-messages.ts';
import { SAMPLE_FORMS } from '../../messages/sample-forms.ts';

/** Where the recorded renderings are. */
export const GOLDEN_FOLDER = new URL('./golden/', import.meta.url);

/** What each golden file must contain: Slack's JSON of every message and form, rich and plain. */
export function goldenFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, make] of Object.entries(SAMPLE_MESSAGES)) {
    const message = make();
    files.set(`${name}.json`, asJson(renderMessage(message, { rich: true })));
    const plain = renderMessage(message, { rich: false });
    if (asJson(plain) !== files.get(`${name}.json`)) files.set(`${name}.plain.json`, asJson(plain));
  }
  for (const [name, make] of Object.entries(SAMPLE_FORMS)) {
    files.set(`${name}.json`, asJson(renderForm(make(), 'C1')));
  }
  files.set('manifest.json', asJson(slackManifest(sampleCommands())));
  return files;
}

export function sampleCommands(): Parameters<typeof slackManifest>[0] {
  return COMMANDS.map((command) => ({
    name: command.name,
    description: command.description,
    usage: usageOf(command),
  }));
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
