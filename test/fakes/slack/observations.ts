import type { JsonObject } from './json.ts';

/** What a test sees of the fake: copies, so that they stay as they were when taken. */

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  /** The thread it is in; null for a message of its own. */
  readonly threadTs: string | null;
  /** The author. */
  readonly user: string;
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  /** The one who alone sees it, or null. */
  readonly ephemeralFor: string | null;
  /** How often it was edited. */
  readonly edits: number;
  /** Whom it notifies: see `findPings`. */
  readonly pings: readonly string[];
  /** The message exactly as apps get it. */
  readonly wire: JsonObject;
}

export interface SlackView {
  readonly id: string;
  readonly user: string;
  readonly type: 'modal' | 'home';
  readonly callbackId: string;
  readonly title: string;
  readonly privateMetadata: string;
  readonly blocks: readonly JsonObject[];
  readonly hash: string;
  /** Complaints of the last submission: block id to sentence. */
  readonly errors: Readonly<Record<string, string>>;
  /** The view exactly as apps get it. */
  readonly wire: JsonObject;
}

export interface SlackFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly content: Buffer;
  readonly channel: string | null;
  readonly threadTs: string | null;
  readonly initialComment: string;
}

/** One call of a Web API method, a response URL or an upload. */
export interface SlackCall {
  readonly method: string;
  /** Without the token; JSON inside of forms is parsed. */
  readonly arguments: JsonObject;
  readonly ok: boolean;
  /** Slack's error code; null when it went well. */
  readonly error: string | null;
  /** Of the answer; 0 when the connection was dropped instead. */
  readonly status: number;
  /** By the fake's clock. */
  readonly at: number;
}

export type InteractionKind = 'slash_commands' | 'interactive' | 'events_api';

export interface SlackDelivery {
  readonly transport: 'socket' | 'http';
  /** Number of the socket, counted from 1; null over HTTP or when none was open. */
  readonly connection: number | null;
  readonly retryAttempt: number;
  readonly retryReason: string;
  /** HTTP status; null over a socket or when no answer came. */
  status: number | null;
  /** Whether it went out at all. */
  sent: boolean;
}

/** Something a person did, on its way to the app and back. */
export interface SlackInteraction {
  /** The `envelope_id` in Socket Mode; a redelivery carries the same. */
  readonly id: string;
  readonly kind: InteractionKind;
  readonly payload: JsonObject;
  readonly triggerId: string | null;
  readonly responseUrl: string | null;
  readonly deliveries: SlackDelivery[];
  status: 'pending' | 'acknowledged' | 'failed';
  /** Real milliseconds from sending it (the first time) to the acknowledgement's arrival. */
  acknowledgementMilliseconds: number | null;
  /** What the acknowledgement carried; null for an empty one. */
  response: unknown;
  /** What Slack tells the person who did it: `operation_timeout`, `dispatch_failed`, ... */
  error: string | null;
}
