import type { ServedFake } from '../fake-process.ts';
import { createFakeClock } from './clock.ts';
import { serveControl } from './control.ts';
import { createFaults } from './faults.ts';
import { startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { createOrderIds } from './gateway-context.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { Settings } from './options.ts';
import { createPushes } from './pushes.ts';
import { createWorld } from './world.ts';

/** Starts the broker, its gateway and the control interface in this process. */
export async function startTws(settings: Settings): Promise<ServedFake> {
  const clock = createFakeClock(settings.clock, settings.now);
  const orderIds = createOrderIds();
  const faults = createFaults();
  const started: { gateway: Gateway | null } = { gateway: null };
  const pushes = createPushes(
    () => context,
    () => started.gateway?.sessions() ?? [],
    () => started.gateway?.reachable() ?? true,
  );
  const world = createWorld(settings, clock, (event) => {
    pushes.tell(event);
  });
  const context: GatewayContext = { settings, world, orderIds };
  const gateway = await startGateway(context, faults);
  started.gateway = gateway;
  const control = await serveControl({ world, gateway, faults, pushes, orderIds });
  return {
    ready: { control: control.address, host: '127.0.0.1', port: gateway.port },
    close: async () => {
      clock.stop();
      await control.close();
      await gateway.close();
    },
  };
}
