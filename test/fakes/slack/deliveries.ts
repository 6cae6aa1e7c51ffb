import { isObject } from './json.ts';
import type { JsonObject } from './json.ts';
import type { InteractionKind, SlackDelivery, SlackInteraction } from './observations.ts';
import { applyAcknowledgement } from './responses.ts';
import { encodeBody, postSigned } from './signed-http.ts';
import type { AppAnswer, Signing } from './signed-http.ts';
import { sendHalf, sendJson } from './socket-mode.ts';
import type { Connection, SocketHub } from './socket-mode.ts';
import type { Workspace } from './workspace.ts';

/**
 * Brings interactions to the app and its acknowledgements back.
 *
 * While no socket is open, commands and clicks are lost: the person sees `dispatch_failed` at once.
 * Events are tried again at once, after 1 and after 5 minutes, and so reach an app that is back by
 * then, marked as retries.
 */
export interface Deliveries {
  /** Resolves with the first outcome: acknowledged, or what the person is told instead. */
  deliver(kind: InteractionKind, payload: JsonObject, links?: Links): Promise<SlackInteraction>;
  /** Sends the same interaction once more, under the same id. */
  redeliver(interaction: SlackInteraction, plan?: DeliveryPlan): Promise<SlackInteraction>;
  /** What is to happen to the next delivery; several calls line up. */
  planNext(plan: DeliveryPlan): void;
  acknowledge(envelopeId: string, payload: unknown, connection: Connection): void;
}

export interface DeliveryPlan {
  /** Arrives twice: over two sockets where two are open, else twice over the same. */
  readonly twice?: boolean;
  /** Never reaches the app, and nobody notices before the deadline. */
  readonly lost?: boolean;
  /** The connection breaks right after the envelope, or in the middle of it. */
  readonly cut?: 'after_envelope' | 'mid_envelope';
  /** Over HTTP only. */
  readonly signing?: Signing;
}

interface Links {
  readonly triggerId?: string | null;
  readonly responseUrl?: string | null;
}

interface Pending {
  readonly interaction: SlackInteraction;
  /** When it left Slack for the first time. */
  startedAt: number;
  readonly cancelDeadlines: Set<() => void>;
  /** Everybody who waits for an outcome. */
  readonly waiting: Set<(interaction: SlackInteraction) => void>;
  attempt: number;
}

const retryDelays = [0, 60_000, 300_000];

