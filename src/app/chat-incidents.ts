import { EXCHANGE_TIME_ZONE } from '../core/market-calendar.ts';
import { presentChatIncident, presentChatRecovered } from '../messages/chat-incident.ts';
import type { ChatError } from '../ports/chat-error.ts';
import type { AppContext } from './context.ts';
import { destinationsOf } from './context.ts';

/** Tells, once each, that a chat or one of its channels does not work, and when it works again. */
export interface ChatIncidents {
  /** @param channel null when the whole platform does not work. */
  report(platform: string, channel: string | null, error: ChatError): Promise<void>;
  clear(platform: string, channel: string | null): Promise<void>;
}

/**
 * One incident is one line in the log and one message in every other chat, edited when it is over.
 * Which incidents are open is kept in the store, so that a restart does not tell them twice.
 */
export function createChatIncidents(context: AppContext): ChatIncidents {
  const { store, clock, log } = context;
  /** What is known to be well since the start: no need to look again. */
  const well = new Set<string>();

  return {
    async report(platform, channel, error) {
      const name = settingName(platform, channel);
      well.delete(name);
      const at = clock.now();
      const isNew = await store.transaction(async (unit) => {
        if ((await openIncident(unit.readSetting(name))) !== null) return false;
        const key = `${name}:${at.toString()}`;
        await unit.writeSetting(name, key);
        const message = presentChatIncident({
          platform,
          channel,
          reason: error.message,
          nextStep: error.nextStep,
          since: at,
          timeZone: EXCHANGE_TIME_ZONE,
        });
        await unit.announce(
          { key, account: null, message },
          elsewhere(context, platform, channel),
          at,
        );
        return true;
      });
      if (!isNew) return;
      log.error(
        { code: 'chat_unreachable', reason: error.code, platform, channel, error },
        `a chat cannot be reached; ${error.nextStep}`,
      );
      context.changed();
    },

    async clear(platform, channel) {
      const name = settingName(platform, channel);
      if (well.has(name)) return;
      const at = clock.now();
      const ended = await store.transaction(async (unit) => {
        const key = await openIncident(unit.readSetting(name));
        if (key === null) return false;
        await unit.writeSetting(name, '');
        const message = presentChatRecovered({
          platform,
          channel,
          at,
          timeZone: EXCHANGE_TIME_ZONE,
        });
        await unit.announce({ key, account: null, message }, [], at);
        return true;
      });
      well.add(name);
      if (!ended) return;
      log.info({ code: 'chat_reachable', platform, channel }, 'a chat works again');
      context.changed();
    },
  };
}

function settingName(platform: string, channel: string | null): string {
  return channel === null ? `incident:${platform}` : `incident:${platform}:${channel}`;
}

/** The key of the incident's message; null when there is none open. */
async function openIncident(setting: Promise<string | null>): Promise<string | null> {
  const key = await setting;
  return key === null || key === '' ? null : key;
}

/** Every place that is not the one that fails. */
function elsewhere(
  context: AppContext,
  platform: string,
  channel: string | null,
): readonly { platform: string; channel: string }[] {
  const places = [...context.accounts.values()]
    .flatMap((account) => destinationsOf(context, account))
    .filter((place) =>
      channel === null
        ? place.platform !== platform
        : !(place.platform === platform && place.channel === channel),
    );
  return [
    ...new Map(places.map((place) => [`${place.platform} ${place.channel}`, place])).values(),
  ];
}
