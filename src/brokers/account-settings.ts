import type { z } from 'zod';
import { explainIssues, pathText } from '../config/issues.ts';

/** An account's section does not fit its broker's schema. The message names each place and what belongs there. */
class AccountSettingsError extends Error {
  override readonly name = 'AccountSettingsError';
  readonly code = 'account_settings';
}

/**
 * Parses the section of an account for its broker. The configuration has checked it by then; whoever opens
 * an account in another way is told as well as there, and without what stands there, which may be secret.
 * @throws AccountSettingsError
 */
export function parseAccountSettings<S extends z.ZodType>(
  broker: string,
  account: string,
  schema: S,
  section: Readonly<Record<string, unknown>>,
): z.output<S> {
  const parsed = schema.safeParse(section);
  if (parsed.success) return parsed.data;
  const at = ['accounts', account, broker];
  const problems = explainIssues(parsed.error.issues, schema, section, { showFound: false, at });
  throw new AccountSettingsError(
    problems.map(({ path, message }) => `${pathText(path)}: ${message}`).join('; '),
  );
}
