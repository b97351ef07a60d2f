import type { LevelReading } from '../core/level-reading.ts';
import type { Channels, PcmBlock } from '../core/pcm.ts';
import type { SoundTreatment } from '../core/sound-treatment.ts';
import type { MeterSettings } from '../core/source-settings.ts';
import { LevelMeter } from './level-meter.ts';
import { SoundTreater } from './sound-treater.ts';

export interface SoundPathOptions {
  readonly channels: Channels;
  readonly treatment: SoundTreatment;
  readonly meter: MeterSettings;
  readonly onLevel: (level: LevelReading) => void;
  /** A block as listeners hear it; `isTreated`: it is not as the source delivered it. */
  readonly onBlock: (block: PcmBlock, isTreated: boolean) => void;
}

/** The way of a block of sound between its source and the encoders: it is treated, then measured. */
export class SoundPath {
  readonly #treater: SoundTreater;
  readonly #meter: LevelMeter;
  readonly #onBlock: SoundPathOptions['onBlock'];

  constructor({ channels, treatment, meter, onLevel, onBlock }: SoundPathOptions) {
    const treater = new SoundTreater(channels);
    treater.configure(treatment, meter.silenceDb);
    this.#treater = treater;
    this.#meter = new LevelMeter({ channels, settings: meter, onLevel, autoGainDb: () => treater.autoGainDb });
    this.#onBlock = onBlock;
  }

  /** Treats and judges what comes from now on otherwise. */
  configure(treatment: SoundTreatment, meter: MeterSettings): void {
    this.#treater.configure(treatment, meter.silenceDb);
    this.#meter.configure(meter);
  }

  /** The block may be changed. */
  append(block: PcmBlock): void {
    const isTreated = !this.#treater.isIdle;
    if (isTreated) {
      this.#meter.countClipped(block);
      this.#treater.treat(block);
    }
    this.#meter.append(block, isTreated);
    this.#onBlock(block, isTreated);
  }
}
