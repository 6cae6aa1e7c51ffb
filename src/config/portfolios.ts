import type { z } from 'zod';
import type { AccountSettings } from '../core/account.ts';
import type { Person } from '../core/person.ts';
import type { SharedLimits } from '../core/guardrail-settings.ts';
import { toAccount, toPerson } from './accounts.ts';
import { readBrokerSection } from './broker-section.ts';
import type { Lookup } from './broker-section.ts';
import { checkQuorums } from './check-quorums.ts';
import {
  checkAccount,
  checkApprovals,
  checkBrokerSections,
  checkPeople,
  checkTradingMode,
} from './checks.ts';
import { checkSameAccount } from './check-same-account.ts';
import type { ConfigProblem } from './config.ts';
import { toSharedLimits } from './guardrails.ts';
import { explainIssues, pathText } from './issues.ts';
import type { PathProblem } from './issues.ts';
import { portfoliosSchema } from './portfolios-schema.ts';
import type { Portfolios } from './portfolios-schema.ts';
import { readYaml } from './yaml-document.ts';

export interface PortfoliosSource {
  /** As problems should name it. */
  readonly file: string;
  readonly text: string;
}

/** What the environment has to do with accounts. */
export interface PortfoliosContext {
  readonly tradingMode: 'paper' | 'live';
  readonly lookup: Lookup;
  /** The brokers' own schemas of their sections, by broker; sections of others are not looked into. */
  readonly brokerSchemas: Readonly<Record<string, z.ZodType>>;
}

export type PortfoliosResult =
  | {
      readonly type: 'read';
      readonly accounts: readonly AccountSettings[];
      readonly people: readonly Person[];
      readonly limits: SharedLimits;
      readonly warnings: readonly string[];
    }
  | { readonly type: 'invalid'; readonly problems: readonly ConfigProblem[] };

/** Reads and checks the text of portfolios.yaml. Never throws for what is in it. */
export function readPortfolios(
  source: PortfoliosSource,
  context: PortfoliosContext,
): PortfoliosResult {
  const yaml = readYaml(source.text);
  if (yaml.type === 'malformed') {
    const problems = yaml.problems.map((problem) => ({ file: source.file, path: '', ...problem }));
    return { type: 'invalid', problems };
  }

  const invalid = (problems: readonly PathProblem[]): PortfoliosResult => ({
    type: 'invalid',
    problems: problems
      .map(({ path, message }) => ({
        file: source.file,
        ...yaml.locate(path),
        path: pathText(path),
        message,
      }))
      .toSorted((a, b) => a.line - b.line || a.column - b.column),
  });

  const parsed = portfoliosSchema.safeParse(yaml.value);
  if (!parsed.success) {
    return invalid(
      explainIssues(parsed.error.issues, portfoliosSchema, yaml.value, { showFound: true }),
    );
  }
  const { accounts, problems: sectionProblems } = readAccounts(parsed.data, context);
  const people = Object.entries(parsed.data.people).map(([id, entry]) => toPerson(id, entry));
  const accountNames = accounts.map((account) => account.name);
  const problems = [
    ...sectionProblems,
    ...accounts.flatMap((account) => checkTradingMode(account, context.tradingMode)),
    ...accounts.flatMap((account) => checkAccount(account)),
    ...checkSameAccount(accounts),
    ...checkPeople(people, accountNames),
  ];
  const approvals = accounts.flatMap((account) => {
    const ordinary = checkApprovals(account, people);
    // Without approvers enough for anything, what the rules lack is beside the point.
    return ordinary.problems.length > 0 ? [ordinary] : [ordinary, checkQuorums(account, people)];
  });
  problems.push(...approvals.flatMap((result) => result.problems));
  if (problems.length > 0) return invalid(problems);

  const unreachable = people
    .filter((person) => Object.keys(person.platformIds).length === 0)
    .map((person) => `${person.name} has no id on any platform and can do nothing.`);
  const warnings = [...approvals.flatMap((result) => result.warnings), ...unreachable];
  return { type: 'read', accounts, people, limits: toSharedLimits(parsed.data.limits), warnings };
}

function readAccounts(
  portfolios: Portfolios,
  context: PortfoliosContext,
): { readonly accounts: readonly AccountSettings[]; readonly problems: readonly PathProblem[] } {
  const problems: PathProblem[] = [];
  const accounts = Object.entries(portfolios.accounts).map(([name, entry]) => {
    problems.push(...checkBrokerSections(name, entry));
    const section = readBrokerSection(
      entry[entry.broker] ?? {},
      ['accounts', name, entry.broker],
      context.lookup,
      context.brokerSchemas[entry.broker],
    );
    problems.push(...section.problems);
    return toAccount(name, entry, section.settings);
  });
  return { accounts, problems };
}