export function createDeliveries(workspace: Workspace, hub: () => SocketHub): Deliveries {
  const pendings = new Map<string, Pending>();
  const plans: DeliveryPlan[] = [];
  const deadline = workspace.options.acknowledgementMilliseconds ?? 3000;

  async function send(
    pending: Pending,
    plan: DeliveryPlan,
    reason = '',
  ): Promise<SlackInteraction> {
    const settled = new Promise<SlackInteraction>((resolve) => {
      pending.waiting.add(resolve);
    });
    const url = workspace.requestUrl;
    if (plan.lost) lose(pending, reason, url === null ? 'socket' : 'http');
    else if (url === null) sendOverSocket(pending, plan, reason);
    else {
      const copies = plan.twice ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) void sendOverHttp(pending, plan, reason, url);
    }
    return settled;
  }

  function record(
    pending: Pending,
    reason: string,
    fields: Pick<SlackDelivery, 'transport' | 'connection' | 'sent'>,
  ): SlackDelivery {
    const delivery: SlackDelivery = {
      ...fields,
      retryAttempt: pending.attempt,
      retryReason: reason,
      status: null,
    };
    pending.interaction.deliveries.push(delivery);
    workspace.changed();
    return delivery;
  }

  function lose(pending: Pending, reason: string, transport: SlackDelivery['transport']): void {
    record(pending, reason, { transport, connection: null, sent: true });
    const retryReason = transport === 'http' ? 'http_timeout' : 'timeout';
    startDeadline(pending, () => fail(pending, 'operation_timeout', retryReason));
  }

  function sendOverSocket(pending: Pending, plan: DeliveryPlan, reason: string): void {
    const first = hub().next();
    if (first === null) {
      record(pending, reason, { transport: 'socket', connection: null, sent: false });
      return fail(pending, 'dispatch_failed', 'timeout');
    }
    const envelope = envelopeOf(pending, reason);
    const second =
      hub()
        .all()
        .find((each) => each !== first) ?? first;
    for (const connection of plan.twice ? [first, second] : [first]) {
      record(pending, reason, { transport: 'socket', connection: connection.number, sent: true });
      if (plan.cut === 'mid_envelope') sendHalf(connection, envelope);
      else if (plan.cut === 'after_envelope') {
        connection.socket.send(JSON.stringify(envelope), () => connection.raw.destroy());
      } else sendJson(connection, envelope);
    }
    startDeadline(pending, () => fail(pending, 'operation_timeout', 'timeout'));
  }

  async function sendOverHttp(
    pending: Pending,
    plan: DeliveryPlan,
    reason: string,
    url: string,
  ): Promise<void> {
    const { kind, payload } = pending.interaction;
    const delivery = record(pending, reason, { transport: 'http', connection: null, sent: true });
    const abort = new AbortController();
    const stop = startDeadline(pending, () => abort.abort());
    let answer: AppAnswer;
    try {
      answer = await postSigned(workspace, url, encodeBody(kind, payload), {
        signing: plan.signing ?? 'valid',
        retryAttempt: pending.attempt,
        retryReason: reason,
        signal: abort.signal,
        sent: () => {
          if (pending.attempt === 0) pending.startedAt = performance.now();
        },
      });
    } catch {
      stop();
      return abort.signal.aborted
        ? fail(pending, 'operation_timeout', 'http_timeout')
        : fail(pending, 'dispatch_failed', 'connection_failed');
    }
    stop();
    delivery.status = answer.status;
    if (answer.status === 200) return succeed(pending, answer.body);
    const error = answer.status >= 500 ? 'http_service_error' : 'http_client_error';
    fail(pending, error, 'http_error', answer.headers['x-slack-no-retry'] === '1');
  }

  function startDeadline(pending: Pending, expire: () => void): () => void {
    const cancel = workspace.clock.after(deadline, () => {
      pending.cancelDeadlines.delete(cancel);
      expire();
    });
    pending.cancelDeadlines.add(cancel);
    return () => {
      pending.cancelDeadlines.delete(cancel);
      cancel();
    };
  }

  function settle({ waiting, interaction }: Pending): void {
    for (const resolve of waiting) resolve(interaction);
    waiting.clear();
  }

  function succeed(pending: Pending, body: unknown): void {
    const { interaction } = pending;
    for (const cancel of pending.cancelDeadlines) cancel();
    pending.cancelDeadlines.clear();
    const response = isObject(body) && Object.keys(body).length === 0 ? null : (body ?? null);
    if (interaction.status !== 'acknowledged') {
      interaction.status = 'acknowledged';
      interaction.acknowledgementMilliseconds ??= performance.now() - pending.startedAt;
      interaction.response = response;
      interaction.error = applyAcknowledgement(workspace, interaction, response);
      if (interaction.error !== null) {
        workspace.report(`${nameOf(interaction)} was answered badly: ${interaction.error}`);
      }
    }
    workspace.changed();
    settle(pending);
  }

  function fail(pending: Pending, error: string, reason: string, noRetry = false): void {
    const { interaction } = pending;
    if (interaction.status !== 'acknowledged') {
      interaction.status = 'failed';
      interaction.error = error;
    }
    workspace.changed();
    settle(pending);
    const repeats = interaction.kind === 'events_api' || workspace.options.retry === 'all';
    const delay = retryDelays[pending.attempt];
    if (noRetry || !repeats || delay === undefined || interaction.status === 'acknowledged') return;
    workspace.clock.after(delay, () => {
      if (interaction.status === 'acknowledged') return;
      pending.attempt += 1;
      void send(pending, {}, reason);
    });
  }

  return {
    deliver: (kind, payload, links = {}) => {
      const interaction: SlackInteraction = {
        id: crypto.randomUUID(),
        kind,
        payload,
        triggerId: links.triggerId ?? null,
        responseUrl: links.responseUrl ?? null,
        deliveries: [],
        status: 'pending',
        acknowledgementMilliseconds: null,
        response: null,
        error: null,
      };
      const pending: Pending = {
        interaction,
        startedAt: performance.now(),
        cancelDeadlines: new Set(),
        waiting: new Set(),
        attempt: 0,
      };
      pendings.set(interaction.id, pending);
      workspace.interactions.push(interaction);
      return send(pending, plans.shift() ?? {});
    },
    redeliver: (interaction, plan = {}) => {
      const pending = pendings.get(interaction.id);
      if (pending === undefined)
        throw new Error('this interaction was never delivered by this fake');
      pending.attempt += 1;
      return send(pending, plan, 'timeout');
    },
    planNext: (plan) => {
      plans.push(plan);
    },
    acknowledge: (envelopeId, payload, connection) => {
      const pending = pendings.get(envelopeId);
      if (pending === undefined) {
        workspace.report(`an acknowledgement of the unknown envelope ${envelopeId}`);
        return;
      }
      const { interaction } = pending;
      const there = interaction.deliveries.some((each) => each.connection === connection.number);
      if (!there) workspace.report('an acknowledgement over a socket that never got it');
      if (interaction.status === 'failed' && pending.cancelDeadlines.size === 0) {
        workspace.report(`${nameOf(interaction)} was acknowledged too late`);
        return;
      }
      succeed(pending, payload ?? null);
    },
  };
}

function nameOf({ kind, payload }: SlackInteraction): string {
  if (kind === 'slash_commands') return String(payload['command']);
  const event = payload['event'];
  return String(isObject(event) ? event['type'] : payload['type']);
}

/** https://docs.slack.dev/apis/events-api/using-socket-mode#events */
function envelopeOf({ interaction, attempt }: Pending, reason: string): JsonObject {
  const { id, kind, payload } = interaction;
  const answered = kind === 'slash_commands' || payload['type'] === 'view_submission';
  const retry = { retry_attempt: attempt, retry_reason: reason };
  return {
    envelope_id: id,
    payload,
    type: kind,
    accepts_response_payload: answered,
    ...(kind === 'events_api' || attempt > 0 ? retry : {}),
  };
}
