import type { SourcePacket } from '../capture/source.ts';
import type { Log } from '../core/log.ts';
import { type Channels, SAMPLE_RATE } from '../core/pcm.ts';
import { type Codec, nearestRung, type Rung } from '../core/rung.ts';
import { channelsOf } from './rung-encoder.ts';
import { type FittingFrame, fitRung } from './rung-fit.ts';

export interface PassthroughOptions {
  readonly channels: Channels;
  /** Sample frames of the past that `replay` can deliver. */
  readonly keepFrames: number;
  /** A frame of the source is a unit of `rung`. */
  readonly onPacket: (rung: Rung, data: Uint8Array, first: number, samples: number) => void;
  /** From now on the source's frames are that rung; `first` is the first sample frame of one of them. */
  readonly onStart: (rung: Rung, first: number) => void;
  /** They no longer are: that rung must be encoded. */
  readonly onStop: (rung: Rung) => void;
}

/** How far the bitrate may be from a rung's to be taken for it. FLAC has none, Opus varies with the sound. */
const TOLERANCE: Readonly<Record<Codec, number>> = { mp3: 0.08, aac: 0.08, opus: 0.15, flac: Number.POSITIVE_INFINITY };
/** A rung that is passed through is given up above this share of its bitrate: links are planned by it. */
const GIVE_UP_SHARE = 1.3;
/** What is measured before the source is believed. */
const WATCH_SAMPLES = 2 * SAMPLE_RATE;
/** The same after it has broken its word: a stream that changes often is better encoded throughout. */
const PROBATION_SAMPLES = 30 * SAMPLE_RATE;
/** Packets and decoded sound may be this far apart before they are matched anew. */
const MAX_APART_SAMPLES = 2 * SAMPLE_RATE;

/**
 * Kept while the source is still watched: an encoder lags behind the sound by a few frames, and the rung must go
 * on without a gap where it ends.
 */
const SEAM_SAMPLES = SAMPLE_RATE / 2;

/**
 * Decoded sound comes in blocks, so that at most moments less of it has come than lies before a packet; over so many
 * packets there is one moment when all of it has.
 */
const MATCH_PACKETS = 16;

interface Kept {
  readonly data: Uint8Array;
  first: number;
  readonly samples: number;
}

/**
 * Finds out whether the compressed frames of the source already are a rung, and hands them on as such, so that
 * a source client that sends MP3 at 128 kbit/s is heard as it was sent and costs no encoder. A source is believed
 * after two seconds in which every frame fits (`fitRung`) and the bitrate is a rung's; with the first frame that
 * does not fit, the rung is encoded again.
 */
export class Passthrough {
  readonly #log: Log;
  readonly #options: PassthroughOptions;
  #rung: Rung | undefined;
  #config: Uint8Array = new Uint8Array(0);
  /** Frames whose sound has not been decoded yet, and those of the past. */
  #pending: Kept[] = [];
  #past: Kept[] = [];
  /** Index of the next packet's first sample; undefined until it is matched to the sound. */
  #next: number | undefined;
  #end = 0;
  /** By how much the sound that had come was ahead of each of the last packets, as they are numbered. */
  #leads: number[] = [];
  #codec: Codec | undefined;
  #bytes = 0;
  #samples = 0;
  #bitrateKbps = 0;
  #watchSamples = WATCH_SAMPLES;

  constructor(deps: { readonly log: Log }, options: PassthroughOptions) {
    this.#log = deps.log;
    this.#options = options;
  }

  /** The rung that the source is; undefined while it is none. */
  get rung(): Rung | undefined {
    return this.#rung;
  }

  /** Codec configuration of that rung, as FFmpeg's extradata. */
  get config(): Uint8Array {
    return this.#config;
  }

