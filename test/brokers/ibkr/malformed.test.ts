import { createServer, type Server, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { openIbkrGateway } from '../../../src/brokers/ibkr/index.ts';
import { createTestClock } from '../../fixtures/test-clock.ts';
import { SILENT_LOG } from '../../fixtures/test-store.ts';
import { ACCOUNT, START } from './open-ibkr.ts';

const frame = (...fields: readonly (string | number)[]): Buffer => {
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
};

const HELLO = frame(193, '20261120 10:00:00 EST');
const READY = Buffer.concat([frame(15, 1, ACCOUNT), frame(9, 1, 1)]);

/** Says hello as TWS does, and answers every request after that with the same bytes. */
async function openBadTws(
  answer: Buffer,
): Promise<{ readonly server: Server; readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let messages = 0;
    socket.on('error', () => {});
    socket.on('data', () => {
      messages += 1;
      if (messages === 1) socket.write(HELLO);
      else socket.write(messages === 2 ? READY : answer);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  server.on('close', () => {
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}

describe('a TWS that does not write what TWS writes', () => {
  test.each<[string, Buffer]>([
    ['a rejection with JSON that is none', frame(4, 2, -1, 201, 'no', '{"broken')],
    ['a length below zero', Buffer.from([0xff, 0xff, 0xff, 0xfc])],
    ['a message of an unknown kind', frame('garbage', 'and', 'more')],
    ['a message that ends too early', frame(3, 7)],
    ['an order without its fields', frame(5, 1, 265_598)],
    ['a status that there is none of', frame(3, 1, 'Dancing', 0, 10, 0, 901, 0, 0, 7, '', 0)],
  ])('is an error for whoever asks, and ends nothing else: %s', async (_what, answer) => {
    const { server, port } = await openBadTws(answer);
    const clock = createTestClock(START);
    const gateway = openIbkrGateway({
      config: { ibkr: { host: '127.0.0.1', port, clientId: 7 } },
      clock,
      log: SILENT_LOG,
    });
    const broker = gateway.openAccount({
      name: 'core',
      mode: 'paper',
      brokerSettings: { account: ACCOUNT, messagesPerSecond: '1000' },
    });
    await expect(broker.listOrders(clock.now())).rejects.toMatchObject({
      name: 'BrokerError',
      code: 'unavailable',
    });
    await broker.close();
    await gateway.close();
    server.close();
  });
});
