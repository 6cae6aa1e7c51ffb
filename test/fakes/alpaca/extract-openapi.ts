/**
 * Makes openapi-extract.json: the operations that the fake serves, and the schemas they reach, cut out of
 * Alpaca's official OpenAPI document of the Trading API.
 *
 * Source: https://github.com/alpacahq/alpaca-mcp-server (specs, MIT licence), synced June 2026.
 * Run it again when Alpaca's document moves on:
 *
 *     npm run alpaca-openapi -- path/to/openapi.json && npx oxfmt test/fakes/alpaca
 *
 * What it changes, besides leaving out the prose: objects are closed (a field that the document does not
 * know is an error, so that a misspelt field cannot go unnoticed); `source` and `subtag` of an order, which
 * stand only in the document's examples, are fields; a list of activities may mix both kinds; an event of an
 * activity is one schema, and its details are those of trades, with `partial_fill` as the changelog of 6
 * November 2026 has it.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const operations = [
  'GET /v2/account',
  'GET /v2/account/activities',
  'GET /v2/account/activities/{activity_type}',
  'GET /v2/account/configurations',
  'GET /v2/assets',
  'GET /v2/assets/{symbol_or_asset_id}',
  'GET /v2/calendar',
  'GET /v2/clock',
  'POST /v2/orders',
  'GET /v2/orders',
  'DELETE /v2/orders',
  'GET /v2/orders/{order_id}',
  'GET /v2beta1/events/activities',
  'PATCH /v2/orders/{order_id}',
  'DELETE /v2/orders/{order_id}',
  'GET /v2/orders:by_client_order_id',
  'GET /v2/positions',
  'GET /v2/positions/{symbol_or_asset_id}',
];

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function asList(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

const prose = new Set(['description', 'title', 'example', 'examples', 'x-examples', 'default']);

/** The same schema without prose, closed, and with every `oneOf` as an `anyOf`. */
function shortened(value: Json): Json {
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  const kept: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key.startsWith('x-') || key === 'deprecated') continue;
    if (prose.has(key) && typeof inner !== 'object') continue;
    if (key === 'example' || key === 'default') continue;
    if (key === 'properties') {
      kept[key] = Object.fromEntries(
        Object.entries(asObject(inner)).map(([name, schema]) => [name, shortened(schema)]),
      );
      continue;
    }
    kept[key === 'oneOf' ? 'anyOf' : key] = shortened(inner);
  }
  if ('properties' in kept) kept['additionalProperties'] = false;
  return kept;
}

function schemaNamesIn(value: Json, found: Set<string>): void {
  if (Array.isArray(value)) for (const inner of value) schemaNamesIn(inner, found);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref' && typeof inner === 'string') found.add(inner.split('/').at(-1) ?? '');
    else schemaNamesIn(inner, found);
  }
}

function jsonSchemaOf(holder: Json | undefined): Json {
  const content = asObject(asObject(holder)['content']);
  const [type = 'application/json'] = Object.keys(content);
  return asObject(content[type])['schema'] ?? null;
}

/** One schema for an event of a trade, in place of several that must all hold and are closed. */
function joinTradeEvent(schemas: JsonObject): void {
  const common = asObject(schemas['ActivityEventV2CommonFields']);
  schemas['ActivityEventV2'] = {
    type: 'object',
    properties: {
      ...asObject(common['properties']),
      details: { $ref: '#/components/schemas/ActivityV2DetailTRD' },
    },
    required: [...asList(common['required']), 'details'],
  };
  const details = asObject(asObject(schemas['ActivityV2DetailTRD'])['properties']);
  asList(asObject(details['execution_type'])['enum']).push('partial_fill');
}

function nameOf({ name }: JsonObject): string {
  return typeof name === 'string' ? name : '';
}

function querySchemaOf(parameters: readonly JsonObject[]): JsonObject {
  const inQuery = parameters.filter((parameter) => parameter['in'] === 'query');
  return {
    type: 'object',
    properties: Object.fromEntries(
      inQuery.map((parameter) => [nameOf(parameter), parameter['schema'] ?? {}]),
    ),
    required: inQuery
      .filter((parameter) => parameter['required'] === true)
      .map((parameter) => nameOf(parameter)),
  };
}

function extract(document: JsonObject): JsonObject {
  const components = asObject(document['components']);
  const schemas = asObject(components['schemas']);
  joinTradeEvent(schemas);
  const resolved = (parameter: Json): JsonObject => {
    const reference = asObject(parameter)['$ref'];
    if (typeof reference !== 'string') return asObject(parameter);
    return asObject(asObject(components['parameters'])[reference.split('/').at(-1) ?? '']);
  };
  const kept: JsonObject = {};
  for (const name of operations) {
    const [method = '', path = ''] = name.split(' ');
    const operation = asObject(asObject(asObject(document['paths'])[path])[method.toLowerCase()]);
    if (operation['operationId'] === undefined) throw new Error(`The document has no ${name}`);
    const responses = Object.entries(asObject(operation['responses']))
      .filter(([status]) => status.startsWith('2'))
      .map(([status, response]): [string, Json] => [status, jsonSchemaOf(response)]);
    kept[name] = shortened({
      query: querySchemaOf(asList(operation['parameters']).map(resolved)),
      request: jsonSchemaOf(operation['requestBody']),
      responses: Object.fromEntries(responses),
    });
  }
  const reached = new Set<string>(['ErrorResponse', 'Error']);
  schemaNamesIn(kept, reached);
  // A Set may grow while it is walked: what a schema refers to is visited too.
  for (const name of reached) schemaNamesIn(schemas[name] ?? null, reached);
  const short = Object.fromEntries(
    [...reached].toSorted().map((name) => [name, shortened(schemas[name] ?? null)]),
  );
  for (const field of ['source', 'subtag']) {
    asObject(asObject(short['Order'])['properties'])[field] = { type: 'string', nullable: true };
  }
  // Refusals carry more than the schema says, e.g. the buying power: open.
  delete asObject(short['Error'])['additionalProperties'];
  delete asObject(short['ErrorResponse'])['additionalProperties'];
  return {
    source:
      'https://github.com/alpacahq/alpaca-mcp-server, June 2026 (MIT); see extract-openapi.ts',
    operations: kept,
    components: { schemas: short },
  };
}

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('Give the path of the full OpenAPI document');
const document: Json = JSON.parse(readFileSync(path, 'utf8'));
const target = new URL('openapi-extract.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(extract(asObject(document)), null, 2)}\n`);
