import { createWriteStream, truncateSync, type WriteStream } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { ClientPlayer } from './client-player.ts';
import { type Heard, nowMs } from './heard.ts';
import type { ReadOrder } from './read-order.ts';
import { SoundFrames } from './sound-frames.ts';

/*
 * Listeners that play nothing, but know what a player would have: all of one network namespace. Takes orders from
 * its standard input, a line of JSON each: to begin, or `{"end":KEY}`; answers the latter with what was heard.
 *
 *   node bench/listening/readers.ts
 */

const NOTE_MS = 200;

class Reader {
  readonly #order: ReadOrder;
  readonly #player: ClientPlayer;
  readonly #frames = new SoundFrames();
  readonly #askedMs = nowMs();
  readonly #socket: Socket;
  readonly #file: WriteStream;
  readonly #timer: NodeJS.Timeout;
  #head = '';
  #isInBody = false;
  #isPaused = false;

  constructor(order: ReadOrder) {
    this.#order = order;
    this.#player = new ClientPlayer(this.#askedMs, { startS: order.startS, resumeS: order.resumeS });
    this.#file = createWriteStream(order.file);
    const { host, port, path, readBytes } = order;
    const buffer = Buffer.alloc(readBytes);
    const callback = (count: number): boolean => this.#take(buffer.subarray(0, count));
    this.#socket = connect({ host, port, onread: { buffer, callback } });
    this.#socket.on('error', () => {});
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: bench\r\n\r\n`);
    this.#timer = setInterval(() => this.#onTime(), Math.min(NOTE_MS, order.maxS * 250));
  }

  end(): Promise<Heard> {
    clearInterval(this.#timer);
    this.#socket.destroy();
    const player = this.#player;
    const endMs = nowMs();
    player.end(endMs);
    const { firstSoundMs, stalls, rungs, playedS, playedKbps, inHand } = player;
    const heard: Heard = {
      askedMs: this.#askedMs,
      firstSoundMs,
      endMs,
      stalls,
      rungs: rungs.length > 0 ? rungs : undefined,
      playedS,
      playedKbps,
      inHand,
      warnings: this.#frames.strayBytes > 0 ? [`${this.#frames.strayBytes} bytes of no frame`] : [],
    };
    return new Promise((done) => {
      this.#file.end(() => {
        // The last frame has come only in part, for we went.
        truncateSync(this.#order.file, this.#file.bytesWritten - this.#frames.restBytes);
        done(heard);
      });
    });
  }

  /** Says whether it wants more now. */
  #take(bytes: Buffer): boolean {
    let body = bytes;
    if (!this.#isInBody) {
      this.#head += bytes.toString('latin1');
      const end = this.#head.indexOf('\r\n\r\n');
      if (end === -1) return true;
      this.#isInBody = true;
      body = Buffer.from(this.#head.slice(end + 4), 'latin1');
    }
    // The socket's buffer is used again.
    const sound = Buffer.from(body);
    this.#file.write(sound);
    const now = nowMs();
    for (const { bytes: length, seconds, kbps } of this.#frames.add(sound)) {
      this.#player.receive(now, seconds, kbps ?? (length * 8) / 1000 / seconds, kbps);
    }
    return this.#wantsMore;
  }

  get #wantsMore(): boolean {
    return !this.#isPaused && this.#player.seconds < this.#order.maxS;
  }

  #onTime(): void {
    const now = nowMs();
    this.#player.note(now);
    const { pause } = this.#order;
    if (pause !== undefined) {
      const atS = (now - this.#askedMs) / 1000 - pause.atS;
      const isPaused = atS >= 0 && atS < pause.lengthS;
      if (isPaused !== this.#isPaused) this.#player.pause(now, isPaused);
      this.#isPaused = isPaused;
    }
    if (this.#wantsMore) this.#socket.resume();
    else this.#socket.pause();
  }
}

const readers = new Map<string, Reader>();
process.stderr.write(' ');
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as ReadOrder | { end: string };
  if ('key' in order) {
    readers.set(order.key, new Reader(order));
  } else {
    const reader = readers.get(order.end);
    if (reader !== undefined) process.stdout.write(`${JSON.stringify([order.end, await reader.end()])}\n`);
    readers.delete(order.end);
  }
}
process.exit();
