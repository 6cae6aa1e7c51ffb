import { canonicalDigest } from '../core/canonical-json.ts';
import type { Config } from './config.ts';

/**
 * SHA-256 over what the record should know about a configuration: who may do what, with which
 * accounts, under which rules, on which platforms. Secrets print as `[secret]`, so that changing one
 * changes nothing here; nor do ports, paths and log levels.
 */
export function digestConfig(
  config: Pick<
    Config,
    'accounts' | 'people' | 'limits' | 'tradingMode' | 'slack' | 'discord' | 'auditKey'
  >,
): string {
  const facts = {
    accounts: config.accounts,
    people: config.people,
    limits: config.limits,
    tradingMode: config.tradingMode,
    slack: config.slack !== null,
    discord: config.discord !== null,
    auditKey: config.auditKey !== null,
  };
  // Decimals, durations and secrets say what they are as JSON text.
  const plain: unknown = JSON.parse(JSON.stringify(facts));
  return canonicalDigest(plain);
}
