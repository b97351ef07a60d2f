import type { Clock } from '../core/clock.ts';
import type { LevelReading } from '../core/level-reading.ts';
import type { StationEvents } from '../core/station-event.ts';
import { Steady } from '../core/steady.ts';

export interface SoundWatchDeps {
  readonly clock: Clock;
  readonly events: Pick<StationEvents, 'emit'>;
}

/** Pauses between words are part of what is heard. */
const SOUND = { onMs: 0, offMs: 5_000 };
/** The meter itself says how long it must be silent. */
const SILENCE = { onMs: 0, offMs: 1_000 };
/** Sound that is cut off is told at most so often. */
const CLIPPING_US = 60e6;
/** What is cut off between two readings, a tenth of a second: fewer samples are not heard. */
const CLIPPED_SAMPLES = 10;

/** What is heard from one source: tells of sound, silence and clipping as level readings come. */
export class SoundWatch {
  readonly #deps: SoundWatchDeps;
  readonly #name: string;
  readonly #sound = new Steady(SOUND);
  readonly #silence = new Steady(SILENCE);
  #clipped = 0;
  #clippedUs = Number.NEGATIVE_INFINITY;

  constructor(deps: SoundWatchDeps, name: string) {
    this.#deps = deps;
    this.#name = name;
  }

  /** Ten times a second. */
  onLevel(level: LevelReading): void {
    const { clock, events } = this.#deps;
    const nowUs = clock.nowUs();
    if (this.#sound.see(level.sound, nowUs)) {
      if (this.#sound.isOn) events.emit('sound', this.#name, `${Math.round(loudest(level.rmsDb))} dBFS`);
      else events.emit('sound_ended', this.#name);
    }
    if (this.#silence.see(level.silent, nowUs)) {
      events.emit(this.#silence.isOn ? 'silence' : 'silence_ended', this.#name);
    }
    this.#seeClipping(level.clippedSamples, nowUs);
  }

  /** Nothing can be said of its sound for now: what was told to have begun is over. */
  rest(): void {
    if (this.#sound.set(false)) this.#deps.events.emit('sound_ended', this.#name);
    if (this.#silence.set(false)) this.#deps.events.emit('silence_ended', this.#name);
  }

  /** It counts from the start of the worker process, of which there may be another. */
  #seeClipping(clipped: number, nowUs: number): void {
    const grown = clipped - this.#clipped;
    this.#clipped = clipped;
    if (grown < CLIPPED_SAMPLES || nowUs - this.#clippedUs < CLIPPING_US) return;
    this.#clippedUs = nowUs;
    this.#deps.events.emit('clipping', this.#name, `${grown} samples in 0.1 s`);
  }
}

function loudest(rmsDb: readonly number[]): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const db of rmsDb) if (db > most) most = db;
  return most;
}