  /** A compressed frame, before the block that holds its first sample. */
  packet(packet: SourcePacket): void {
    if (this.#codec !== packet.codec) {
      this.#giveUp(`the source sends ${packet.codec}`);
      this.#codec = packet.codec;
    }
    const fit = fitRung(packet, this.#options.channels);
    if (typeof fit === 'string') {
      this.#giveUp(fit);
      return;
    }
    if (!this.#sameStream(fit)) {
      this.#giveUp('its configuration has changed');
      this.#config = fit.config;
      this.#bitrateKbps = fit.bitrateKbps;
    }
    if (this.#next !== undefined && Math.abs(this.#next - this.#end) > MAX_APART_SAMPLES) {
      this.#giveUp('its frames are out of step with its sound');
    }
    this.#next ??= this.#end;
    if (this.#leads.push(this.#end - this.#next) > MATCH_PACKETS) this.#leads.shift();
    const samples = packet.durationSamples;
    this.#pending.push({ data: fit.data, first: this.#next, samples });
    this.#next += samples;
    this.#weigh(fit.data.length, samples);
  }

  /** Sound has been decoded up to sample frame `end`: what lies before it is handed on. */
  advance(end: number): void {
    this.#end = end;
    if (this.#next !== undefined && end - this.#next > MAX_APART_SAMPLES) this.#giveUp('its frames have ceased');
    let due = 0;
    for (const { data, first, samples } of this.#pending) {
      if (first >= end) break;
      due++;
      if (this.#rung !== undefined) this.#options.onPacket(this.#rung, data, first, samples);
    }
    if (due > 0) this.#past.push(...this.#pending.splice(0, due));
    const oldest = end - (this.#rung === undefined ? SEAM_SAMPLES : this.#options.keepFrames);
    let old = 0;
    while (old < this.#past.length && (this.#past[old] as Kept).first < oldest) old++;
    if (old > 0) this.#past.splice(0, old);
  }

  /** The rung is encoded from now on, for that reason; the source may be believed again later. */
  stop(why: string): void {
    this.#giveUp(why);
  }

  /** Hands on once more what is kept from sample frame `from` on, for a rung that somebody has begun to want. */
  replay(from: number): void {
    for (const kept of this.#past) {
      if (this.#rung !== undefined && kept.first >= from) {
        this.#options.onPacket(this.#rung, kept.data, kept.first, kept.samples);
      }
    }
  }

  #sameStream(fit: FittingFrame): boolean {
    if (this.#samples === 0 && this.#rung === undefined) {
      this.#config = fit.config;
      this.#bitrateKbps = fit.bitrateKbps;
    }
    return fit.bitrateKbps === this.#bitrateKbps && Buffer.compare(fit.config, this.#config) === 0;
  }

  /** Adds a frame to the measured bitrate and draws the conclusion when enough was measured. */
  #weigh(bytes: number, samples: number): void {
    this.#bytes += bytes;
    this.#samples += samples;
    if (this.#samples < this.#watchSamples) return;
    const kbps = (this.#bytes * 8 * SAMPLE_RATE) / this.#samples / 1000;
    this.#bytes = 0;
    this.#samples = 0;
    const codec = this.#codec as Codec;
    if (this.#rung !== undefined) {
      const { bitrateKbps } = this.#rung;
      if (bitrateKbps > 0 && kbps > bitrateKbps * GIVE_UP_SHARE) this.#giveUp(`it sends ${Math.round(kbps)} kbit/s`);
      return;
    }
    const rung = nearestRung(codec, kbps);
    if (rung.bitrateKbps > 0 && Math.abs(kbps / rung.bitrateKbps - 1) > TOLERANCE[codec]) return;
    const { channels } = this.#options;
    if (channelsOf(rung, channels) !== channels) return;
    this.#match();
    this.#rung = rung;
    this.#watchSamples = WATCH_SAMPLES;
    this.#log.info(`${rung.name}: the source already is this rung, it is passed through`, { kbps: Math.round(kbps) });
    this.#options.onStart(rung, this.#next ?? 0);
  }

  /** Numbers packets by the sound that was decoded from them: decoders leave out some at the start of a stream. */
  #match(): void {
    const lead = Math.max(...this.#leads);
    this.#leads = [];
    for (const kept of [...this.#past, ...this.#pending]) kept.first += lead;
    if (this.#next !== undefined) this.#next += lead;
  }

  #giveUp(why: string): void {
    this.#bytes = 0;
    this.#samples = 0;
    this.#next = undefined;
    this.#pending = [];
    this.#past = [];
    this.#leads = [];
    const rung = this.#rung;
    if (rung === undefined) return;
    this.#rung = undefined;
    this.#watchSamples = PROBATION_SAMPLES;
    this.#log.info(`${rung.name}: the source no longer is this rung (${why}), it is encoded`);
    this.#options.onStop(rung);
  }
}
