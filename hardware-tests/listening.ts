import { get, type IncomingMessage } from 'node:http';
import { decodeSound, type Sound } from './decode-sound.ts';
import { until } from './until.ts';

/** Bytes that are kept: some seconds of the highest bitrate. */
const KEPT_BYTES = 400_000;
const CONNECT_MS = 30_000;
const LIMIT_MS = 120_000;
const TEST_TONE_HZ = 440;
/** 50 ms of each second are another tone, 6 dB louder: that leaves 7 dB. */
const BEEPING_DB = 4;

/** Somebody who listens to a stream: one connection that is never opened again. */
export class Listening implements Disposable {
  readonly contentType: string;
  readonly #answer: IncomingMessage;
  #chunks: Buffer[] = [];
  #kept = 0;
  #bytes = 0;
  #lastMs = performance.now();
  #longestGapMs = 0;
  #isOpen = true;

  private constructor(answer: IncomingMessage) {
    this.#answer = answer;
    this.contentType = answer.headers['content-type'] ?? '';
    answer.on('data', (chunk: Buffer) => this.#take(chunk));
    for (const end of ['end', 'close', 'error'] as const) {
      answer.on(end, () => {
        this.#isOpen = false;
      });
    }
  }

  static open(url: string): Promise<Listening> {
    const { promise, resolve, reject } = Promise.withResolvers<Listening>();
    const request = get(url, { signal: AbortSignal.timeout(24 * 3_600_000), agent: false }, (answer) => {
      clearTimeout(patience);
      if (answer.statusCode === 200) resolve(new Listening(answer));
      else reject(new Error(`${url} answered ${answer.statusCode}`));
    });
    const patience = setTimeout(() => request.destroy(new Error(`${url} did not answer`)), CONNECT_MS);
    request.on('error', reject);
    return promise;
  }

  /** Of the sound, that have come. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The connection is the one that it was in the beginning. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Milliseconds in which nothing came, since the last call. */
  longestGapMs(): number {
    const gap = Math.max(this.#longestGapMs, performance.now() - this.#lastMs);
    this.#longestGapMs = 0;
    return gap;
  }

  /** What came last. */
  async recent(seconds: number): Promise<Sound> {
    return (await decodeSound(Buffer.concat(this.#chunks), this.contentType)).last(seconds);
  }

  /** Waits until the stream's last two seconds are the station's own test tone, with its beep in each second. */
  hearsTestTone(): Promise<number> {
    return this.hears(TEST_TONE_HZ, LIMIT_MS, BEEPING_DB);
  }

  /**
   * Waits until the stream's last two seconds are a tone of this pitch and nothing else.
   * @returns how far the tone stands above the rest, dB
   */
  async hears(hz: number, limitMs = LIMIT_MS, leastDb = 10): Promise<number> {
    let heard = 'nothing';
    const look = async () => {
      if (!this.#isOpen) throw new Error('the stream has ended');
      const sound = await this.recent(2);
      const { toneDb, aboveRestDb } = sound.tone(hz);
      heard = `${toneDb.toFixed(0)} dBFS at ${hz} Hz, ${aboveRestDb.toFixed(0)} dB above the rest`;
      return sound.seconds > 1.5 && toneDb > -30 && aboveRestDb > leastDb ? aboveRestDb : undefined;
    };
    return await until(`the stream carries ${hz} Hz`, look, { limitMs }).catch((error: Error) => {
      throw new Error(`${error.message}; heard: ${heard}`);
    });
  }

  /** Waits until so many more bytes have come. */
  async more(bytes: number, limitMs = LIMIT_MS): Promise<void> {
    const wanted = this.#bytes + bytes;
    await until(`${bytes} more bytes of the stream`, () => (this.#bytes >= wanted ? true : undefined), { limitMs });
  }

  [Symbol.dispose](): void {
    this.#answer.destroy();
  }

  #take(chunk: Buffer): void {
    const nowMs = performance.now();
    this.#longestGapMs = Math.max(this.#longestGapMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
    this.#kept += chunk.length;
    while (this.#kept - (this.#chunks[0]?.length ?? 0) > KEPT_BYTES) this.#kept -= this.#chunks.shift()?.length ?? 0;
  }
}
