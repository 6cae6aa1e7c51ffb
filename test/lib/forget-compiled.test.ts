import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { forgetCompiled } from '../../src/lib/forget-compiled.ts';

test.each<[string, number | undefined, readonly string[]]>([
  [
    'of this user, whatever version made it',
    1000,
    ['notes', 'v26.10.0-x64-b7b83de6-31000', 'v26.10.0-x64-b7b83de6-999'],
  ],
  ['where there are no users', undefined, ['notes']],
])('what was compiled is thrown away %s, and nothing else', (_what, user, left) => {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-compiled-'));
  try {
    for (const name of [
      'notes',
      'v25.1.0-x64-aaaaaaaa-1000',
      'v26.10.0-x64-b7b83de6-1000',
      'v26.10.0-x64-b7b83de6-999',
      'v26.10.0-x64-b7b83de6-31000',
    ]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'a96d38cb'), 'code');
    }
    forgetCompiled(folder, user);
    expect(readdirSync(folder).toSorted()).toEqual(left);
    forgetCompiled(join(folder, 'not-there'), user);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
