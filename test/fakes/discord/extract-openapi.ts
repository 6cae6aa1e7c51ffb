/**
 * Makes openapi-extract.json: the operations that the fake serves, and the schemas they reach, cut out
 * of Discord's official OpenAPI document.
 *
 * Source: https://github.com/discord/discord-api-spec (specs/openapi.json), MIT licence, July 2026.
 * Run it again when Discord's document moves on:
 *
 *     npm run discord-openapi -- path/to/openapi.json && npx oxfmt test/fakes/discord
 */
import { readFileSync, writeFileSync } from 'node:fs';

const operations = [
  'GET /gateway',
  'GET /gateway/bot',
  'GET /users/@me',
  'GET /users/@me/guilds',
  'POST /users/@me/channels',
  'GET /users/{user_id}',
  'GET /applications/@me',
  'GET /oauth2/applications/@me',
  'GET /applications/{application_id}/commands',
  'PUT /applications/{application_id}/commands',
  'GET /applications/{application_id}/guilds/{guild_id}/commands',
  'PUT /applications/{application_id}/guilds/{guild_id}/commands',
  'POST /applications/{application_id}/guilds/{guild_id}/commands',
  'GET /applications/{application_id}/guilds/{guild_id}/commands/{command_id}',
  'PATCH /applications/{application_id}/guilds/{guild_id}/commands/{command_id}',
  'DELETE /applications/{application_id}/guilds/{guild_id}/commands/{command_id}',
  'GET /guilds/{guild_id}',
  'GET /guilds/{guild_id}/channels',
  'GET /guilds/{guild_id}/roles',
  'GET /guilds/{guild_id}/members',
  'GET /guilds/{guild_id}/members/{user_id}',
  'GET /channels/{channel_id}',
  'POST /channels/{channel_id}/typing',
  'GET /channels/{channel_id}/messages',
  'POST /channels/{channel_id}/messages',
  'GET /channels/{channel_id}/messages/{message_id}',
  'PATCH /channels/{channel_id}/messages/{message_id}',
  'DELETE /channels/{channel_id}/messages/{message_id}',
  'POST /channels/{channel_id}/messages/{message_id}/threads',
  'POST /interactions/{interaction_id}/{interaction_token}/callback',
  'POST /webhooks/{webhook_id}/{webhook_token}',
  'GET /webhooks/{webhook_id}/{webhook_token}/messages/@original',
  'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original',
  'DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original',
  'GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}',
  'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}',
  'DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}',
];

/** What the gateway carries has no operation of its own, but some of it has a schema. */
const extraSchemas = ['ErrorResponse', 'RatelimitedResponse'];

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/**
 * The same schema, shorter: no prose, a choice of constants as an `enum`, and neither the type that an
 * `enum` narrows nor the width of an integer. It accepts what the original accepts.
 */
function shortened(value: Json): Json {
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  const choices = Array.isArray(value['oneOf']) ? value['oneOf'].map(asObject) : [];
  if (choices.length > 0 && choices.every((choice) => 'const' in choice)) {
    return { type: value['type'] ?? null, enum: choices.map((choice) => choice['const'] ?? null) };
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => {
        if (key === 'allOf') return !('enum' in value);
        if (key === 'format') return inner !== 'int32';
        return !(typeof inner === 'string' && ['description', 'title'].includes(key));
      })
      .map(([key, inner]) => [key, shortened(inner)]),
  );
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
  return asObject(asObject(asObject(holder)['content'])['application/json'])['schema'] ?? null;
}

function extract(document: JsonObject): JsonObject {
  const paths = asObject(document['paths']);
  const schemas = asObject(asObject(document['components'])['schemas']);
  const kept: JsonObject = {};
  for (const name of operations) {
    const [method = '', path = ''] = name.split(' ');
    const operation = asObject(asObject(paths[path])[method.toLowerCase()]);
    if (operation['operationId'] === undefined) throw new Error(`The document has no ${name}`);
    const responses = Object.entries(asObject(operation['responses']))
      .filter(([status]) => status.startsWith('2'))
      .map(([status, response]): [string, Json] => [status, jsonSchemaOf(response)]);
    kept[name] = shortened({
      request: jsonSchemaOf(operation['requestBody']),
      responses: Object.fromEntries(responses),
    });
  }
  const reached = new Set(extraSchemas);
  schemaNamesIn(kept, reached);
  // A Set may grow while it is walked: what a schema refers to is visited too.
  for (const name of reached) schemaNamesIn(shortened(schemas[name] ?? null), reached);
  return {
    source: 'https://github.com/discord/discord-api-spec, July 2026 (MIT); see extract-openapi.ts',
    operations: kept,
    components: {
      schemas: Object.fromEntries(
        [...reached].toSorted().map((name) => [name, shortened(schemas[name] ?? null)]),
      ),
    },
  };
}

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('Give the path of the full OpenAPI document');
const document: Json = JSON.parse(readFileSync(path, 'utf8'));
const target = new URL('openapi-extract.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(extract(asObject(document)), null, 2)}\n`);
