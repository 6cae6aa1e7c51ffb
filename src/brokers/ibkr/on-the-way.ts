/**
 * What was sent to TWS and is not known to have been read. TWS reads in the order in which it was sent: with
 * an answer, it has read the question and all that went before it.
 */
export interface OnTheWay {
  /**
   * Right after something was sent.
   * @param counted called once it has been read.
   * @returns to be called when it is answered; more than once does nothing.
   */
  add(counted: () => void): () => void;
  /** What was sent is gone with its connection. */
  clear(): void;
}

export function createOnTheWay(): OnTheWay {
  let sent: (() => void)[] = [];
  return {
    add(counted) {
      // One of its own, whatever is given twice.
      const own = () => {
        counted();
      };
      sent.push(own);
      return () => {
        for (const each of sent.splice(0, sent.indexOf(own) + 1)) each();
      };
    },
    clear() {
      sent = [];
    },
  };
}
