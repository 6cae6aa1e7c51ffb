/**
 * A whole string, or a number where a value stands. Strings are matched so that no number within one is taken
 * for a value; one that never ends is matched to the end of the text, so that no text makes the search slow.
 */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\[^][^"\\]*)*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\s*:)/g;

/** What a number may look like in JSON (RFC 8259); what looks otherwise is left for the parser to refuse. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Parses JSON with every number as the text that was written, so that no price passes through a binary
 * float. Numbers are put in quotes first: a reviver, which is called for each value, takes twice as long.
 * @returns undefined for what is no JSON, or nested so deep that nothing can read it.
 */
export function parseExactJson(text: string): unknown {
  const quoted = text.replace(STRING_OR_NUMBER, (found) =>
    found.startsWith('"') || !JSON_NUMBER.test(found) ? found : `"${found}"`,
  );
  try {
    return JSON.parse(quoted);
  } catch (error) {
    // Brackets in brackets in brackets are a RangeError: the stack has an end.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
