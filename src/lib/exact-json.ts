/** What a reviver is told of a number, by V8 and the standard; the types of it lag behind. */
interface RevivedFrom {
  /** The text as it stands in the JSON. */
  readonly source?: string;
}

/**
 * Parses JSON with every number as the text that was written, so that no price passes through a binary
 * float (https://tc39.es/proposal-json-parse-with-source/).
 * @returns undefined for what is no JSON.
 */
export function parseExactJson(text: string): unknown {
  const keepNumbers = (_key: string, value: unknown, from?: RevivedFrom): unknown =>
    typeof value === 'number' ? (from?.source ?? String(value)) : value;
  try {
    return JSON.parse(text, keepNumbers);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
