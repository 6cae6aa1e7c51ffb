import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isSecret, reveal, secretTextSchema } from '../../src/lib/secret.ts';
import { problemsOf, read, withAccount } from './helpers.ts';

const text = (...lines: readonly string[]): string =>
  withAccount([
    'broker: alpaca',
    'targets: { AAPL: 100 }',
    'alpaca:',
    ...lines.map((line) => `  ${line}`),
  ]);

describe("a broker's own section", () => {
  const schema = z.strictObject({ apiKey: secretTextSchema, host: z.string('expected a host') });
  const environment: Record<string, string> = { KEY_OF_CORE: 'canary-key', HOST: 'example.test' };
  const context = { lookup: (name: string) => environment[name] };

  it('has texts, and secrets from the environment', () => {
    const result = read(
      text(
        'apiKey: ${KEY_OF_CORE}',
        'url: https://${HOST}/v2',
        'size: 1.10',
        'on: true',
        'list: [1, { key: "${HOST}" }]',
      ),
      context,
    );
    expect(problemsOf(result)).toEqual([]);
    const settings = result.type === 'read' ? (result.accounts[0]?.brokerSettings ?? {}) : {};
    expect(JSON.parse(JSON.stringify(settings))).toEqual({
      apiKey: '[secret]',
      url: '[secret]',
      size: '1.10',
      on: true,
      list: ['1', { key: '[secret]' }],
    });
    const { apiKey, url } = settings;
    expect([apiKey, url].map((value) => (isSecret(value) ? reveal(value) : value))).toEqual([
      'canary-key',
      'https://example.test/v2',
    ]);
  });

  it.each([
    [
      'apiKey: ${NO_SUCH}',
      '7: accounts.core.alpaca.apiKey: expected the environment variable NO_SUCH to be set',
    ],
    [
      'apiKey: ${key}',
      '7: accounts.core.alpaca.apiKey: expected ${NAME} with the name of an environment variable in capitals',
    ],
    [
      'apiKey: canary',
      '7: accounts.core.alpaca.apiKey: expected ${NAME}, with the secret itself in .env',
    ],
    [
      'refreshToken: canary',
      '7: accounts.core.alpaca.refreshToken: expected ${NAME}, with the secret itself in .env',
    ],
    [
      'nested: { secret: canary }',
      '7: accounts.core.alpaca.nested.secret: expected ${NAME}, with the secret itself in .env',
    ],
  ])('%s', (line, problem) => {
    expect(problemsOf(read(text(line), context))).toEqual([`portfolios.yaml:${problem}`]);
  });

  it('is held to the schema of its broker, without showing what may be secret', () => {
    const result = read(text('apiKey: ${KEY_OF_CORE}', 'host: [canary]', 'hots: canary'), {
      ...context,
      brokerSchemas: { alpaca: schema },
    });
    expect(problemsOf(result)).toEqual([
      'portfolios.yaml:8: accounts.core.alpaca.host: expected a host; found a list',
      'portfolios.yaml:9: accounts.core.alpaca.hots: unknown key; did you mean host?',
    ]);
  });

  it('is missed where its broker needs one', () => {
    const result = read(withAccount(['broker: alpaca', 'targets: { AAPL: 100 }']), {
      brokerSchemas: { alpaca: schema },
    });
    expect(problemsOf(result)).toEqual([
      'portfolios.yaml:2: accounts.core.alpaca.apiKey: expected a text or ${NAME}; it is missing',
      'portfolios.yaml:2: accounts.core.alpaca.host: expected a host; it is missing',
    ]);
  });
});
