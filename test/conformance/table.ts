import type { Call } from './relay.ts';

/** How often each operation was called, with which answers, and what was wrong. */
export function conformanceTable(
  broker: string,
  calls: readonly Call[],
  nameOf: (method: string, path: string) => string,
): string {
  const byOperation = Map.groupBy(calls, ({ method, path }) => nameOf(method, path));
  const lines = [...byOperation]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([operation, of]) => {
      const statuses = [...new Set(of.map(({ status }) => status))].toSorted((a, b) => a - b);
      const violations = of.flatMap((call) => call.violations);
      return [
        [
          `  ${operation}`.padEnd(58),
          String(of.length).padStart(5),
          statuses.join(' ').padStart(10),
          String(violations.length).padStart(10),
        ].join(' '),
        ...[...new Set(violations)].map((violation) => `      ${violation}`),
      ];
    });
  const head = [broker.padEnd(58), 'calls'.padStart(5), 'answers'.padStart(10), 'violations'].join(
    ' ',
  );
  return [head, ...lines, ''].join('\n');
}
