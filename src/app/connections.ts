import { createHash } from 'node:crypto';
import type { AccountSettings } from '../core/account.ts';
import { presentConnected } from '../messages/connection.ts';
import { secret } from '../lib/secret.ts';
import type { LoginProvider, TokenAnswer } from '../ports/login-provider.ts';
import type { ConnectionAttempt } from '../ports/login-store.ts';
import { auditEntry } from './audit.ts';
import type { Actor } from './audit.ts';
import type { AppContext } from './context.ts';
import { displayName } from './context.ts';
import { accountsOf, loginDestinations } from './login-accounts.ts';

/** A state that is not used within this time is worth nothing. */
const ATTEMPT_LASTS = Temporal.Duration.from({ minutes: 10 });

const STATE_BYTES = 32;
const VERIFIER_BYTES = 32;

export type BeginResult =
  | {
      readonly type: 'begun';
      /** The page where the person logs in. Holds the state: shown to them alone, stored nowhere. */
      readonly url: string;
      readonly expiresAt: Temporal.Instant;
      readonly provider: LoginProvider;
      readonly stateHash: string;
    }
  /** No app is registered for this broker. */
  | { readonly type: 'no_app' };

/**
 * Begins to connect a person's login at a broker.
 * @throws StoreError `master_key_missing` when tokens could not be stored afterwards.
 */
export async function beginConnection(
  context: AppContext,
  request: { readonly broker: string; readonly person: string },
): Promise<BeginResult> {
  const { broker, person } = request;
  const provider = context.loginProviders.get(broker);
  if (provider === undefined) return { type: 'no_app' };
  const state = randomText(context, STATE_BYTES);
  const codeVerifier = secret(randomText(context, VERIFIER_BYTES));
  const stateHash = hashOf(state);
  const now = context.clock.now();
  const expiresAt = now.add(ATTEMPT_LASTS);
  await context.store.transaction(async (unit) => {
    await unit.deleteExpiredConnectionAttempts(now.subtract(ATTEMPT_LASTS));
    await unit.saveConnectionAttempt({ stateHash, broker, person, codeVerifier, expiresAt });
  });
  const url = await provider.authorizationUrl({ state, codeVerifier });
  return { type: 'begun', url, expiresAt, provider, stateHash };
}

export type CompleteResult =
  | {
      readonly type: 'connected';
      readonly broker: string;
      readonly person: string;
      readonly endsAt: Temporal.Instant | null;
      readonly accounts: readonly AccountSettings[];
    }
  /** What was pasted is not an address that a broker redirects to. */
  | { readonly type: 'not_a_redirect' }
  /** Nobody began this, or it has been used already. */
  | { readonly type: 'unknown_state' }
  | { readonly type: 'expired'; readonly broker: string }
  /** Somebody else began this. It cannot be used any more. */
  | { readonly type: 'other_person'; readonly broker: string }
  | {
      readonly type: 'failed';
      readonly broker: string;
      readonly answer: Exclude<TokenAnswer, { readonly type: 'issued' }>;
    };

/**
 * Completes a connection with the address that the broker sent the browser to. Whatever comes of it, the
 * state in the address counts once.
 * @param request.person who brings the address; null when a browser does, which may be anybody's.
 */
export async function completeConnection(
  context: AppContext,
  request: { readonly address: string; readonly person: string | null; readonly by: Actor },
): Promise<CompleteResult> {
  const redirected = readRedirect(request.address);
  if (redirected === null) return { type: 'not_a_redirect' };
  const { state } = redirected;
  const at = context.clock.now();
  const attempt = await context.store.transaction(
    async (unit) => await unit.takeConnectionAttempt(hashOf(state)),
  );
  if (attempt === null) {
    await deny(context, request.by, 'connection', 'state_unknown');
    return { type: 'unknown_state' };
  }
  context.redirects.done(attempt.stateHash);
  const { broker, person } = attempt;
  if (request.person !== null && request.person !== person) {
    await deny(context, request.by, broker, 'state_of_another_person');
    return { type: 'other_person', broker };
  }
  if (Temporal.Instant.compare(at, attempt.expiresAt) >= 0) {
    await deny(context, request.by, broker, 'state_expired');
    return { type: 'expired', broker };
  }
  const provider = context.loginProviders.get(broker);
  if (provider === undefined) {
    const answer = { type: 'app_refused', reason: 'it is not configured any more' } as const;
    return { type: 'failed', broker, answer };
  }
  const { codeVerifier } = attempt;
  const answer = await provider.exchange({ redirected: redirected.url, state, codeVerifier });
  if (answer.type !== 'issued') {
    await deny(context, request.by, broker, `connection_${answer.type}`);
    return { type: 'failed', broker, answer };
  }
  return await keep(context, request.by, attempt, provider, answer, at);
}

/** The login, its audit row and the word of it are one transaction. */
async function keep(
  context: AppContext,
  by: Actor,
  { broker, person }: ConnectionAttempt,
  { loginLifetime }: LoginProvider,
  { tokens }: Extract<TokenAnswer, { type: 'issued' }>,
  at: Temporal.Instant,
): Promise<CompleteResult> {
  // Counted from before the exchange: never longer than the broker counts.
  const endsAt = loginLifetime === null ? null : at.add(loginLifetime);
  const accounts = accountsOf(context, broker, person);
  await context.store.transaction(async (unit) => {
    await unit.saveLogin({ broker, person, ...tokens, connectedAt: at, endsAt });
    await unit.appendAudit(
      auditEntry(at, by, 'connection', null, broker, {
        person,
        accounts: accounts.map(({ name }) => name),
        endsAt: endsAt?.toString() ?? null,
      }),
    );
    await unit.announce(
      {
        key: `connection:${broker}:${person}:${at.toString()}`,
        account: null,
        message: presentConnected({
          broker,
          personName: displayName(context, person),
          accounts: accounts.map(({ name }) => name),
          endsAt,
          now: at,
        }),
      },
      loginDestinations(context, broker, person),
      at,
    );
  });
  context.changed();
  return { type: 'connected', broker, person, endsAt, accounts };
}

/**
 * Erases a person's login.
 * @returns false when there was none.
 */
export async function disconnect(
  context: AppContext,
  request: { readonly broker: string; readonly person: string; readonly by: Actor },
): Promise<boolean> {
  const { broker, person, by } = request;
  return await context.store.transaction(async (unit) => {
    if (!(await unit.deleteLogin(broker, person))) return false;
    await unit.appendAudit(
      auditEntry(context.clock.now(), by, 'disconnection', null, broker, { person }),
    );
    return true;
  });
}

/** People paste addresses with line breaks of a mail, and in brackets. */
function readRedirect(text: string): { readonly url: URL; readonly state: string } | null {
  const url = URL.parse(text.replaceAll(/[\s<>]/gu, ''));
  if (url === null || !/^https?:$/u.test(url.protocol)) return null;
  const state = url.searchParams.get('state') ?? '';
  return state === '' ? null : { url, state };
}

async function deny(context: AppContext, by: Actor, subject: string, code: string): Promise<void> {
  await context.store.transaction((unit) =>
    unit.appendAudit(auditEntry(context.clock.now(), by, 'denial', null, subject, { code })),
  );
}

function randomText(context: AppContext, bytes: number): string {
  return Buffer.from(context.random.bytes(bytes)).toString('base64url');
}

function hashOf(state: string): string {
  return createHash('sha256').update(state).digest('hex');
}
