import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import extract from './spec-extract.json' with { type: 'json' };

/** An operation of Schwab's document: method and path template. */
export type OperationName = keyof typeof extract.operations;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const document: JsonObject = structuredClone({
  operations: extract.operations,
  components: extract.components,
});

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/**
 * The same schema, which also refuses properties that it does not name: said wherever a schema is
 * referred to, but not where it is a part of another.
 */
function closed(value: Json, isPart = false): Json {
  if (Array.isArray(value)) return value.map((inner) => closed(inner, isPart));
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, closed(part, partial.includes(key))]),
  );
  return '$ref' in value && !isPart ? { ...inner, unevaluatedProperties: false } : inner;
}

const partial = ['allOf', 'then'];

function createValidator(schema: Json): (pointer: string) => ValidateFunction {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: false,
    formats: {
      // Schwab writes +0000 where RFC 3339 writes +00:00; validators of OpenAPI take both.
      'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/,
      double: true,
      long: true,
      int32: { type: 'number', validate: (value: number) => Math.abs(value) < 2 ** 31 },
      int64: true,
    },
  });
  ajv.addSchema(asObject(schema), 'schwab');
  return (pointer) => ajv.compile({ $ref: `schwab#${pointer}` });
}

const lenient = once(() => createValidator(document));
const strict = once(() => createValidator(closed(document)));
const compiled = new Map<string, ValidateFunction>();

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

function errorsOf(key: string, make: () => ValidateFunction, data: unknown): readonly string[] {
  const validate = compiled.get(key) ?? make();
  compiled.set(key, validate);
  if (validate(data)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const extra =
      'unevaluatedProperty' in params ? ` (${String(params['unevaluatedProperty'])})` : '';
    return `${instancePath === '' ? 'The body' : instancePath} ${message ?? 'is wrong'}${extra}`;
  });
}

function pointerTo(operation: OperationName, ...rest: readonly string[]): string {
  const parts = ['operations', operation, ...rest];
  return parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function pointerInUri(pointer: string): string {
  return encodeURI(pointer);
}

/** What Schwab's document finds wrong with a request body; also every property that it does not name. */
export function requestErrors(operation: OperationName, body: unknown): readonly string[] {
  const pointer = pointerTo(operation, 'request');
  return errorsOf(`true ${pointer}`, () => strict()(pointerInUri(pointer)), body);
}

/**
 * What Schwab's document finds wrong with an answer. Statuses that it does not list at all (such as 429)
 * must have the body of its errors.
 * @param body the parsed JSON, undefined for an empty body
 * @param isClosed whether it may hold nothing that the document does not name
 */
export function answerErrors(
  operation: OperationName,
  status: number,
  body: unknown,
  isClosed = false,
): readonly string[] {
  const responses = asObject(asObject(asObject(document['operations'])[operation])['responses']);
  const listed = String(status) in responses;
  if (!listed && status < 400) return [`${operation} has no answer ${status}`];
  if (listed && responses[String(status)] === null) {
    return body === undefined ? [] : [`${operation} answers ${status} with an empty body`];
  }
  const pointer = listed
    ? pointerTo(operation, 'responses', String(status))
    : '/components/schemas/ServiceError';
  const validator = isClosed ? strict : lenient;
  return errorsOf(`${isClosed} ${pointer}`, () => validator()(pointerInUri(pointer)), body);
}

/** The query parameters of an operation. */
export function queryParameters(
  operation: OperationName,
): readonly { readonly name: string; readonly required: boolean }[] {
  return extract.operations[operation].query.map(({ name, required }) => ({ name, required }));
}

/** The statuses that an order can have. */
export const orderStatuses: readonly string[] = extract.components.schemas.apiOrderStatus.enum;

/** Every operation of the document. */
export function operationNames(): readonly string[] {
  return Object.keys(extract.operations);
}

const transactionTypes: readonly string[] = extract.components.schemas.TransactionType.enum;

export function isTransactionType(text: string): boolean {
  return transactionTypes.includes(text);
}
