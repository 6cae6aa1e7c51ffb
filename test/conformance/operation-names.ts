import { z } from 'zod';

const documentSchema = z.object({ paths: z.record(z.string(), z.unknown()) });

/**
 * Tells the operation that a call is of.
 * @returns `GET /v2/orders/{order_id}`; the path itself where the document has none that fits.
 */
export function operationNames(document: unknown): (method: string, path: string) => string {
  const { paths } = documentSchema.parse(document);
  const templates = Object.keys(paths)
    // What is written out comes before what a parameter takes as well.
    .toSorted((a, b) => a.split('{').length - b.split('{').length)
    .map((template) => ({
      template,
      pattern: new RegExp(`^${template.replaceAll(/\{[^}]+\}/gu, '[^/]+')}$`, 'u'),
    }));
  return (method, path) =>
    `${method} ${templates.find(({ pattern }) => pattern.test(path))?.template ?? path}`;
}
