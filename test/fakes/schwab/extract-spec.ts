/**
 * Makes spec-extract.json: the operations of Schwab's Trader API with the schemas they reach, cut out of
 * the OpenAPI document of Schwab's developer portal (https://developer.schwab.com, Trader API, Individual,
 * Accounts and Trading, version 1.0.0), with three repairs: `AccountsBaseInstrument` requires only
 * `assetType`, `AccountsInstrument` is that base, and the paths carry `/trader/v1`.
 * Run it again when Schwab's document moves on:
 *
 *     npm run schwab-openapi -- path/to/openapi.json && npx oxfmt test/fakes/schwab
 */
import { readFileSync, writeFileSync } from 'node:fs';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/**
 * Alternatives that a discriminator tells apart, as JSON Schema can say it: bare, Schwab's `oneOf` fits
 * nothing, because none of its alternatives requires or forbids anything.
 */
function discriminated(tag: string, mapping: JsonObject): JsonObject {
  return {
    type: 'object',
    required: [tag],
    properties: { [tag]: { enum: Object.keys(mapping) } },
    allOf: Object.entries(mapping).map(([value, target]) => ({
      if: { properties: { [tag]: { const: value } } },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { $ref: target },
    })),
  };
}

function shortened(value: Json): Json {
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  const { discriminator, oneOf, ...rest } = value;
  const { propertyName, mapping } = asObject(discriminator);
  if (oneOf !== undefined && typeof propertyName === 'string') {
    return discriminated(propertyName, asObject(mapping));
  }
  const { required, properties } = rest;
  if (Array.isArray(required) && typeof properties === 'object') {
    // The base of transactions' instruments requires a name that it does not list.
    const named = required.filter((name) => typeof name === 'string').map((name) => [name, {}]);
    rest['properties'] = { ...Object.fromEntries(named), ...asObject(properties) };
  }
  return Object.fromEntries(
    Object.entries(rest)
      .filter(([key, inner]) => key !== 'xml' && !(key === 'description' && isText(inner)))
      .map(([key, inner]) => [key, shortened(inner)]),
  );
}

function isText(value: Json): boolean {
  return typeof value === 'string';
}

function schemaOf(holder: Json | undefined): Json {
  return asObject(asObject(asObject(holder)['content'])['application/json'])['schema'] ?? null;
}

function extract(document: JsonObject): JsonObject {
  const components = asObject(document['components']);
  const shared = asObject(components['responses']);
  const responseSchema = (response: Json): Json => {
    const reference = asObject(response)['$ref'];
    return schemaOf(
      typeof reference === 'string' ? shared[reference.split('/').at(-1) ?? ''] : response,
    );
  };
  const operations: JsonObject = {};
  for (const [path, methods] of Object.entries(asObject(document['paths']))) {
    for (const [method, operation] of Object.entries(asObject(methods))) {
      const { parameters, requestBody, responses } = asObject(operation);
      operations[`${method.toUpperCase()} ${path}`] = shortened({
        query: (Array.isArray(parameters) ? parameters : [])
          .map(asObject)
          .filter((parameter) => parameter['in'] === 'query')
          .map(({ name, required, schema }) => ({
            name: name ?? null,
            required: required ?? false,
            schema: schema ?? null,
          })),
        request: schemaOf(requestBody),
        responses: Object.fromEntries(
          Object.entries(asObject(responses)).map(([status, response]): [string, Json] => [
            status,
            responseSchema(response),
          ]),
        ),
      });
    }
  }
  return {
    source: 'https://developer.schwab.com, Trader API 1.0.0, May 2024; see extract-spec.ts',
    operations,
    components: { schemas: shortened(components['schemas'] ?? {}) },
  };
}

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('Give the path of the full OpenAPI document');
const document: Json = JSON.parse(readFileSync(path, 'utf8'));
const target = new URL('spec-extract.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(extract(asObject(document)), null, 2)}\n`);
