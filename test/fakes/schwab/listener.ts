import type { Server } from 'node:http';

/** A server on loopback that can be made deaf, and that comes back at the same address. */
export interface Listener {
  readonly port: number;
  /** Connections are refused, and those that are open are cut. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** Cuts the open connections. */
  cutAll(): void;
}

/** Listens on a free port of 127.0.0.1. */
export async function listen(server: Server): Promise<Listener> {
  const bind = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
  await bind(0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    refuse: () =>
      new Promise((resolve) => {
        if (!server.listening) {
          resolve();
          return;
        }
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
    accept: async () => {
      if (!server.listening) await bind(port);
    },
    cutAll: () => {
      server.closeAllConnections();
    },
  };
}
