import { once } from 'node:events';
import { createServer } from 'node:net';
import { isBusy } from './refusals.ts';

/**
 * Takes a folder for this process alone, until it is disposed of: who empties it must not empty it of what another one
 * downloads. It is a name in Linux's abstract namespace of sockets (unix(7)): no two processes can have it, and the kernel
 * lets it go with the process, however that ends. So nothing is left behind that would have to be judged.
 *
 * @throws DeviceError `update.busy` while another process has it
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const server = createServer((socket) => socket.destroy());
  // It keeps no program alive that is done.
  server.unref();
  try {
    server.listen(`\0pipit ${folder}`);
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw isBusy();
    throw error;
  }
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}
