import type { IncomingMessage } from 'node:http';
import { isObject, parseJson } from '../json.ts';
import { refuse } from './method.ts';
import type { Arguments } from './method.ts';

/** Reading what came, as https://docs.slack.dev/apis/web-api/#basics lays it down. */

export interface ReadBody {
  readonly args: Arguments;
  /** Slack warns of JSON without a charset. */
  readonly warnings: readonly string[];
  readonly isJson: boolean;
}

export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** The arguments of a Web API call from its query and its body. */
export async function readArguments(
  request: IncomingMessage,
  bytes: Buffer,
  query: URLSearchParams,
): Promise<ReadBody> {
  const fromQuery = Object.fromEntries(query);
  const header = request.headers['content-type'] ?? '';
  const [type = ''] = header.split(';').map((part) => part.trim().toLowerCase());
  if (bytes.length === 0) return { args: fromQuery, warnings: [], isJson: false };
  switch (type) {
    case '':
      return refuse('missing_post_type');
    case 'application/x-www-form-urlencoded': {
      const form = Object.fromEntries(new URLSearchParams(bytes.toString('utf8')));
      return { args: { ...fromQuery, ...form }, warnings: [], isJson: false };
    }
    case 'multipart/form-data': {
      const form = await readMultipart(bytes, header);
      const texts = [...form].filter(([, value]) => typeof value === 'string');
      return { args: { ...fromQuery, ...Object.fromEntries(texts) }, warnings: [], isJson: false };
    }
    case 'application/json': {
      const parsed = parseJson(bytes.toString('utf8'));
      if (parsed === undefined) return refuse('invalid_json');
      if (!isObject(parsed)) return refuse('json_not_object');
      const warnings = /charset/i.test(header) ? [] : ['missing_charset'];
      return { args: { ...fromQuery, ...parsed }, warnings, isJson: true };
    }
    default:
      return refuse('invalid_post_type');
  }
}

export async function readMultipart(bytes: Buffer, contentType: string): Promise<FormData> {
  const body = new Uint8Array(bytes);
  return new Response(body, { headers: { 'content-type': contentType } }).formData();
}

/** File content comes raw or as the one file of a multipart form. */
export async function readFileContent(request: IncomingMessage, bytes: Buffer): Promise<Buffer> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return bytes;
  for (const [, value] of await readMultipart(bytes, type)) {
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer());
  }
  return Buffer.alloc(0);
}
