export { startSlackFake } from './start-slack-fake.ts';
export type { SlackFake } from './start-slack-fake.ts';
export { manualClock, realClock } from './clock.ts';
export type { ManualSlackClock, SlackClock } from './clock.ts';
export { validateSlackMessage, validateSlackView } from './block-kit/validate.ts';
export type { ValidationOptions } from './block-kit/validate.ts';
export { findPings } from './block-kit/pings.ts';
export { richBlockTypes } from './block-kit/blocks.ts';
export { buttonsOf } from './read.ts';
export type { SlackButton } from './read.ts';
export { readText } from './messages.ts';
export type { SlackChannel } from './channel.ts';
export type { ClickOptions, SlackPerson } from './person.ts';
export type { DeliveryPlan } from './deliveries.ts';
export type { SlackFault, SlackFaults } from './faults.ts';
export type { DisconnectReason, SocketMode } from './socket-mode.ts';
export type { AppAnswer, RequestOptions, Signing } from './signed-http.ts';
export type {
  SlackCall,
  SlackDelivery,
  SlackFile,
  SlackInteraction,
  SlackMessage,
  SlackView,
} from './observations.ts';
export { allBotScopes } from './options.ts';
export type {
  SlackApp,
  SlackChannelOptions,
  SlackFakeOptions,
  SlackTeam,
  SlackUserOptions,
} from './options.ts';
