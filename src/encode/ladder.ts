import type { SourcePacket } from '../capture/source.ts';
import type { AccessUnit } from '../core/access-unit.ts';
import type { Counter, CounterSet } from '../core/counters.ts';
import { BugError, reportOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { type PcmBlock, SAMPLE_RATE } from '../core/pcm.ts';
import { type Codec, LADDER, type Rung } from '../core/rung.ts';
import type { EncoderEffort, EncoderSettings } from '../core/source-settings.ts';
import { CodecGrid } from './codec-grid.ts';
import { Passthrough } from './passthrough.ts';
import { PcmHistory } from './pcm-history.ts';
import { CODEC_DELAY, type EncoderFactory, FRAME_SIZE } from './rung-encoder.ts';
import type { Timeline } from './timeline.ts';

export interface LadderDeps {
  readonly log: Log;
  readonly counters: CounterSet;
  /** Advanced by the ladder with every block. */
  readonly timeline: Timeline;
  readonly encoders: EncoderFactory;
}

export interface LadderOptions {
  readonly encoder: EncoderSettings;
  /** Each finished unit, in order within its rung; its `data` is valid until this returns. */
  readonly onUnit: (unit: AccessUnit) => void;
  /** A rung starts, or its configuration has changed; `config` is FFmpeg's extradata, empty where there is none. */
  readonly onRung: (rung: Rung, config: Uint8Array) => void;
}

/**
 * Seconds of sound over all rungs that are encoded before others get a turn: priming several rungs at once would
 * otherwise keep a small machine from reading its sound card.
 */
const TURN_FRAMES = SAMPLE_RATE;
/** History beyond what priming needs: the warm-up of encoders, and slack for a machine that is busy. */
const SPARE_SECONDS = 1.5;
/** An encoder that failed is tried again after this much sound. */
const RETRY_FRAMES = 5 * SAMPLE_RATE;
/** A block is taken in pieces no longer than this, so that none outruns the history. */
const PIECE_FRAMES = SAMPLE_RATE / 10;

/**
 * Encodes what somebody wants and nothing else. Each wanted rung is a cursor into the common history, on the
 * frame grid of its codec: frame k of two rungs of a codec covers the same samples, so listeners can change
 * between them at any frame. What a rung delivers never goes back in time, however often it stops and starts.
 */
export class Ladder implements Disposable {
  readonly #log: Log;
  readonly #timeline: Timeline;
  readonly #encoders: EncoderFactory;
  readonly #options: LadderOptions;
  readonly #history: PcmHistory;
  readonly #passthrough: Passthrough;
  readonly #grids = new Map<Codec, CodecGrid>();
  readonly #units: Counter;
  readonly #skipped: Counter;
  readonly #failures: Counter;
  /** By rung index: where the newest delivered unit ended, as absolute sample frame. */
  readonly #delivered = new Float64Array(LADDER.length).fill(Number.NEGATIVE_INFINITY);
  /** By rung index: the configuration that was announced last. */
  readonly #announced: (Uint8Array | undefined)[] = [];
  /** Rungs whose encoder failed, and from which sample frame on they are tried again. */
  readonly #retry = new Map<Rung, number>();
  #wanted: ReadonlySet<Rung> = new Set();
  #settings: EncoderSettings;
  #turn: NodeJS.Immediate | undefined;
  #isTreated = false;
  #disposed = false;

  constructor(deps: LadderDeps, options: LadderOptions) {
    this.#log = deps.log;
    this.#timeline = deps.timeline;
    this.#encoders = deps.encoders;
    this.#options = options;
    this.#settings = options.encoder;
    this.#units = deps.counters.counter('encoded_units_total', 'Access units that the ladder delivered');
    this.#skipped = deps.counters.counter(
      'encode_skipped_samples_total',
      'Sample frames that a rung left out because its encoder fell too far behind',
    );
    this.#failures = deps.counters.counter('encoder_failures_total', 'Times an encoder failed and was started again');
    const { channels, primeSeconds } = options.encoder;
    const frames = Math.ceil((primeSeconds + SPARE_SECONDS) * SAMPLE_RATE);
    this.#history = new PcmHistory({ channels, frames });
    this.#passthrough = new Passthrough(
      { log: deps.log },
      {
        channels,
        keepFrames: primeSeconds * SAMPLE_RATE,
        onPacket: (rung, data, first, samples) => this.#emit(rung, data, first, samples),
        onStart: (rung, first) => {
          this.#stop(rung);
          this.#align(rung.codec, first);
          this.#start(rung);
        },
        onStop: (rung) => this.#start(rung),
      },
    );
  }

  /** The rungs to deliver from now on; those that are new begin with the past `primeSeconds`. */
  want(rungs: readonly Rung[]): void {
    if (this.#disposed) return;
    const before = this.#wanted;
    this.#wanted = new Set(rungs);
    for (const rung of before) if (!this.#wanted.has(rung)) this.#stop(rung);
    for (const rung of this.#wanted) if (!before.has(rung)) this.#start(rung);
    this.#run();
  }

  /**
   * The next run of sound. Its samples are copied.
   * @param isTreated it is not what the source's own frames would be decoded to: those are passed through no more
   * @throws BugError when its layout is not the ladder's
   */
  append(block: PcmBlock, isTreated = false): void {
    if (this.#disposed) return;
    const { channels } = this.#history;
    if (block.channels !== channels) {
      throw new BugError('encode.layout', `a block of ${block.channels} channels came to a ladder of ${channels}`);
    }
    if (isTreated && !this.#isTreated) this.#passthrough.stop('its sound is treated');
    this.#isTreated = isTreated;
    const frames = Math.floor(block.samples.length / channels);
    this.#timeline.append(frames, block.ptsUs);
    for (let at = 0; at < frames; at += PIECE_FRAMES) {
      const to = Math.min(frames, at + PIECE_FRAMES);
      this.#history.append(block.samples.subarray(at * channels, to * channels));
      this.#passthrough.advance(this.#history.end);
      this.#startAgain();
      this.#run();
    }
  }

  /** A compressed frame from the source, before the block that holds its first sample. */
  packet(packet: SourcePacket): void {
    if (!this.#disposed && !this.#isTreated) this.#passthrough.packet(packet);
  }

  /** Encodes with another effort from now on; running encoders are exchanged between two frames. */
  setEffort(effort: EncoderEffort): void {
    const before = this.#settings;
    this.#settings = { ...before, ...effort };
    const changed: Readonly<Record<Codec, boolean>> = {
      mp3: before.mp3Quality !== effort.mp3Quality,
      aac: before.aacCoder !== effort.aacCoder,
      opus: before.opusComplexity !== effort.opusComplexity,
      flac: before.flacLevel !== effort.flacLevel,
    };
    for (const rung of this.#wanted) {
      if (!changed[rung.codec] || !this.#grids.get(rung.codec)?.has(rung)) continue;
      this.#stop(rung);
      this.#start(rung);
    }
  }

  /** Stops every encoder. What comes later is ignored. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#wanted = new Set();
    clearImmediate(this.#turn);
    for (const grid of this.#grids.values()) grid[Symbol.dispose]();
    this.#grids.clear();
  }

  #start(rung: Rung): void {
    if (!this.#wanted.has(rung)) return;
    const delivered = this.#delivered[rung.index] as number;
    const primed = Math.max(0, this.#history.end - Math.round(this.#settings.primeSeconds * SAMPLE_RATE));
    const from = Math.max(primed, delivered);
    if (this.#passthrough.rung === rung) {
      this.#announce(rung, this.#passthrough.config);
      this.#passthrough.replay(from);
      return;
    }
    try {
      const encoder = this.#encoders.encoder(rung, this.#settings);
      this.#announce(rung, encoder.config);
      this.#gridOf(rung.codec).add(rung, encoder, from, delivered >= primed);
    } catch (error) {
      this.#failed(rung, error);
    }
  }

  /** Puts the encoders of a codec on the grid of a source that is passed through, whose frames begin at `first`. */
  #align(codec: Codec, first: number): void {
    // Nobody changes between rungs of the others, and their frames have many sizes.
    if (codec !== 'mp3' && codec !== 'aac') return;
    const size = FRAME_SIZE[codec];
    const start = first + CODEC_DELAY[codec];
    const phase = ((start % size) + size) % size;
    const grid = this.#gridOf(codec);
    if (grid.phase === phase) return;
    const running = [...this.#wanted].filter((rung) => grid.has(rung));
    for (const rung of running) this.#stop(rung);
    grid.phase = phase;
    for (const rung of running) this.#start(rung);
  }

  #stop(rung: Rung): void {
    this.#retry.delete(rung);
    this.#grids.get(rung.codec)?.remove(rung);
  }

  /**
   * A grid once made stays: FFmpeg's frames are freed by the garbage collector, late, and small blocks that
   * linger between the large ones of encoders that come and go would fragment the heap.
   */
  #gridOf(codec: Codec): CodecGrid {
    let grid = this.#grids.get(codec);
    if (grid === undefined) {
      grid = new CodecGrid(
        { history: this.#history, frame: this.#encoders.frame(codec, this.#history.channels) },
        {
          codec,
          onPacket: (rung, data, first, samples) => this.#emit(rung, data, first, samples),
          onSkip: (samples) => this.#skipped.add(samples),
          onFailure: (rung, error) => this.#failed(rung, error),
        },
      );
      this.#grids.set(codec, grid);
    }
    return grid;
  }

  /** Encodes until every cursor has caught up or the turn is over; the rest follows in further turns. */
  #run(): void {
    let left = TURN_FRAMES;
    for (const grid of this.#grids.values()) {
      while (left > 0) {
        const done = grid.step();
        if (done === 0) break;
        left -= done;
      }
    }
    if (left > 0 || this.#turn !== undefined) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      this.#run();
    });
  }

  #emit(rung: Rung, data: Uint8Array, first: number, samples: number): void {
    if (first < (this.#delivered[rung.index] as number) || !this.#wanted.has(rung)) return;
    this.#delivered[rung.index] = first + samples;
    this.#units.add();
    const durationUs = microseconds(first + samples) - microseconds(first);
    this.#options.onUnit({ rung, ptsUs: this.#timeline.ptsUs(first), durationUs, sync: true, data });
  }

  #announce(rung: Rung, config: Uint8Array): void {
    const known = this.#announced[rung.index];
    if (known !== undefined && Buffer.compare(known, config) === 0) return;
    this.#announced[rung.index] = config;
    this.#options.onRung(rung, config);
  }

  #failed(rung: Rung, error: unknown): void {
    this.#failures.add();
    this.#retry.set(rung, this.#history.end + RETRY_FRAMES);
    this.#log.warning(`${rung.name}: its encoder failed, it is tried again in a few seconds`, {
      ...reportOf(error, 'encode.codec'),
    });
  }

  #startAgain(): void {
    for (const [rung, from] of this.#retry) {
      if (this.#history.end < from) continue;
      this.#retry.delete(rung);
      this.#start(rung);
    }
  }
}

/** Where a sample lies in whole microseconds: durations taken as differences of these add up without drift. */
function microseconds(sample: number): number {
  return Math.round((sample * 1e6) / SAMPLE_RATE);
}
