/** What the port calls it. */
export const DISCORD_PLATFORM = 'discord';
