/** A place in a stream where it goes on as another one. */
export interface StreamJoint {
  /** Sample frame of the decoded sound at which the first frame of the other stream begins. */
  readonly at: number;
  /** Which of the whole streams it was before, and which it is from then on. */
  readonly from: number;
  readonly to: number;
}

/** Interleaved stereo; sample frame 0 of all of them is the same moment. */
export interface JoinedSound {
  readonly source: Int16Array;
  /** What each stream decodes to as a whole. */
  readonly whole: readonly Int16Array[];
  /** What the stream decodes to that is made of parts of them. */
  readonly joined: Int16Array;
}

export interface JointNoise {
  /** Of each joint: how much louder than coding noise it is, dB. */
  readonly excessDb: readonly number[];
  /** Energy of the error in each window near a joint, ascending, dB relative to full scale. */
  readonly nearDb: readonly number[];
  /** The same for every window of the noisiest of the whole streams. */
  readonly elsewhereDb: readonly number[];
}

const CHANNELS = 2;
/** 2.7 ms: as short as a click, and no shorter than the shortest window of MP3 and AAC. */
const WINDOW = 128;
/** Noise is not the same from one window to the next: the loudest of this many to each side counts. */
const NEIGHBOURS = 2;
/** Sample frames around a joint that are looked at: 10 ms, and all that the first frame overlaps and filters smear. */
const BEFORE = 480;
const AFTER = 1_700;
/** Rounding of two signals to 16 bits, as energy of a window. */
const FLOOR = WINDOW / 6;

/**
 * How audible joints are. Windows of 2.7 ms from 10 ms before each joint to 35 ms beyond it are compared: the
 * energy of what the joined sound differs from its source by, over that of what the noisier of the two whole streams
 * differs by within 8 ms of the same place. The worst window of both channels counts, taken over the whole spectrum and
 * over its upper part alone, where a click stands out. 0 dB: the joint is not louder than the noise of coding.
 * @param joints in order
 */
export function measureJoints(sound: JoinedSound, joints: readonly StreamJoint[]): JointNoise {
  const whole = sound.whole.map((one) => new Errors(sound.source, one));
  const joined = new Errors(sound.source, sound.joined);
  const near: number[] = [];
  const excessDb = joints.map(({ at, from, to }, i) => {
    const [before, after] = [whole[from], whole[to]];
    if (before === undefined || after === undefined) throw new RangeError(`streams ${from} and ${to} of a joint`);
    const first = Math.max(0, Math.floor((at - BEFORE) / WINDOW));
    const last = Math.min(
      joined.count,
      Math.floor((at + AFTER) / WINDOW),
      Math.floor((joints[i + 1]?.at ?? Number.POSITIVE_INFINITY) / WINDOW),
    );
    let worst = Number.NEGATIVE_INFINITY;
    for (let window = first; window < last; window++) {
      for (let band = 0; band < BANDS; band++) {
        const energy = joined.energy(window, band);
        const usual = Math.max(FLOOR, before.around(window, band), after.around(window, band));
        worst = Math.max(worst, energy / usual);
        near.push(energy);
      }
    }
    return 10 * Math.log10(worst);
  });
  const noisiest = whole.reduce((most, one) => (one.total > most.total ? one : most));
  return { excessDb, nearDb: inDb(near), elsewhereDb: inDb(noisiest.all()) };
}

/** The value below which that share of ascending `values` lies. */
export function quantile(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

function inDb(energies: readonly number[]): number[] {
  const fullScale = WINDOW * 32768 ** 2;
  return energies.map((energy) => 10 * Math.log10((energy + FLOOR) / fullScale)).sort((a, b) => a - b);
}

/** Both channels, whole and high-passed. */
const BANDS = CHANNELS * 2;

/** What a sound differs from its source by, as energy of windows. */
class Errors {
  /** How many windows there are. */
  readonly count: number;
  readonly #energies: Float64Array;

  constructor(source: Int16Array, sound: Int16Array) {
    const frames = Math.floor(Math.min(source.length, sound.length) / CHANNELS);
    this.count = Math.floor(frames / WINDOW);
    this.#energies = new Float64Array(this.count * BANDS);
    for (let channel = 0; channel < CHANNELS; channel++) {
      let [last, lastButOne] = [0, 0];
      for (let frame = 0; frame < this.count * WINDOW; frame++) {
        const error = (sound[frame * CHANNELS + channel] as number) - (source[frame * CHANNELS + channel] as number);
        // Two differences: 24 dB less at 3 kHz than at the top.
        const high = (error - 2 * last + lastButOne) / 4;
        [last, lastButOne] = [error, last];
        const at = Math.floor(frame / WINDOW) * BANDS + channel * 2;
        this.#energies[at] = (this.#energies[at] as number) + error ** 2;
        this.#energies[at + 1] = (this.#energies[at + 1] as number) + high ** 2;
      }
    }
  }

  get total(): number {
    return this.#energies.reduce((sum, energy) => sum + energy, 0);
  }

  all(): number[] {
    return [...this.#energies];
  }

  energy(window: number, band: number): number {
    return this.#energies[window * BANDS + band] ?? 0;
  }

  /** The loudest of a window and its neighbours. */
  around(window: number, band: number): number {
    let most = 0;
    for (let i = window - NEIGHBOURS; i <= window + NEIGHBOURS; i++) most = Math.max(most, this.energy(i, band));
    return most;
  }
}
