import type { ServedFake } from '../fake-process.ts';
import { createApiServer } from './api-server.ts';
import { createControlServer } from './control.ts';
import { listen } from './listener.ts';
import type { ReadOptions } from './options.ts';
import { createWorld } from './world.ts';

/** Opens the API and its control interface on loopback, each on a port of its own. */
export async function serve(options: ReadOptions): Promise<ServedFake> {
  const world = createWorld(options);
  const api = await listen(createApiServer(world));
  const control = await listen(createControlServer(world, api));
  return {
    ready: {
      control: `http://127.0.0.1:${control.port}/control`,
      api: `http://127.0.0.1:${api.port}`,
    },
    close: async () => {
      await control.refuse();
      await api.refuse();
    },
  };
}
