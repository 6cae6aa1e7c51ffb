import { qrCode } from '../../lib/qr-code.ts';

/** Units of a module: with what pictures are drawn larger by, plain squares on a phone. */
const UNITS = 4;

/** A QR code on white, whatever the theme: scanners need the light edge. */
export function qrCodeSvg(content: string): string {
  const { size, path } = qrCode(content);
  const side = size * UNITS;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#ffffff"/><path d="${path}" fill="#000000"/></svg>`;
}
