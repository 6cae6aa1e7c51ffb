import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';
import { formError } from './form-errors.ts';
import type { FormError } from './form-errors.ts';
import extract from './openapi-extract.json' with { type: 'json' };

/** An operation of Discord's API that the fake serves: method and path template. */
export type OperationName = keyof typeof extract.operations;
export type SchemaName = keyof typeof extract.components.schemas;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

const document: JsonObject = structuredClone({
  operations: extract.operations,
  components: extract.components,
});

/** The values of `type` that a schema accepts, or null when it has no such tag. */
function tagsOf(schema: Json): Json[] | null {
  const name = asObject(schema)['$ref'];
  const target =
    typeof name === 'string'
      ? asObject(
          asObject(asObject(document['components'])['schemas'])[name.split('/').at(-1) ?? ''],
        )
      : {};
  const tags = asObject(asObject(target['properties'])['type'])['enum'];
  return Array.isArray(tags) ? tags : null;
}

/**
 * The same schema, arranged so that a body that breaks it gives the errors of the alternative that was
 * meant: a nullable thing as `if null, else`, and alternatives told apart by `type` as `if another type, else`.
 */
function arranged(value: Json): Json {
  if (Array.isArray(value)) return value.map(arranged);
  if (typeof value !== 'object' || value === null) return value;
  const { oneOf, anyOf, ...rest } = value;
  const given = oneOf ?? anyOf;
  const others = Object.fromEntries(
    Object.entries(rest).map(([key, inner]) => [key, arranged(inner)]),
  );
  if (!Array.isArray(given)) return others;
  const alternatives = given.filter((schema) => asObject(schema)['type'] !== 'null');
  const union = unionOf(alternatives, oneOf === undefined ? 'anyOf' : 'oneOf');
  const nullable = alternatives.length < given.length;
  return { ...others, ...(nullable ? { if: { type: 'null' }, else: union } : union) };
}

function unionOf(alternatives: Json[], keyword: 'oneOf' | 'anyOf'): JsonObject {
  const [only] = alternatives;
  if (alternatives.length === 1 && only !== undefined) return asObject(arranged(only));
  const tagged = alternatives.map((schema) => ({ schema, tags: tagsOf(schema) }));
  if (tagged.some(({ tags }) => tags === null)) return { [keyword]: alternatives.map(arranged) };
  return {
    type: 'object',
    required: ['type'],
    properties: { type: { enum: tagged.flatMap(({ tags }) => tags ?? []) } },
    allOf: tagged.map(({ schema, tags }) => ({
      if: { properties: { type: { not: { enum: tags } } } },
      else: schema,
    })),
  };
}

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true,
  strict: false,
  formats: {
    uri: (text: string) => URL.canParse(text),
    'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
    snowflake: (text: string) => BigInt(/^\d+$/.test(text) ? text : '-1') < 2n ** 64n,
    nonce: true,
    int53: true,
    int64: true,
    double: true,
    duration: true,
    password: true,
  },
});
ajv.addSchema({ $id: 'discord', ...asObject(arranged(document)) });

function validatorAt(pointer: string) {
  const validate = ajv.getSchema(`discord#/${pointer}`);
  if (validate === undefined) throw new Error(`The extract has no ${pointer}`);
  return validate;
}

