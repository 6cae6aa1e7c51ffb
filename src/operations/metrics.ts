import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../ports/clock.ts';
import type { Observer } from '../ports/observer.ts';
import type { Statistics } from '../ports/store.ts';

/** What Prometheus reads. */
export interface Metrics {
  readonly observer: Observer;
  readonly contentType: string;
  /** The exposition as text; what is counted in the database is read for it now. */
  expose(): Promise<string>;
}

/** What is asked at every reading. */
export interface MetricsSources {
  readonly clock: Pick<Clock, 'now'>;
  statistics(): Promise<Statistics>;
  /** When connected logins end, by broker and person. */
  loginEnds(): Promise<
    readonly {
      readonly broker: string;
      readonly person: string;
      readonly endsAt: Temporal.Instant;
    }[]
  >;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10];

/**
 * Counts what happens in this process and reads what the database counts. Names follow Prometheus:
 * base units, `_total` for what only rises. Account names and people's names of logins are labels; symbols,
 * quantities and money are not.
 */
export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry();
  const acknowledgement = new Histogram({
    name: 'evenkeel_acknowledgement_seconds',
    help: 'From the arrival of an interaction to its acknowledgement, by chat platform',
    labelNames: ['platform'],
    buckets: SECONDS,
    registers: [registry],
  });
  const brokerCall = new Histogram({
    name: 'evenkeel_broker_call_seconds',
    help: 'How long a broker took to answer, by broker and operation',
    labelNames: ['broker', 'operation'],
    buckets: SECONDS,
    registers: [registry],
  });
  const brokerCalls = new Counter({
    name: 'evenkeel_broker_calls_total',
    help: 'Questions to brokers by outcome: ok, rejected, unknown, or an error code',
    labelNames: ['broker', 'operation', 'outcome'],
    registers: [registry],
  });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge<Label>({ name, help, labelNames: [...labelNames], registers: [registry] });
  const proposals = gauge('evenkeel_proposals', 'Proposals by status', ['status']);
  const orders = gauge('evenkeel_orders', 'Orders by status', ['status']);
  const fills = gauge('evenkeel_fills', 'Fills on record', []);
  const halts = gauge('evenkeel_halts', 'Halts in force', []);
  const auditRows = gauge('evenkeel_audit_rows', 'Rows of the audit log', []);
  const queue = gauge(
    'evenkeel_deliveries_behind',
    'Copies of messages that a chat does not show yet',
    ['platform'],
  );
  const waiting = gauge(
    'evenkeel_broker_calls_waiting',
    'Questions to brokers that wait for their turn or for the answer',
    ['broker'],
  );
  const runway = gauge(
    'evenkeel_login_runway_seconds',
    'How long until a person must log in at a broker again',
    ['broker', 'person'],
  );
  return {
    contentType: registry.contentType,
    observer: {
      acknowledged(platform, milliseconds) {
        acknowledgement.observe({ platform }, milliseconds / 1000);
      },
      brokerAsked(broker) {
        waiting.inc({ broker });
      },
      brokerCalled(broker, operation, outcome, milliseconds) {
        waiting.dec({ broker });
        brokerCall.observe({ broker, operation }, milliseconds / 1000);
        brokerCalls.inc({ broker, operation, outcome });
      },
    },
    async expose() {
      const [counts, ends] = await Promise.all([sources.statistics(), sources.loginEnds()]);
      setAll(proposals, 'status', counts.proposals);
      setAll(orders, 'status', counts.orders);
      setAll(queue, 'platform', counts.deliveries);
      fills.set(counts.fills);
      halts.set(counts.halts);
      auditRows.set(counts.auditRows);
      runway.reset();
      const now = sources.clock.now();
      for (const { broker, person, endsAt } of ends) {
        runway.set({ broker, person }, now.until(endsAt).total('seconds'));
      }
      return registry.metrics();
    },
  };
}

function setAll<Label extends string>(
  gauge: Gauge<Label>,
  label: Label,
  values: Readonly<Record<string, number>>,
): void {
  gauge.reset();
  for (const [value, count] of Object.entries(values)) {
    const labels: Partial<Record<Label, string>> = {};
    labels[label] = value;
    gauge.set(labels, count);
  }
}
