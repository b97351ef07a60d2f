import { type ChildProcess, spawn } from 'node:child_process';

const RATE = 48_000;
/** -12 dBFS. */
const AMPLITUDE = 0.25;
const END_MS = 3_000;

/** Plays a tone to an ALSA device with aplay, for as long as the device takes it. */
export class TonePlayer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  /** @param hz a whole number: then a second of it follows itself without a seam */
  constructor(device: string, hz: number) {
    // Half a second waits in the card: machines that run tests are slow.
    const args = ['-q', '-D', device, '-t', 'raw', '-f', 'S16_LE', '-r', `${RATE}`, '-c', '2', '-B', '500000', '-'];
    this.#child = spawn('aplay', args, { stdio: ['pipe', 'ignore', 'ignore'] });
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', () => resolve());
    });
    const { stdin } = this.#child;
    if (stdin === null) return;
    stdin.on('error', () => {});
    const second = secondOf(hz);
    const feed = (): void => {
      while (stdin.writable && stdin.write(second)) {}
    };
    stdin.on('drain', feed);
    feed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const hard = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    this.#child.stdin?.destroy();
    this.#child.kill('SIGTERM');
    await this.#ended;
    clearTimeout(hard);
  }
}

function secondOf(hz: number): Buffer {
  const samples = new Int16Array(RATE * 2);
  for (let i = 0; i < RATE; i += 1) {
    const value = Math.round(32_767 * AMPLITUDE * Math.sin((2 * Math.PI * hz * i) / RATE));
    samples[2 * i] = value;
    samples[2 * i + 1] = value;
  }
  return Buffer.from(samples.buffer);
}