function escapePointer(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** What is wrong with a body by one of the document's named schemas. */
export function schemaErrors(schema: SchemaName, body: unknown): FormError[] {
  const validate = validatorAt(`components/schemas/${schema}`);
  return validate(body) === true ? [] : toFormErrors(validate.errors ?? []);
}

/** What is wrong with a request's body. An operation that takes no body takes any. */
export function requestErrors(operation: OperationName, body: unknown): FormError[] {
  if (extract.operations[operation].request === null) return [];
  const validate = validatorAt(`operations/${escapePointer(operation)}/request`);
  return validate(body) === true ? [] : toFormErrors(validate.errors ?? []);
}

/** What is wrong with an answer of the fake itself, so that a test can hold the fake to the document. */
export function answerErrors(operation: OperationName, status: number, body: unknown): FormError[] {
  const responses: Readonly<Record<string, unknown>> = extract.operations[operation].responses;
  if (!(String(status) in responses)) {
    return [formError([], 'UNDOCUMENTED_STATUS', `${operation} does not answer ${status}`)];
  }
  if (responses[String(status)] === null) return [];
  const validate = validatorAt(`operations/${escapePointer(operation)}/responses/${status}`);
  return validate(body) === true ? [] : toFormErrors(validate.errors ?? []);
}

/**
 * Prepares what answers to interactions are held to. It takes a tenth of a second, which would otherwise
 * be counted as the first bot's time to acknowledge.
 */
export function prepareSchemas(): void {
  const callback = 'POST /interactions/{interaction_id}/{interaction_token}/callback';
  requestErrors(callback, {});
  answerErrors(callback, 200, {});
  const schemas = ['IncomingWebhookInteractionRequest', 'IncomingWebhookRequestPartial'] as const;
  for (const schema of [...schemas, 'MessageCreateRequest', 'MessageResponse'] as const) {
    schemaErrors(schema, {});
  }
}

export function operationNames(): OperationName[] {
  return Object.keys(extract.operations).filter(isOperationName);
}

function isOperationName(name: string): name is OperationName {
  return name in extract.operations;
}

function toFormErrors(errors: readonly ErrorObject[]): FormError[] {
  // These only repeat that what they hold has failed.
  const summaries = new Set(['if', 'anyOf', 'oneOf']);
  const details = errors.filter(({ keyword }) => !summaries.has(keyword));
  const found = (details.length > 0 ? details : errors).map(toFormError);
  return [...new Map(found.map((error) => [JSON.stringify(error), error])).values()];
}

function toFormError(error: ErrorObject): FormError {
  const path: (string | number)[] = error.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  const limit = String(error.params['limit']);
  const parent: Readonly<Record<string, unknown>> = error.parentSchema ?? {};
  switch (error.keyword) {
    case 'required':
      return formError(
        [...path, String(error.params['missingProperty'])],
        'BASE_TYPE_REQUIRED',
        'This field is required',
      );
    case 'maxLength':
    case 'minLength':
      return lengthError(path, parent['minLength'], parent['maxLength']);
    case 'maxItems':
    case 'minItems':
      return lengthError(path, parent['minItems'], parent['maxItems']);
    case 'maximum':
      return formError(
        path,
        'NUMBER_TYPE_MAX',
        `int value should be less than or equal to ${limit}.`,
      );
    case 'minimum':
      return formError(
        path,
        'NUMBER_TYPE_MIN',
        `int value should be greater than or equal to ${limit}.`,
      );
    case 'enum':
      return choiceError(path, error.params['allowedValues']);
    case 'pattern':
      return formError(
        path,
        'NUMBER_TYPE_COERCE',
        `Value "${String(error.data)}" is not snowflake.`,
      );
    case 'format':
      return formError(
        path,
        error.params['format'] === 'uri' ? 'URL_TYPE_INVALID_URL' : 'BASE_TYPE_BAD_FORMAT',
        error.params['format'] === 'uri' ? 'Not a well formed URL.' : (error.message ?? ''),
      );
    case 'uniqueItems':
      return formError(
        path,
        'SET_TYPE_ALREADY_CONTAINS_VALUE',
        'The Set already contains this value',
      );
    case 'type':
      return typeError(path, error.params['type'], error.data);
    default:
      return formError(
        path,
        `SCHEMA_${error.keyword.toUpperCase()}`,
        error.message ?? 'is invalid',
      );
  }
}

function lengthError(path: FormError['path'], minimum: unknown, maximum: unknown): FormError {
  return typeof minimum === 'number' && minimum > 0
    ? formError(
        path,
        'BASE_TYPE_BAD_LENGTH',
        `Must be between ${minimum} and ${String(maximum)} in length.`,
      )
    : formError(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${String(maximum)} or fewer in length.`);
}

function choiceError(path: FormError['path'], allowed: unknown): FormError {
  const values = Array.isArray(allowed) ? allowed.map(String).join(', ') : '';
  return path.at(-1) === 'type'
    ? formError(path, 'UNION_TYPE_CHOICES', `Value of field "type" must be one of (${values}).`)
    : formError(path, 'BASE_TYPE_CHOICES', `Value must be one of {${values}}.`);
}

function typeError(path: FormError['path'], expected: unknown, data: unknown): FormError {
  const wanted = Array.isArray(expected) ? expected.find((type) => type !== 'null') : expected;
  switch (wanted) {
    case 'integer':
    case 'number':
      return formError(path, 'NUMBER_TYPE_COERCE', `Value "${JSON.stringify(data)}" is not int.`);
    case 'string':
      return formError(
        path,
        'STRING_TYPE_CONVERT',
        `Could not interpret "${JSON.stringify(data)}" as string.`,
      );
    case 'boolean':
      return formError(path, 'BOOLEAN_TYPE_CONVERT', 'Must be either true or false.');
    case 'array':
      return formError(path, 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType');
    default:
      return formError(path, 'MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
  }
}
