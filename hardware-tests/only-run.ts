import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Two runs on one machine would take each other's devices away, and one would wake the station that rests for the other. This
 * is a name in Linux's abstract namespace of sockets (unix(7)): the kernel gives it to one process, and takes it back however
 * that ends.
 *
 * @returns undefined while another process has it
 */
export async function onlyRun(name = 'pipit self-test'): Promise<AsyncDisposable | undefined> {
  // Elsewhere there is no such namespace, and nothing to be tested either.
  if (process.platform !== 'linux') return { [Symbol.asyncDispose]: async () => {} };
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(`\0${name}`);
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}
