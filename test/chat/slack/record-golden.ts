import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { GOLDEN_FOLDER, goldenFiles } from './golden.ts';

// Records how messages look in Slack now: `node test/chat/slack/record-golden.ts`, then read the difference.
rmSync(GOLDEN_FOLDER, { recursive: true, force: true });
mkdirSync(GOLDEN_FOLDER, { recursive: true });
const files = goldenFiles();
for (const [name, content] of files) writeFileSync(new URL(name, GOLDEN_FOLDER), content);
console.log(`recorded ${files.size} files in test/chat/slack/golden`);
