import type { AccountSettings } from '../core/account.ts';
import type { BookDifference } from '../core/agreed-book.ts';
import { peopleWithRole, roleFor, roleIncludes } from '../core/permission.ts';
import type { Person } from '../core/person.ts';
import {
  presentBookAgreed,
  presentBookDifferences,
  presentBookMoved,
} from '../messages/book-differences.ts';
import type { BookIncidentEnd } from '../messages/book-differences.ts';
import { presentGone, presentRoleNeeded } from '../messages/refusal.ts';
import { accountTimeZone } from '../messages/time.ts';
import type { Reply } from '../ports/chat.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { agreeOn, bookDigest, differencesJson, compareBook } from './agreed-book.ts';
import type { ComparedBook } from './agreed-book.ts';
import { auditEntry, BROKER } from './audit.ts';
import type { Actor } from './audit.ts';
import { brokerOf, destinationsOf, displayName } from './context.ts';
import type { AppContext } from './context.ts';
import type { BookIncident } from './order-watch.ts';
import { readWatch, writeWatch } from './order-watch.ts';
import { privately } from './privately.ts';
import { reconcileAccount } from './reconcile.ts';

type Compared = Extract<ComparedBook, { type: 'compared' }>;

/**
 * Brings the message about differing positions and cash up to date: one message for each set of
 * differences, and what became of it.
 * @param stayed the differences that were there at the last look already.
 * @returns the incident that is open now.
 */
export async function tellBook(
  context: AppContext,
  unit: StoreTransaction,
  account: AccountSettings,
  reading: ComparedBook,
  stayed: readonly BookDifference[],
  open: BookIncident | null,
): Promise<BookIncident | null> {
  if (reading.type !== 'compared') return open;
  // Somebody has agreed on another book while the broker was asked.
  const agreed = await unit.findAgreedBook(account.name);
  if (agreed?.number !== reading.agreed.number) return open;
  if (reading.differences.length === 0) {
    if (open !== null) await endIncident(context, unit, account, open, { type: 'gone' });
    return null;
  }
  const digest = bookDigest(account.name, reading.differences);
  // What changes from look to look is still under way.
  if (open?.digest === digest) {
    // The executions that explain it may be told later than the positions.
    const isExplained = reading.differences.some(
      ({ explained }, index) => explained && open.differences[index]?.explained !== true,
    );
    if (!isExplained) return open;
    const incident = { ...open, differences: [...reading.differences] };
    await announce(context, unit, account, incident, null);
    return incident;
  }
  if (stayed.length < reading.differences.length) return open;
  if (open !== null) await endIncident(context, unit, account, open, { type: 'replaced' });
  const at = context.clock.now();
  const incident: BookIncident = {
    key: `book:${account.name}:${at.toString()}`,
    digest,
    agreedAt: reading.agreed.agreedAt,
    agreedBy: reading.agreed.agreedBy,
    differences: [...reading.differences],
  };
  await unit.appendAudit(
    auditEntry(at, BROKER, 'reconciliation', account.name, account.name, {
      book: differencesJson(reading.differences),
    }),
  );
  await announce(context, unit, account, incident, null);
  return incident;
}

async function endIncident(
  context: AppContext,
  unit: StoreTransaction,
  account: AccountSettings,
  incident: BookIncident,
  end: BookIncidentEnd,
): Promise<void> {
  await announce(context, unit, account, incident, end);
}

async function announce(
  context: AppContext,
  unit: StoreTransaction,
  account: AccountSettings,
  incident: BookIncident,
  end: BookIncidentEnd | null,
): Promise<void> {
  const now = context.clock.now();
  const message = presentBookDifferences({
    account: account.name,
    broker: account.broker,
    differences: incident.differences,
    agreed: {
      at: incident.agreedAt,
      by: incident.agreedBy === null ? null : displayName(context, incident.agreedBy),
    },
    digest: incident.digest,
    approvers: approversOf(context, account.name),
    end,
    timeZone: accountTimeZone(account),
    now,
  });
  const destinations = destinationsOf(context, account);
  await unit.announce({ key: incident.key, account: account.name, message }, destinations, now);
}

/** Who can take the broker's book as agreed. */
export function approversOf(context: AppContext, account: string): readonly string[] {
  return peopleWithRole(context.people, account, 'approver').map(({ name }) => name);
}

/**
 * Answers a click that takes the broker's book as agreed: it counts for the differences that the person
 * saw, however the book has moved on by orders of ours since.
 */
export async function answerBookClick(
  context: AppContext,
  click: { readonly proposalId: string; readonly digest: string },
  person: Person,
  by: Actor,
): Promise<Reply> {
  const account = context.accounts.get(click.proposalId);
  if (account === undefined) return privately(presentGone());
  if (!roleIncludes(roleFor(person, account.name), 'approver')) {
    await context.store.transaction((unit) =>
      unit.appendAudit(
        auditEntry(context.clock.now(), by, 'denial', account.name, account.name, {
          code: 'role',
          needed: 'approver',
        }),
      ),
    );
    return privately(
      presentRoleNeeded({
        what: "take the broker's book as agreed",
        role: 'approver',
        account: account.name,
        people: approversOf(context, account.name),
      }),
    );
  }
  await reconcileAccount(context, account.name, brokerOf(context, account.name));
  const reading = await compareBook(context, account);
  if (
    reading.type !== 'compared' ||
    bookDigest(account.name, reading.differences) !== click.digest
  ) {
    return privately(presentBookMoved({ account: account.name, ...movedTo(reading) }));
  }
  const agreed = await agree(context, account, reading, person, by);
  return privately(
    agreed
      ? presentBookAgreed({ account: account.name })
      : presentBookMoved({ account: account.name, to: 'agreed' }),
  );
}

function movedTo(reading: ComparedBook): { readonly to: 'agreed' | 'other' | 'not_comparable' } {
  if (reading.type !== 'compared') return { to: 'not_comparable' };
  return { to: reading.differences.length === 0 ? 'agreed' : 'other' };
}

async function agree(
  context: AppContext,
  account: AccountSettings,
  reading: Compared,
  person: Person,
  by: Actor,
): Promise<boolean> {
  const done = await context.store.transaction(async (unit) => {
    const last = await unit.findAgreedBook(account.name);
    if (last?.number !== reading.agreed.number) return false;
    if (!(await agreeOn(context, unit, account, { ...reading, by, person: person.id })))
      return false;
    const watch = await readWatch(unit, account.name);
    if (watch === null) return true;
    const { incident } = watch;
    if (incident !== null) {
      await announce(context, unit, account, incident, { type: 'agreed', by: person.name });
    }
    await writeWatch(unit, account.name, { ...watch, incident: null });
    return true;
  });
  context.changed();
  return done;
}
