import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NbdReader } from './nbd-protocol.ts';
import { VolatileDisk } from './volatile-disk.ts';

const test = suite('volatile disk');
const SIZE = 8192 * 512;

/** What QEMU would say. */
class Client implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #reader: NbdReader;
  readonly #folder: string;
  readonly disk: VolatileDisk;

  private constructor(socket: Socket, folder: string, disk: VolatileDisk) {
    this.#socket = socket;
    this.#reader = new NbdReader(socket);
    this.#folder = folder;
    this.disk = disk;
  }

  static async open(): Promise<Client> {
    const folder = await mkdtemp(join(tmpdir(), 'pipit-disk-'));
    await writeFile(join(folder, 'disk'), Buffer.alloc(SIZE));
    const disk = await VolatileDisk.open(join(folder, 'disk'), join(folder, 'socket'));
    const socket = connect(join(folder, 'socket'));
    await once(socket, 'connect');
    const client = new Client(socket, folder, disk);
    await client.#negotiate();
    return client;
  }

  async request(kind: number, offset: number, lengthOrData: number | Buffer, flags = 0): Promise<Buffer> {
    const data = typeof lengthOrData === 'number' ? Buffer.alloc(0) : lengthOrData;
    const head = Buffer.alloc(28);
    head.writeUInt32BE(0x25609513, 0);
    head.writeUInt16BE(flags, 4);
    head.writeUInt16BE(kind, 6);
    head.writeBigUInt64BE(7n, 8);
    head.writeBigUInt64BE(BigInt(offset), 16);
    head.writeUInt32BE(typeof lengthOrData === 'number' ? lengthOrData : data.length, 24);
    this.#socket.write(Buffer.concat([head, data]));
    const reply = await this.#reader.bytes(16);
    assert.is(reply?.readUInt32BE(4), 0);
    assert.is(reply?.readBigUInt64BE(8), 7n);
    return kind === 0 ? ((await this.#reader.bytes(lengthOrData as number)) as Buffer) : Buffer.alloc(0);
  }

  medium(): Promise<Buffer> {
    return readFile(join(this.#folder, 'disk'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.disk[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true });
  }

  async #negotiate(): Promise<void> {
    const hello = await this.#reader.bytes(18);
    assert.is(hello?.toString('latin1', 0, 16), 'NBDMAGICIHAVEOPT');
    this.#socket.write(Buffer.from([0, 0, 0, 3]));
    // A thing that it does not know, then go.
    for (const [option, replies] of [
      [8, 1],
      [7, 2],
    ] as const) {
      const words = Buffer.alloc(16);
      words.write('IHAVEOPT', 0, 'latin1');
      words.writeUInt32BE(option, 8);
      this.#socket.write(words);
      for (let i = 0; i < replies; i += 1) {
        const head = await this.#reader.bytes(20);
        const info = await this.#reader.bytes(head?.readUInt32BE(16) ?? 0);
        if (info?.length === 12) assert.is(info.readBigUInt64BE(2), BigInt(SIZE));
      }
    }
  }
}

const WRITE = 1;
const READ = 0;
const FLUSH = 3;

test('what was written is read again at once, and is on the medium after a flush', async () => {
  await using client = await Client.open();
  const data = Buffer.alloc(1024, 'a');
  await client.request(WRITE, 512, data);
  assert.equal(await client.request(READ, 512, 1024), data);
  assert.is((await client.medium())[512], 0);
  assert.is(client.disk.unsafeSectors, 2);
  await client.request(FLUSH, 0, 0);
  assert.equal((await client.medium()).subarray(512, 1536), data);
  assert.is(client.disk.unsafeSectors, 0);
});

test('a write that comes in pieces is one', async () => {
  await using client = await Client.open();
  const data = Buffer.alloc(SIZE, 'whole');
  await client.request(WRITE, 0, data);
  assert.ok((await client.request(READ, 0, SIZE)).equals(data));
});

test('a write that is forced is on the medium when it is answered', async () => {
  await using client = await Client.open();
  await client.request(WRITE, 0, Buffer.alloc(512, 'b'), 1);
  assert.is((await client.medium()).toString('latin1', 0, 2), 'bb');
});

test('a power cut loses sectors that were not flushed, and no other', async () => {
  await using client = await Client.open();
  await client.request(WRITE, 0, Buffer.alloc(512, 'c'));
  await client.request(FLUSH, 0, 0);
  await client.request(WRITE, 512, Buffer.alloc(4 * 512, 'd'));
  const turns = [0.5, 0.1, 0.9, 0.2, 0.8].values();
  const { kept, lost } = await client.disk.cut(() => turns.next().value ?? 0);
  assert.equal([kept, lost], [2, 2]);
  const medium = await client.medium();
  assert.equal(
    [0, 1, 2, 3, 4].map((sector) => String.fromCharCode(medium[sector * 512] ?? 0)),
    ['c', 'd', '\0', 'd', '\0'],
  );
});

test.run();
