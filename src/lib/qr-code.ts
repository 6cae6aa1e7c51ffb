import { encodeQR } from 'qr';

/** The empty edge that scanners need (ISO/IEC 18004). */
const QUIET_MODULES = 4;

/** A QR code, for drawing. */
export interface QrCode {
  /** Modules along each side, the empty edge among them. */
  readonly size: number;
  /** An SVG path over the dark modules, one unit each. */
  readonly path: string;
}

/**
 * The QR code of a text, with the error correction that fits screens.
 * @throws Error when the text is too long for one: 2000 characters are not.
 */
export function qrCode(text: string): QrCode {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_MODULES });
  const path = rows.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
  );
  return { size: rows.length, path: path.join('') };
}
