/** Hears what is measured. Never throws, and costs nothing worth mentioning. */
export interface Observer {
  /** An interaction was acknowledged to its platform, so long after it arrived. */
  acknowledged(platform: string, milliseconds: number): void;
  /**
   * A broker was asked.
   * @param outcome `ok`, `rejected`, `unknown`, or the code of its BrokerError.
   */
  brokerCalled(broker: string, operation: string, outcome: string, milliseconds: number): void;
}

/** Where nothing is measured. */
export const NO_OBSERVER: Observer = { acknowledged: () => {}, brokerCalled: () => {} };
