import { access, writeFile } from 'node:fs/promises';
import type { Bench } from './hardware-test.ts';
import { makeOwn } from './own-module.ts';
import { must, program } from './program.ts';
import { TonePlayer } from './tone-player.ts';
import { until } from './until.ts';

const DRIVER = '/sys/bus/platform/drivers/snd_aloop';
/** How often it is tried to unload it before its cards are pulled. */
const PULLED_AT = 15;

/**
 * A sound card that records what is played to it (snd-aloop): what goes to its device 0 comes out of its device 1. Two of
 * them are as alike as two microphones of one model.
 */
export class LoopbackCard {
  /** As ALSA calls it: `Loopback`, `Loopback_1`. */
  readonly id: string;
  readonly #number: number;

  constructor(number: number) {
    this.#number = number;
    this.id = number === 0 ? 'Loopback' : `Loopback_${number}`;
  }

  /** What stands in a configuration to record from it. */
  get device(): string {
    return `card-id:${this.id},DEV=1`;
  }

  /** Plays a tone into it until the end of the test, or until the player is disposed of. */
  play(bench: Bench, hz: number): TonePlayer {
    return bench.stack.use(new TonePlayer(`hw:CARD=${this.id},DEV=0`, hz));
  }

  /** As a hand that pulls the plug: whoever has it open is told that it is gone. */
  async unplug(): Promise<void> {
    await writeFile(`${DRIVER}/unbind`, `snd_aloop.${this.#number}`);
  }

  async plugIn(): Promise<void> {
    await writeFile(`${DRIVER}/bind`, `snd_aloop.${this.#number}`);
    await this.isThere();
  }

  /** Waits for its device file, which udev may make a moment after the kernel has the card. */
  async isThere(): Promise<void> {
    await until(`the card ${this.id} is there`, async () => {
      const { out } = await program('cat', [`/proc/asound/${this.id}/pcm1c/info`]);
      const number = /^card: (\d+)$/m.exec(out)?.[1];
      return number === undefined
        ? undefined
        : await access(`/dev/snd/pcmC${number}D1c`).then(
            () => true,
            () => undefined,
          );
    });
  }
}

/** Loads the module with so many cards, until the end of the test. */
export async function loopbackCards(bench: Bench, count: number): Promise<LoopbackCard[]> {
  // It takes the number of its cards when it is loaded.
  if (makeOwn(bench, 'snd-aloop')) await must('modprobe', ['-r', 'snd-aloop']);
  const cards = Array.from({ length: count }, (_, number) => new LoopbackCard(number));
  // Before it is loaded: a run that is ended meanwhile leaves nothing behind.
  bench.stack.defer(async () => {
    // Whoever recorded may need a moment to let go.
    let tries = 0;
    await until(
      'snd-aloop is unloaded',
      async () => {
        const { code } = await program('modprobe', ['-r', 'snd-aloop']);
        if (code === 0) return true;
        tries += 1;
        // A desktop's sound server keeps each card's mixer open until the card is pulled. That waits for it: once is enough.
        if (tries === PULLED_AT) for (const card of cards) void card.unplug().catch(() => {});
        return undefined;
      },
      { limitMs: 15_000 },
    );
  });
  const ones = Array.from({ length: count }, () => '1').join(',');
  await must('modprobe', ['snd-aloop', `enable=${ones}`, 'pcm_substreams=2']);
  for (const card of cards) await card.isThere();
  return cards;
}
