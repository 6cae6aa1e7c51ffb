import { EventName } from '@stoqey/ib';
import { createSameTurn } from '../../lib/same-turn.ts';
import type { Login } from './login.ts';
import { createNextRun } from './next-run.ts';

/**
 * The time of IB's servers, in whole seconds, rounded down. TWS keeps it by NTP, apart from the clock of
 * the machine that it runs on ("TWS is synchronized with the server (not local computer) using NTP",
 * https://interactivebrokers.github.io/tws-api/interfaceIBApi_1_1EWrapper.html, currentTime).
 * The answers carry no id, so that who asks while one is under way gets the one after it; who asks in the same
 * turn of the event loop shares it.
 */
export function createServerTime(login: Login): () => Promise<Temporal.Instant> {
  const askOne = createNextRun(
    async () =>
      await login.ask<Temporal.Instant>({
        urgency: 'reading',
        what: 'its time',
        callbacks: [EventName.currentTime],
        send: (api) => {
          api.reqCurrentTime();
        },
        hear: (event, _id, { give }) => {
          if (event.type === 'time') give(event.at);
        },
      }),
  );
  const ask = createSameTurn<'time', Temporal.Instant>((what) => what, askOne);
  return async () => await ask('time');
}
