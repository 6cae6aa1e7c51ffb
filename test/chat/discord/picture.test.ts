import { describe, expect, test } from 'vitest';
import type { Chart } from '../../../src/chat/discord/chart.ts';
import { chartInWords, chartSvg } from '../../../src/chat/discord/chart.ts';
import { createPainter } from '../../../src/chat/discord/picture.ts';
import { EMPTY_BLOCKS, everywhere, HOSTILE, longMessage } from '../../contracts/chat/samples.ts';
import type { Message } from '../../../src/messages/message.ts';

const CHART: Chart = {
  type: 'chart',
  title: 'Weight now against target',
  kind: 'bar',
  unit: '%',
  categories: ['AAPL', 'IBM'],
  series: [
    { name: 'Target', values: ['30', '20'] },
    { name: 'Now', values: ['38.14', '13.93'] },
  ],
};

function chartsOf({ blocks }: Message): readonly Chart[] {
  return blocks.filter((block) => block.type === 'chart');
}

describe('a chart as a picture', () => {
  test('is a PNG of twice the size of its drawing', async () => {
    const png = await createPainter().paint(chartSvg(CHART), false);
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(1280);
  });

  test('shows its words: the font that it is drawn with is there', async () => {
    const painter = createPainter();
    const one = await painter.paint(chartSvg(CHART), false);
    const other = await painter.paint(
      chartSvg({ ...CHART, title: 'Weight now against tarqet' }),
      false,
    );
    const none = await painter.paint(chartSvg({ ...CHART, title: '' }), false);
    expect(one.equals(other)).toBe(false);
    expect(none.length).toBeLessThan(one.length);
  });

  test('is drawn once for the same chart', () => {
    const painter = createPainter();
    expect(painter.paint(chartSvg(CHART), false)).toBe(
      painter.paint(chartSvg({ ...CHART }), false),
    );
  });

  test.each([
    ['longer than fits', longMessage()],
    ['empty', EMPTY_BLOCKS],
    ...HOSTILE.map((text): [string, Message] => [text, everywhere(text)]),
    ['code points that XML lacks', everywhere('\uFFFE\uFFFF\u0000&<>"')],
    [
      'one point',
      { fallback: '', blocks: [{ ...CHART, kind: 'line' as const, categories: ['a'] }] },
    ],
  ])('is drawn whatever it shows: %j', async (_, message) => {
    const painter = createPainter();
    const pictures = await Promise.all(
      chartsOf(message).map((chart) => painter.paint(chartSvg(chart), false)),
    );
    expect(pictures.every((png) => png.length > 500)).toBe(true);
  });

  test('is told in words to those who do not see it', () => {
    expect(chartInWords(CHART, 1024)).toBe(
      'Weight now against target. AAPL: Target 30%, Now 38.14%; IBM: Target 20%, Now 13.93%',
    );
  });
});
