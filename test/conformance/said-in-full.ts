import { z } from 'zod';

const alternativesSchema = z.looseObject({
  oneOf: z.array(z.unknown()),
  discriminator: z.object({
    propertyName: z.string(),
    mapping: z.record(z.string(), z.string()),
  }),
});

/**
 * An OpenAPI document whose discriminators are also said in JSON Schema. Prism's validator does not read
 * them, and without them Schwab's alternatives cannot be told apart: an account fits both kinds of account,
 * and so never "exactly one" (docs/adr/0014-conformance-through-prism.md). A stream of events is text: the
 * document gives the list of what is in it, which OpenAPI 3.0 cannot say of a stream, as it says itself; the
 * fake holds each event to that.
 */
export function saidInFull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(saidInFull);
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === 'text/event-stream' ? { schema: { type: 'string' } } : saidInFull(each),
    ]),
  );
  const alternatives = alternativesSchema.safeParse(inner);
  if (!alternatives.success) return inner;
  const { discriminator, ...rest } = alternatives.data;
  const { propertyName, mapping } = discriminator;
  return {
    ...rest,
    oneOf: Object.entries(mapping).map(([tag, target]) => ({
      allOf: [
        { $ref: target },
        {
          type: 'object',
          required: [propertyName],
          properties: { [propertyName]: { type: 'string', enum: [tag] } },
        },
      ],
    })),
  };
}
