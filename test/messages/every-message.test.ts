import { describe, expect, test } from 'vitest';
import { messageSchema } from '../../src/messages/message.ts';
import { SAMPLE_MESSAGES } from './sample-messages.ts';
import { stringsOf, UNSAFE } from './strings.ts';

/** Clicks that only show something. */
const HARMLESS: ReadonlySet<string> = new Set(['details', 'outcome_look_again', 'connect']);

/** What holds for all messages, whatever they say. */
describe.each(Object.entries(SAMPLE_MESSAGES))('%s', (_, make) => {
  const message = make();
  const strings = stringsOf(message);

  test('is a message, and stays one when it is stored', () => {
    expect(messageSchema.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  test('has a fallback of one plain line that ends as a sentence does', () => {
    expect(message.fallback).not.toBe('');
    expect(message.fallback).not.toContain('\n');
    expect(message.fallback.length).toBeLessThanOrEqual(1200);
    expect(message.fallback).toMatch(/[.\])A-Z]$/u);
  });

  test('names the zone of every time', () => {
    for (const text of strings) {
      expect(text.replaceAll(/\b\d\d:\d\d(?::\d\d)? ET\b/gu, '')).not.toMatch(/\b\d\d:\d\d\b/u);
    }
  });

  test('shows no leftovers of a program', () => {
    for (const text of strings) {
      expect(text).not.toMatch(/undefined|NaN|\[object|\bnull\b/u);
      expect(text).not.toMatch(UNSAFE);
      expect(text).not.toMatch(/ {2}|\.\.(?!\d)|\s$|^\s/u);
    }
  });

  test('has rows as wide as its columns, and one value for each category', () => {
    for (const table of message.blocks.filter((block) => block.type === 'table')) {
      for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
    }
    for (const chart of message.blocks.filter((block) => block.type === 'chart')) {
      expect(chart.categories.length).toBeLessThanOrEqual(chart.kind === 'bar' ? 20 : 30);
      for (const series of chart.series) {
        expect(series.values).toHaveLength(chart.categories.length);
        for (const value of series.values) expect(value).toMatch(/^-?\d+(?:\.\d{1,2})?$/u);
      }
    }
  });

  test('asks before a click that has consequences, in words that fit every platform', () => {
    const buttons = message.blocks
      .filter((block) => block.type === 'buttons')
      .flatMap((block) => block.buttons);
    for (const button of buttons) {
      const asks = button.opensForm || button.confirm !== undefined;
      expect(asks).toBe(!HARMLESS.has(button.action));
      expect(button.label.length).toBeLessThanOrEqual(75);
      expect(button.confirm?.title.length ?? 0).toBeLessThanOrEqual(100);
      expect(button.confirm?.text.length ?? 0).toBeLessThanOrEqual(300);
      expect(button.confirm?.yes.length ?? 0).toBeLessThanOrEqual(30);
      expect(button.confirm?.no.length ?? 0).toBeLessThanOrEqual(30);
    }
  });
});
