import { z } from 'zod';
import { portfoliosSchema } from './portfolios-schema.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The JSON Schema of portfolios.yaml, for editors; generated from the schemas that read it.
 * docs/portfolios.schema.json is this; the test that compares them writes it with `--update`.
 * @param brokerSchemas the brokers' own schemas of their sections, by broker.
 */
export function configJsonSchema(
  brokerSchemas: Readonly<Record<string, z.ZodType>> = {},
): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(portfoliosSchema, {
    io: 'input',
    override: ({ jsonSchema, path }) => {
      const broker = path.at(-2) === 'properties' ? brokerSchemas[String(path.at(-1))] : undefined;
      if (broker !== undefined) replaceWith(jsonSchema, brokerSection(broker));
      if (jsonSchema['mayBeNumber'] !== true) return;
      delete jsonSchema['mayBeNumber'];
      allowNumber(jsonSchema);
    },
  });
  return {
    $schema,
    title: 'Evenkeel: portfolios.yaml',
    description: 'Accounts, what they should hold, who decides, and who the people are.',
    ...rest,
  };
}

/** Brokers read every number as text, so that a bare number is as good. */
function brokerSection(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...section } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema, path }) => {
      // A text, or what `${NAME}` becomes: in the file it is a text.
      if (jsonSchema.anyOf?.some((option) => Object.keys(option).length === 0) === true) {
        replaceWith(jsonSchema, { type: 'string' });
        return;
      }
      const isKey = path.at(-1) === 'propertyNames';
      if (jsonSchema.type === 'string' && jsonSchema.enum === undefined && !isKey) {
        allowNumber(jsonSchema);
      }
    },
  });
  return section;
}

/** Editors read 30 as a number; we read it as the text it is written as. */
function allowNumber(jsonSchema: JsonSchema): void {
  Object.assign(jsonSchema, { type: ['string', 'number'] });
}

function replaceWith(target: JsonSchema, source: JsonSchema): void {
  for (const key of Object.keys(target)) delete target[key];
  Object.assign(target, source);
}
