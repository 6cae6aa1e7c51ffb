import type { Server } from 'node:http';

/** How many ports are tried, the given one included. */
const ATTEMPTS = 20;

/**
 * Listens on the loopback interface only: nobody else on the network reaches it.
 * @param port the first to try, or 0 for any.
 * @returns the port.
 * @throws Error when no port is free.
 */
export async function listen(server: Server, port: number): Promise<number> {
  const last = port === 0 ? 0 : Math.min(port + ATTEMPTS - 1, 65_535);
  for (let attempt = port; attempt <= last; attempt += 1) {
    if (await listenOn(server, attempt)) {
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : attempt;
    }
  }
  throw new Error(
    `The ports ${port} to ${last} are all taken. Set PORT to one that is free and start again.`,
  );
}

/** @returns false when the port is taken. */
function listenOn(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      server.off('listening', succeed);
      if (error.code === 'EADDRINUSE') resolve(false);
      else
        reject(new Error(`Cannot listen on 127.0.0.1:${port}: ${error.message}`, { cause: error }));
    };
    const succeed = (): void => {
      server.off('error', fail);
      resolve(true);
    };
    server.once('error', fail);
    server.once('listening', succeed);
    server.listen(port, '127.0.0.1');
  });
}
