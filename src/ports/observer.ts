/** Hears what is measured. Never throws, and costs nothing worth mentioning. */
export interface Observer {
  /** An interaction was acknowledged to its platform, so long after it arrived. */
  acknowledged(platform: string, milliseconds: number): void;
  /** A question to a broker begins: it waits for its turn there, and then for the answer. */
  brokerAsked(broker: string): void;
  /**
   * What `brokerAsked` told of has ended.
   * @param outcome `ok`, `rejected`, `unknown`, or the code of its BrokerError.
   */
  brokerCalled(broker: string, operation: string, outcome: string, milliseconds: number): void;
}

/** Where nothing is measured. */
export const NO_OBSERVER: Observer = {
  acknowledged: () => {},
  brokerAsked: () => {},
  brokerCalled: () => {},
};
