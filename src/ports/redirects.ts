/** Takes the browsers that a broker sends back after a login. */
export interface Redirects {
  /**
   * Listens at a redirect address until `until`, or until `done` is called with the same key.
   * @param key what is waited for; several may wait at one address.
   * @param take takes a redirected address. @returns the words of the page that the browser then shows.
   * @returns false when the address is not on this machine or its port is taken: the person then pastes
   *   the address.
   */
  listen(
    redirectUri: string,
    key: string,
    until: Temporal.Instant,
    take: (redirected: string) => Promise<string>,
  ): Promise<boolean>;
  done(key: string): void;
  /** Resolves when the browsers that came are answered and the ports are free. */
  close(): Promise<void>;
}
