import { Resvg } from '@resvg/resvg-js';
import { decodeQR } from 'qr/decode.js';
import { expect, test } from 'vitest';
import { qrCodeSvg } from '../../src/chat/discord/qr-code.ts';
import { renderMessage } from '../../src/chat/web/render-message.ts';
import { totpSecret, totpUri } from '../../src/lib/totp.ts';
import { reveal } from '../../src/lib/secret.ts';

/** What a camera reads off a drawing. */
function scan(svg: string): string {
  const image = new Resvg(svg, { fitTo: { mode: 'zoom', value: 2 } }).render();
  const { width, height, pixels } = image;
  return decodeQR({ width, height, data: new Uint8Array(pixels) });
}

const LABELS = ['Ben', 'Zo\u00eb M\u00fcller', 'a'.repeat(60), '<b>&"'];

test.each(LABELS)('the address of a secret is scanned as it is: %s', async (label) => {
  const shared = await totpSecret(new Uint8Array(20).fill(7));
  const uri = reveal(await totpUri(shared, 'Evenkeel', label));
  expect(scan(qrCodeSvg(uri))).toBe(uri);
});

test('the local page draws the same code, and the label tells nothing of it', () => {
  const content = 'otpauth://totp/Evenkeel:Ben?secret=GEZDGNBVGY3TQOJQ';
  const label = 'QR code for an authenticator app';
  const message = { fallback: 'x', blocks: [{ type: 'qr_code' as const, content, label }] };
  const html = String(renderMessage(message));
  expect(html).not.toContain('GEZDGNBVGY3TQOJQ');
  expect(html).toContain(`aria-label="${label}"`);
  // As the style sheet paints it.
  const drawn = html
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200" ')
    .replace('class="qr-light"', 'fill="#fff"')
    .replace('class="qr-dark"', 'fill="#000"');
  expect(scan(drawn)).toBe(content);
});
