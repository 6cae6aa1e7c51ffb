import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GOLDEN_FOLDER, goldenFiles } from './golden.ts';

const files = goldenFiles();

describe('every message says what was recorded (npm run golden records anew)', () => {
  test.each([...files])('%s', (name, content) => {
    expect(content).toBe(readFileSync(new URL(name, GOLDEN_FOLDER), 'utf8'));
  });

  test('nothing else is recorded', () => {
    expect(readdirSync(GOLDEN_FOLDER).toSorted()).toEqual([...files.keys()].toSorted());
  });
});
