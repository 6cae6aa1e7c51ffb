/** https://docs.discord.com/developers/topics/permissions: the bits that the fake looks at. */
export const permissionBits = {
  administrator: 1n << 3n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  manageMessages: 1n << 13n,
  embedLinks: 1n << 14n,
  attachFiles: 1n << 15n,
  readMessageHistory: 1n << 16n,
  mentionEveryone: 1n << 17n,
  useApplicationCommands: 1n << 31n,
  createPublicThreads: 1n << 35n,
  sendMessagesInThreads: 1n << 38n,
} as const;

export type PermissionName = keyof typeof permissionBits;

export function bitsOf(names: readonly PermissionName[]): bigint {
  return names.reduce((sum, name) => sum | permissionBits[name], 0n);
}

/** What a role (type 0) or a member (type 1) is given or denied in one channel. */
export interface Overwrite {
  readonly id: string;
  readonly type: 0 | 1;
  readonly allow: bigint;
  readonly deny: bigint;
}

/** https://docs.discord.com/developers/topics/permissions#permission-overwrites, in the order given there. */
export function permissionsIn(
  who: { readonly userId: string; readonly roleIds: readonly string[] },
  guild: {
    readonly id: string;
    readonly ownerId: string;
    readonly roles: readonly { readonly id: string; readonly permissions: bigint }[];
  },
  overwrites: readonly Overwrite[],
): bigint {
  const all = Object.values(permissionBits).reduce((sum, bit) => sum | bit, 0n);
  if (who.userId === guild.ownerId) return all;
  const held = guild.roles.filter(({ id }) => id === guild.id || who.roleIds.includes(id));
  const base = held.reduce((sum, { permissions }) => sum | permissions, 0n);
  if ((base & permissionBits.administrator) !== 0n) return all;
  const apply = (bits: bigint, chosen: readonly Overwrite[]) =>
    (bits & ~chosen.reduce((sum, { deny }) => sum | deny, 0n)) |
    chosen.reduce((sum, { allow }) => sum | allow, 0n);
  const everyone = overwrites.filter(({ id }) => id === guild.id);
  const roles = overwrites.filter(({ id, type }) => type === 0 && who.roleIds.includes(id));
  const own = overwrites.filter(({ id, type }) => type === 1 && id === who.userId);
  return apply(apply(apply(base, everyone), roles), own);
}
