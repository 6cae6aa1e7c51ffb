import type { IncomingMessage } from 'node:http';
import type { Upload } from './api.ts';
import { refusals } from './form-errors.ts';

/** Default upload limit of a guild without boosts; also `attachment_size_limit` of interactions. */
export const attachmentBytes = 10 * 1024 * 1024;
const requestBytes = 25 * 1024 * 1024;

export async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/**
 * A request's body and files, from JSON or multipart.
 * @throws {DiscordRefusal} when it is too large, malformed or of another type
 */
export async function parseBody(
  contentType: string,
  raw: Buffer,
): Promise<{ body: unknown; files: Upload[] }> {
  if (raw.length > requestBytes) throw refusals.tooLarge();
  if (raw.length === 0) return { body: undefined, files: [] };
  if (contentType.startsWith('application/json')) {
    return { body: parseJson(raw.toString('utf8')), files: [] };
  }
  if (contentType.startsWith('multipart/form-data')) return parseForm(contentType, raw);
  throw refusals.invalidForm([
    {
      path: ['_misc'],
      code: 'CONTENT_TYPE_INVALID',
      message:
        'Expected "Content-Type" header to be one of {application/json, multipart/form-data}.',
    },
  ]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw refusals.invalidJson();
    throw error;
  }
}

/** https://docs.discord.com/developers/reference#uploading-files: payload_json and files[n]. */
async function parseForm(
  contentType: string,
  raw: Buffer,
): Promise<{ body: unknown; files: Upload[] }> {
  const form = await new Response(new Uint8Array(raw), {
    headers: { 'content-type': contentType },
  }).formData();
  const files: Upload[] = [];
  let body: unknown = {};
  for (const [name, value] of form) {
    if (typeof value === 'string') {
      if (name === 'payload_json') body = parseJson(value);
      continue;
    }
    const index = /^files\[(\d+)\]$/.exec(name)?.[1];
    if (index === undefined) continue;
    const data = Buffer.from(await value.arrayBuffer());
    if (data.length > attachmentBytes) throw refusals.tooLarge();
    const type = value.type === '' ? 'application/octet-stream' : value.type;
    files.push({ index: Number(index), name: value.name, contentType: type, data });
  }
  return { body, files };
}
