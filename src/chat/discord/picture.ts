import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { FONT_FAMILY } from './chart.ts';

const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) =>
  fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}`)),
);

/** Twice the drawing's pixels: sharp on a phone. */
const ZOOM = 2;

/** A proposal's chart is the same at every edit of its message. */
const MOST_REMEMBERED = 32;

/** Turns drawings into PNG pictures. */
export interface Painter {
  /**
   * Drawn on another thread, so that acknowledgements are not held up.
   * @param isSecret then the picture is not remembered.
   */
  paint(svg: string, isSecret: boolean): Promise<Buffer>;
}

export function createPainter(): Painter {
  const pictures = new Map<string, Promise<Buffer>>();
  return {
    paint(svg, isSecret) {
      if (isSecret) return draw(svg);
      const key = createHash('sha256').update(svg).digest('hex');
      const known = pictures.get(key);
      if (known !== undefined) return known;
      const picture = draw(svg);
      pictures.set(key, picture);
      // What failed is not kept; whoever asked for it has the failure.
      picture.catch(() => pictures.delete(key));
      const oldest = pictures.keys().next();
      if (pictures.size > MOST_REMEMBERED && oldest.done !== true) pictures.delete(oldest.value);
      return picture;
    },
  };
}

async function draw(svg: string): Promise<Buffer> {
  // Loaded here: where there is no build of it for a machine, only the pictures are missing.
  const { renderAsync } = await import('@resvg/resvg-js');
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: ZOOM },
    font: {
      fontFiles: FONT_FILES,
      loadSystemFonts: false,
      defaultFontFamily: FONT_FAMILY,
    },
  });
  return image.asPng();
}
