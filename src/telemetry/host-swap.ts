import type { Clock } from '../core/clock.ts';
import { readHostFile } from './host-files.ts';

/** Pages a second, of 4 KB (16 KB on a Pi 5), that go to or come from the swap device; a few do on any machine. */
const MANY = 128;
/** In so many samples one after the other: to put aside once what nobody uses is no trouble. */
const SAMPLES = 2;

/**
 * Whether memory keeps going to the swap device and coming back from it (`pswpin` and `pswpout` of `/proc/vmstat`).
 * Compressed memory (zram) is such a device too: it costs the processor what it spares the card.
 */
export class HostSwap {
  readonly #clock: Clock;
  readonly #path: string;
  #before: { readonly atUs: number; readonly pages: number } | undefined;
  #busySamples = 0;

  constructor(clock: Clock, procRoot: string) {
    this.#clock = clock;
    this.#path = `${procRoot}/vmstat`;
  }

  /** Since the last calls; undefined the first time, and where the machine does not tell. */
  async isBusy(): Promise<boolean | undefined> {
    const before = this.#before;
    const pages = pagesOf(await readHostFile(this.#path));
    const atUs = this.#clock.nowUs();
    this.#before = pages === undefined ? undefined : { atUs, pages };
    if (pages === undefined || before === undefined || atUs <= before.atUs) return undefined;
    const pagesPerSecond = ((pages - before.pages) * 1e6) / (atUs - before.atUs);
    this.#busySamples = pagesPerSecond > MANY ? this.#busySamples + 1 : 0;
    return this.#busySamples >= SAMPLES;
  }
}

function pagesOf(text: string | undefined): number | undefined {
  const taken = /^pswpin (\d+)$/m.exec(text ?? '');
  const given = /^pswpout (\d+)$/m.exec(text ?? '');
  return taken === null || given === null ? undefined : Number(taken[1]) + Number(given[1]);
}
