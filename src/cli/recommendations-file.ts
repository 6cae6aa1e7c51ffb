import { explainIssues, pathText } from '../config/issues.ts';
import { recommendationsSchema } from '../core/recommendation.ts';
import type { Recommendation } from '../core/recommendation.ts';

export type RecommendationsFile =
  | { readonly type: 'read'; readonly recommendations: readonly Recommendation[] }
  | { readonly type: 'invalid'; readonly problems: readonly string[] };

/** Reads a JSON file of recommendations; says where it is wrong and what was expected. */
export function recommendationsFromJson(text: string): RecommendationsFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    return { type: 'invalid', problems: [`this is not JSON: ${reason}`] };
  }
  const result = recommendationsSchema.safeParse(value);
  if (result.success) return { type: 'read', recommendations: result.data };
  const problems = explainIssues(result.error.issues, recommendationsSchema, value, {
    showFound: true,
  });
  return { type: 'invalid', problems: problems.map(({ path, message }) => where(path) + message) };
}

/** `recommendation 2, action: `; entries are counted as people count. */
function where([index, ...inner]: readonly (string | number)[]): string {
  if (typeof index !== 'number') return '';
  return `${[`recommendation ${index + 1}`, ...(inner.length > 0 ? [pathText(inner)] : [])].join(', ')}: `;
}
