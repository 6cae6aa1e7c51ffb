export { startDiscordFake } from './start.ts';
export type { DiscordFake } from './start.ts';
export type { DiscordFakeOptions } from './options.ts';
export type { SentInteraction } from './sent-interaction.ts';
export { validateDiscordCommands } from './validate-commands.ts';
export { validateDiscordMessage } from './validate-message.ts';
export { validateDiscordModal } from './validate-modal.ts';
