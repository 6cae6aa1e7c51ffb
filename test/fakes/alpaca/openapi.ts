import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import extract from './openapi-extract.json' with { type: 'json' };

/** An operation of the Trading API that the fake serves: method and path template. */
export type OperationName = keyof typeof extract.operations;

const ajv = new Ajv({
  allErrors: true,
  strict: false,
  // Query strings carry text: `limit=5` is the integer 5, `a,b` a list.
  coerceTypes: false,
  formats: {
    'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
    date: /^\d{4}-\d{2}-\d{2}$/,
    decimal: /^-?\d+(\.\d+)?$/,
    ulid: /^[0-9A-HJKMNP-TV-Z]{26}$/,
    uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  },
});
ajv.addSchema({ $id: 'alpaca', ...extract });

/** Where a body, a query or an answer breaks Alpaca's document, in words; empty when it does not. */
export type SchemaErrors = readonly string[];

function errorsOf(pointer: string, value: unknown): SchemaErrors {
  const validate = ajv.getSchema(`alpaca#/${pointer}`);
  if (validate === undefined) throw new Error(`The extract has no ${pointer}`);
  return validate(value) === true ? [] : (validate.errors ?? []).map(inWords);
}

function pointerTo(operation: OperationName): string {
  const step = operation.replaceAll('~', '~0').replaceAll('/', '~1');
  return `operations/${encodeURIComponent(step)}`;
}

/** What is wrong with a request's body. An operation that takes no body takes any. */
export function requestErrors(operation: OperationName, body: unknown): SchemaErrors {
  if (extract.operations[operation].request === null) return [];
  return errorsOf(`${pointerTo(operation)}/request`, body);
}

/** What is wrong with a request's query. */
export function queryErrors(operation: OperationName, query: URLSearchParams): SchemaErrors {
  const { properties } = extract.operations[operation].query;
  const typed = Object.fromEntries(
    [...query].map(([name, text]) => [name, typedValue(properties, name, text)]),
  );
  return errorsOf(`${pointerTo(operation)}/query`, typed);
}

/** What is wrong with an answer of the fake itself, so that the fake is held to the document. */
export function answerErrors(
  operation: OperationName,
  status: number,
  body: unknown,
): SchemaErrors {
  if (status >= 400) {
    const shape = isObject(body) && 'code' in body ? 'Error' : 'ErrorResponse';
    return errorsOf(`components/schemas/${shape}`, body);
  }
  const responses: Readonly<Record<string, unknown>> = extract.operations[operation].responses;
  if (!(String(status) in responses)) return [`${operation} does not answer ${status}`];
  if (responses[String(status)] === null) return [];
  return errorsOf(`${pointerTo(operation)}/responses/${status}`, body);
}

/** What is wrong with an order as the account stream sends it. */
export function orderErrors(order: unknown): SchemaErrors {
  return errorsOf('components/schemas/Order', order);
}

export function isOperation(name: string): name is OperationName {
  return name in extract.operations;
}

/** Text of a query as the type that the document gives the parameter. */
function typedValue(properties: object, name: string, text: string): unknown {
  const schema: unknown = Object.entries(properties).find(([property]) => property === name)?.[1];
  const type = isObject(schema) ? schema['type'] : undefined;
  if (type === 'integer') return /^-?\d+$/.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (type === 'array') return text.split(',');
  return text;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function inWords(error: ErrorObject): string {
  const where = error.instancePath.slice(1).replaceAll('/', '.');
  const details = Object.values(error.params).map(String).join(', ');
  return `${where === '' ? 'it' : where} ${error.message ?? 'is wrong'} (${details})`;
}
