const MESSAGES_A_SECOND = 50;
const VIOLATIONS = 3;

/** What pacing says of one more message. */
export type Paced =
  | { readonly type: 'taken' }
  | { readonly type: 'refused'; readonly text: string; readonly last: boolean };

/**
 * Counts the messages of one connection within the last second of real time: each one over 50 is a
 * violation and is not acted on; the third ends the connection.
 * https://interactivebrokers.github.io/tws-api/order_limitations.html
 */
export function createPacing(): () => Paced {
  let received: number[] = [];
  let violations = 0;
  return () => {
    const now = performance.now();
    received = received.filter((at) => now - at < 1000);
    received.push(now);
    if (received.length <= MESSAGES_A_SECOND) return { type: 'taken' };
    violations += 1;
    return {
      type: 'refused',
      text: `Max rate of messages per second has been exceeded:max=${MESSAGES_A_SECOND} rec=${received.length} (${violations})`,
      last: violations >= VIOLATIONS,
    };
  };
}
