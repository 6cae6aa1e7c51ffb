/**
 * What a person may do. Each role includes the ones before it: a viewer asks, a proposer also
 * proposes, an approver also decides and halts, an admin also disconnects the logins of others and changes settings.
 */
export const ROLES = ['viewer', 'proposer', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Someone who is configured. One person has one vote, whatever platforms they use. */
export interface Person {
  /** Short and stable: what the audit log names. */
  readonly id: string;
  /** What messages call them. */
  readonly name: string;
  readonly role: Role;
  /** Narrows or widens the role for single accounts. */
  readonly accountRoles: Readonly<Record<string, Role>>;
  /** Groups such as `treasury`, for quorums that ask for different groups. */
  readonly groups: readonly string[];
  /** Their ids: `{ slack: ['U123'], discord: ['456'], web: ['ana'] }`. */
  readonly platformIds: Readonly<Record<string, readonly string[]>>;
}
