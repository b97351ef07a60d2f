import { get, type IncomingMessage } from 'node:http';
import { until } from './until.ts';

const START = Buffer.from([0xff, 0xd8]);
const LENGTH = /Content-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n$/i;
const HEAD_BYTES = 1_024;

/** Somebody who watches a camera's MJPEG stream: one connection that is never opened again. */
export class Watching implements Disposable {
  readonly #answer: IncomingMessage;
  #rest = Buffer.alloc(0);
  #last: Buffer | undefined;
  #count = 0;
  #isOpen = true;

  private constructor(answer: IncomingMessage) {
    this.#answer = answer;
    answer.on('data', (chunk: Buffer) => this.#take(chunk));
    for (const end of ['end', 'close', 'error'] as const) {
      answer.on(end, () => {
        this.#isOpen = false;
      });
    }
  }

  static open(url: string): Promise<Watching> {
    const { promise, resolve, reject } = Promise.withResolvers<Watching>();
    const request = get(url, { agent: false }, (answer) => {
      if (answer.statusCode === 200) resolve(new Watching(answer));
      else reject(new Error(`${url} answered ${answer.statusCode}`));
    });
    request.on('error', reject);
    return promise;
  }

  /** Pictures that have come. */
  get count(): number {
    return this.#count;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The last picture. */
  get last(): Buffer | undefined {
    return this.#last;
  }

  /** Waits for so many more pictures. */
  async more(count: number, limitMs = 120_000): Promise<void> {
    const wanted = this.#count + count;
    await until(`${count} more pictures`, () => (this.#count >= wanted ? true : undefined), { limitMs });
  }

  [Symbol.dispose](): void {
    this.#answer.destroy();
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const start = this.#rest.indexOf(START);
      if (start < 0) return;
      const head = this.#rest.subarray(Math.max(0, start - HEAD_BYTES), start).toString('latin1');
      const length = Number(LENGTH.exec(head)?.[1] ?? Number.NaN);
      if (Number.isNaN(length)) throw new Error(`a picture without its length: ${head.slice(-200)}`);
      if (this.#rest.length < start + length) return;
      this.#last = Buffer.from(this.#rest.subarray(start, start + length));
      this.#count += 1;
      this.#rest = this.#rest.subarray(start + length);
    }
  }
}
