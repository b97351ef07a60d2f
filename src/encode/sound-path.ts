import type { LevelReading } from '../core/level-reading.ts';
import type { Channels, PcmBlock } from '../core/pcm.ts';
import type { SoundCheckReport } from '../core/sound-check.ts';
import type { SoundTreatment } from '../core/sound-treatment.ts';
import type { MeterSettings } from '../core/source-settings.ts';
import { LevelMeter } from './level-meter.ts';
import { SoundCheck } from './sound-check.ts';
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
  readonly #channels: Channels;
  readonly #onBlock: SoundPathOptions['onBlock'];
  #treatment: SoundTreatment;
  #check: SoundCheck | undefined;
  #onChecked: (report: SoundCheckReport) => void = () => {};

  constructor({ channels, treatment, meter, onLevel, onBlock }: SoundPathOptions) {
    const treater = new SoundTreater(channels);
    treater.configure(treatment, meter.silenceDb);
    this.#treater = treater;
    this.#channels = channels;
    this.#treatment = treatment;
    this.#meter = new LevelMeter({ channels, settings: meter, onLevel, autoGainDb: () => treater.autoGainDb });
    this.#onBlock = onBlock;
  }

  /** Treats and judges what comes from now on otherwise. */
  configure(treatment: SoundTreatment, meter: MeterSettings): void {
    this.#treatment = treatment;
    this.#treater.configure(treatment, meter.silenceDb);
    this.#meter.configure(meter);
  }

  /** Listens to what comes for so many seconds, and says what is wrong with it; another that is under way is given up. */
  check(seconds: number, onChecked: (report: SoundCheckReport) => void): void {
    this.#check = new SoundCheck(this.#channels, seconds, this.#treatment);
    this.#onChecked = onChecked;
  }

  /** The block may be changed. */
  append(block: PcmBlock): void {
    this.#check?.capture(block);
    const isTreated = !this.#treater.isIdle;
    if (isTreated) {
      this.#meter.countClipped(block);
      this.#treater.treat(block);
    }
    this.#meter.append(block, isTreated);
    this.#hear(block);
    this.#onBlock(block, isTreated);
  }

  #hear(block: PcmBlock): void {
    const check = this.#check;
    if (!check?.hear(block)) return;
    this.#check = undefined;
    this.#onChecked(check.report());
  }
}
