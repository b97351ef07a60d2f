import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, Socket } from 'node:net';

const TICK_MS = 20;
/** What may pass at once after a pause, milliseconds of the rate. */
const BURST_MS = 40;

/**
 * A way to a port of this machine that carries no more than it is told to. What comes from there waits unread, so that
 * the kernel makes its sender wait, too; but what the kernel itself holds, 64 KB and more, has arrived for the sender.
 */
export class SlowLink implements Disposable {
  /** Infinity: as fast as it goes. */
  kbps: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();

  private constructor(toPort: number, localAddress: string) {
    this.kbps = Number.POSITIVE_INFINITY;
    this.#server = createServer((near) => this.#join(near, toPort, localAddress));
  }

  /** @param localAddress whose requests they seem to be */
  static async open(toPort: number, localAddress = '127.0.0.1'): Promise<SlowLink> {
    const link = new SlowLink(toPort, localAddress);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(near: Socket, toPort: number, localAddress: string): void {
    const far = new Socket({ readableHighWaterMark: 1024 } as ConstructorParameters<typeof Socket>[0]);
    // In paused mode: what nobody has read is not asked for again.
    far.on('readable', () => {});
    far.connect({ port: toPort, host: '127.0.0.1', localAddress });
    near.pipe(far);
    let bytes = 0;
    let lastMs = performance.now();
    const timer = setInterval(() => {
      const nowMs = performance.now();
      const bytesPerMs = Math.min(this.kbps, 1e6) / 8;
      bytes = Math.min(bytes + (nowMs - lastMs) * bytesPerMs, BURST_MS * bytesPerMs);
      lastMs = nowMs;
      while (bytes >= 1) {
        const chunk: Buffer | null = far.read(Math.min(far.readableLength, Math.floor(bytes)) || undefined);
        if (chunk === null) break;
        bytes -= chunk.length;
        near.write(chunk);
      }
    }, TICK_MS);
    this.#timers.add(timer);
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        clearInterval(timer);
        this.#timers.delete(timer);
        this.#sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
  }
}
