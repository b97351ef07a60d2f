import { type Clock, sleep } from './clock.ts';

/** What of a WebSocket is needed to take leave of it. */
export interface LeavingSocket {
  once(event: 'close', listener: () => void): unknown;
  close(code: number): void;
  terminate(): void;
}

/** RFC 6455, 7.4.1: going away. */
const GOING_AWAY = 1001;

/** Says goodbye to all of them; who has not answered after `waitMs` is cut off. Resolves when all are gone. */
export async function sayGoodbye(clock: Clock, sockets: Iterable<LeavingSocket>, waitMs: number): Promise<void> {
  const leaving = [...sockets];
  const farewell = new AbortController();
  const gone = leaving.map(async (socket) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once('close', () => resolve());
    socket.close(GOING_AWAY);
    await promise;
  });
  const everybody = Promise.all(gone).then(() => farewell.abort());
  const isLate = await sleep(clock, waitMs, farewell.signal);
  if (isLate) for (const socket of leaving) socket.terminate();
  await everybody;
}
