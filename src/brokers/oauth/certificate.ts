/** How long a certificate is good for: connections are made within minutes. */
const LIFETIME_MILLISECONDS = 24 * 60 * 60 * 1000;

/**
 * A certificate for a loopback address that nobody has signed but itself. It and its key live in
 * memory only. Browsers warn of it, once a time it is made.
 */
export async function createCertificate(
  host: string,
): Promise<{ readonly key: string; readonly cert: string }> {
  const { generate } = await import('selfsigned');
  // The browser looks at the machine's own clock.
  const now = Date.now();
  const name = host.replaceAll(/[[\]]/gu, '');
  const isAddress = name !== 'localhost';
  const pems = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // Clocks differ a little.
    notBeforeDate: new Date(now - 60_000),
    notAfterDate: new Date(now + LIFETIME_MILLISECONDS),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [isAddress ? { type: 7, ip: name } : { type: 2, value: name }],
      },
    ],
  });
  return { key: pems.private, cert: pems.cert };
}
