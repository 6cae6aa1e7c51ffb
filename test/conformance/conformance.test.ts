import { Ajv } from 'ajv';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { operationNames } from './operation-names.ts';
import { openRelay } from './relay.ts';
import { saidInFull } from './said-in-full.ts';
import { conformanceTable } from './table.ts';

const PRISM_SAYS = { type: 'https://stoplight.io/prism/errors#VIOLATIONS', status: 500 };

describe('what a run of conformance counts', () => {
  it('is each call by its operation, and what Prism holds against it', async () => {
    const server = createServer((request, response) => {
      const isBad = request.url?.startsWith('/v2/account') === true;
      response.writeHead(isBad ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isBad ? PRISM_SAYS : { asked: request.headers['x-key'] }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('no port');
    await using relay = await openRelay(() => `http://127.0.0.1:${bound.port}`);
    const answer = await fetch(`${relay.address}/v2/orders/b-1?nested=true`, {
      headers: { 'x-key': 'passed on' },
    });
    expect(await answer.json()).toEqual({ asked: 'passed on' });
    await fetch(`${relay.address}/v2/account`);
    expect(relay.calls.map(({ status, violations }) => [status, violations.length])).toEqual([
      [200, 0],
      [500, 1],
    ]);
    const nameOf = operationNames({
      paths: { '/v2/orders/{order_id}': {}, '/v2/account': {}, '/v2/orders': {} },
    });
    const table = conformanceTable('A broker', relay.calls, nameOf);
    expect(table).toMatch(/GET \/v2\/orders\/\{order_id\} +1 +200 +0/u);
    expect(table).toMatch(/GET \/v2\/account +1 +500 +1/u);
    server.close();
  });

  it('names an operation by its path before a parameter that takes it too', () => {
    const nameOf = operationNames({ paths: { '/accounts/{id}': {}, '/accounts/numbers': {} } });
    expect(nameOf('GET', '/accounts/numbers')).toBe('GET /accounts/numbers');
    expect(nameOf('GET', '/accounts/1')).toBe('GET /accounts/{id}');
    expect(nameOf('GET', '/elsewhere')).toBe('GET /elsewhere');
  });
});

describe('a discriminator that is also said in JSON Schema', () => {
  const schema = saidInFull({
    oneOf: [{ $ref: '#/definitions/margin' }, { $ref: '#/definitions/cash' }],
    discriminator: {
      propertyName: 'type',
      mapping: { MARGIN: '#/definitions/margin', CASH: '#/definitions/cash' },
    },
  });
  const definitions = {
    margin: { type: 'object', properties: { balance: { type: 'number' } } },
    cash: { type: 'object', properties: { balance: { type: 'string' } } },
  };
  const validate = new Ajv({ strict: false }).compile({
    allOf: [schema],
    definitions,
  });

  it.each([
    [{ type: 'CASH', balance: '1' }, true],
    [{ type: 'CASH', balance: 1 }, false],
    [{ type: 'MARGIN', balance: 1 }, true],
    [{ type: 'MARGIN' }, true],
    [{ type: 'OTHER' }, false],
    [{}, false],
  ])('%j: %s', (value, isValid) => {
    expect(validate(value)).toBe(isValid);
  });
});
