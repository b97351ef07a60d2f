import { type FileHandle, open } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { NbdReader, nbdAnswer, nbdExport } from './nbd-protocol.ts';

const SECTOR = 512;
/** What a device keeps to itself at most; then the oldest is written. */
const CACHE_BYTES = 32 * 2 ** 20;

/**
 * A disk with a volatile write cache, as cards and disks have one: what was written stays in memory until the machine asks
 * for a flush. At a power cut some sectors of that have reached the medium and others have not, in no order. QEMU alone can't
 * play that: what it was given is safe in this machine's memory when it is killed. It is reached over NBD
 * (https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md) through a socket.
 */
export class VolatileDisk implements AsyncDisposable {
  readonly socket: string;
  readonly #file: FileHandle;
  readonly #server: Server;
  readonly #sizeBytes: number;
  /** By number of sector, in the order of writing. */
  readonly #cache = new Map<number, Buffer>();
  #client: Socket | undefined;
  #work: Promise<void> = Promise.resolve();

  private constructor(socket: string, file: FileHandle, sizeBytes: number) {
    this.socket = socket;
    this.#file = file;
    this.#sizeBytes = sizeBytes;
    this.#server = createServer((client) => {
      this.#client = client;
      client.on('error', () => {});
      this.#work = this.#serve(client).catch(() => void client.destroy());
    });
  }

  /**
   * @param path of the medium, raw
   * @param socket where QEMU connects to
   */
  static async open(path: string, socket: string): Promise<VolatileDisk> {
    const file = await open(path, 'r+');
    const disk = new VolatileDisk(socket, file, (await file.stat()).size);
    await new Promise<void>((resolve) => disk.#server.listen(socket, resolve));
    return disk;
  }

  /** Sectors that a power cut at this moment could lose. */
  get unsafeSectors(): number {
    return this.#cache.size;
  }

  /**
   * The power is cut; whoever was connected is gone.
   * @param random below one: which of the sectors that were not asked to be safe have reached the medium
   * @returns how many did, and how many did not
   */
  async cut(random: () => number): Promise<{ readonly kept: number; readonly lost: number }> {
    await this.#disconnect();
    // Sometimes nearly all, sometimes nearly nothing.
    const share = random();
    let [kept, lost] = [0, 0];
    for (const [sector, bytes] of this.#cache) {
      if (random() < share) {
        await this.#file.write(bytes, 0, SECTOR, sector * SECTOR);
        kept += 1;
      } else lost += 1;
    }
    this.#cache.clear();
    return { kept, lost };
  }

  /** Everything is written, as at an orderly end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disconnect();
    await this.#flush();
    this.#server.close();
    await this.#file.close();
  }

  async #disconnect(): Promise<void> {
    this.#client?.destroy();
    await this.#work;
  }

  async #serve(client: Socket): Promise<void> {
    const reader = new NbdReader(client);
    await nbdExport(reader, client, this.#sizeBytes);
    for (;;) {
      const request = await reader.request();
      if (request === undefined) return;
      const { kind, offset, length, isForced, data } = request;
      if (kind === 'disconnect') return;
      if (kind === 'read') {
        nbdAnswer(client, request, await this.#read(offset, length));
        continue;
      }
      if (kind === 'write') this.#write(offset, data);
      else if (kind === 'zero') await this.#zero(offset, length);
      if (kind === 'flush' || isForced) await this.#flush();
      else if (this.#cache.size * SECTOR > CACHE_BYTES) await this.#writeOldest();
      nbdAnswer(client, request);
    }
  }

  async #read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    await this.#file.read(bytes, 0, length, offset);
    if (this.#cache.size === 0) return bytes;
    for (let at = 0; at < length; at += SECTOR) this.#cache.get((offset + at) / SECTOR)?.copy(bytes, at);
    return bytes;
  }

  #write(offset: number, data: Buffer): void {
    for (let at = 0; at < data.length; at += SECTOR) {
      const sector = (offset + at) / SECTOR;
      this.#cache.delete(sector);
      this.#cache.set(sector, Buffer.from(data.subarray(at, at + SECTOR)));
    }
  }

  async #zero(offset: number, length: number): Promise<void> {
    const part = 2 ** 20;
    for (let at = 0; at < length; at += part) {
      this.#write(offset + at, Buffer.alloc(Math.min(part, length - at)));
      if (this.#cache.size * SECTOR > CACHE_BYTES) await this.#writeOldest();
    }
  }

  async #flush(): Promise<void> {
    await this.#writeOut([...this.#cache.keys()]);
  }

  async #writeOldest(): Promise<void> {
    await this.#writeOut([...this.#cache.keys()].slice(0, Math.ceil(this.#cache.size / 2)));
  }

  /** Neighbours are written together. */
  async #writeOut(sectors: number[]): Promise<void> {
    sectors.sort((a, b) => a - b);
    for (let from = 0; from < sectors.length; ) {
      let to = from + 1;
      while (to < sectors.length && sectors[to] === (sectors[to - 1] ?? 0) + 1) to += 1;
      const run = sectors.slice(from, to);
      const bytes = Buffer.concat(run.map((sector) => this.#cache.get(sector) ?? Buffer.alloc(SECTOR)));
      await this.#file.write(bytes, 0, bytes.length, (run[0] ?? 0) * SECTOR);
      for (const sector of run) this.#cache.delete(sector);
      from = to;
    }
  }
}
