import { Broadcaster, type BroadcasterOptions } from '../broadcast/broadcaster.ts';
import type { Sink } from '../broadcast/sink.ts';
import { CounterSet } from '../core/counters.ts';
import { SAMPLE_RATE } from '../core/pcm.ts';
import { type Rung, rungsOf } from '../core/rung.ts';
import type { EncoderSettings } from '../core/source-settings.ts';
import { ffmpegEncoders } from '../encode/ffmpeg-encoder.ts';
import { Ladder } from '../encode/ladder.ts';
import { CODEC_DELAY, FRAME_SIZE } from '../encode/rung-encoder.ts';
import { Timeline } from '../encode/timeline.ts';
import { Ring } from '../ring/ring.ts';
import { decodeAudio } from '../testkit/decode-audio.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import type { JoinedSound, StreamJoint } from '../testkit/joint-noise.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { framingFor } from './framing.ts';

const BLOCK = 960;
const BROADCASTER: BroadcasterOptions = {
  chunkBytes: 16_384,
  maxChunkDelayMs: 100,
  lingerMs: 5_000,
  sleepHighMs: 1,
  sleepMediumMs: 5,
  sleepLowMs: 10,
  maxLagMs: 10_000,
  resumeSeconds: 2,
  stallTimeoutMs: 30_000,
};

/** What a listener got who was sent from rung to rung, and what it was taken from. */
export interface SwitchedStream {
  readonly rungs: readonly Rung[];
  /** Sample frame of the source that the first frame begins with. */
  readonly start: number;
  /** How many frames of each rung there were before. */
  readonly begun: number;
  /** Of each rung, the frames that the ladder made since the listener came. */
  readonly frames: readonly (readonly Uint8Array[])[];
  /** The listener's stream, by frame: of which rung it is. */
  readonly route: readonly number[];
  /** The listener's stream as it was sent. */
  readonly bytes: Uint8Array;
}

/**
 * Sends `sound` (interleaved stereo) through ladder, ring and broadcaster to a listener that is told to change to
 * another rung whenever it is done with the last change: over all pairs of rungs, in turn.
 * @param onSecond told each second how many frames there are of each rung, to do something to the ladder
 */
export function switchedStream(
  codec: 'mp3' | 'aac',
  sound: Int16Array,
  settings: EncoderSettings,
  onSecond: (ladder: Ladder, frames: number) => void = () => {},
): SwitchedStream {
  const clock = new FakeClock();
  const log = new RecordingLog();
  const counters = new CounterSet();
  const rungs = rungsOf(codec);
  const frames: Uint8Array[][] = rungs.map(() => []);
  const written: Uint8Array[] = [];
  const framing = framingFor(codec, 0);
  const broadcaster = new Broadcaster(
    {
      ring: new Ring({ sizeBytes: 8 * 1024 * 1024 }),
      clock,
      log,
      counters,
      headerOf: () => framing.header,
      onDemand: () => {},
    },
    BROADCASTER,
  );
  using ladder = new Ladder(
    { log, counters, timeline: new Timeline({ clock }), encoders: ffmpegEncoders },
    {
      encoder: settings,
      onUnit: (unit) => {
        frames[rungs.indexOf(unit.rung)]?.push(Uint8Array.from(unit.data));
        const framed = framing.frame(unit);
        if (framed !== undefined) broadcaster.append(unit.rung, framed);
      },
      onRung: () => {},
    },
  );
  ladder.want(rungs);
  const sink: Sink = {
    onDrain() {},
    onClose() {},
    write: (bytes) => written.push(Uint8Array.from(bytes)) > 0,
    close() {},
  };
  const first = rungs[0] as Rung;
  const listener = broadcaster.join({
    info: { id: 1, address: '', userAgent: '', quality: 'auto' },
    sink,
    rung: first,
    burstSeconds: 0,
  });
  const tour = tourOf(rungs);
  let stop = 0;
  for (let at = 0; at + BLOCK <= sound.length / 2; at += BLOCK) {
    if (at % SAMPLE_RATE < BLOCK) onSecond(ladder, frames[0]?.length ?? 0);
    ladder.append({ samples: sound.subarray(at * 2, (at + BLOCK) * 2), channels: 2, ptsUs: (at * 1e6) / SAMPLE_RATE });
    clock.advance((BLOCK * 1000) / SAMPLE_RATE);
    // A little apart, so that what is heard around one change is of that one alone.
    if (at % 8_640 === 0 && listener.nextRung === undefined) {
      broadcaster.switchRung(listener, tour[stop % tour.length] as Rung);
      stop += 1;
    }
  }
  clock.advance(1_000);
  void broadcaster[Symbol.asyncDispose]();
  const bytes = Buffer.concat(written);
  const begun = (frames[0] ?? []).findIndex((_, k) => frames.some((one) => bytes.indexOf(one[k] ?? '-') === 0));
  const since = frames.map((one) => one.slice(begun));
  // What an encoder makes of the time before the first sample is left out.
  const size = FRAME_SIZE[codec];
  const start = begun * size + ((size - (CODEC_DELAY[codec] % size)) % size);
  return { rungs, start, begun, frames: since, route: routeOf(since, bytes), bytes };
}

/** A round over all ordered pairs of rungs. */
function tourOf(rungs: readonly Rung[]): Rung[] {
  const tour: Rung[] = [];
  const left = new Set(
    rungs.flatMap((from) => rungs.filter((to) => to !== from).map((to) => `${from.name} ${to.name}`)),
  );
  // Hierholzer's way: go on while there is a way on, and put in what was left out where it closes.
  const walk = (from: Rung): void => {
    for (const to of rungs) if (left.delete(`${from.name} ${to.name}`)) walk(to);
    tour.unshift(from);
  };
  walk(rungs[0] as Rung);
  return tour.slice(1);
}

/** Of which rung each frame of a stream is. Throws when one is of none, which a torn or misplaced one would be. */
function routeOf(frames: readonly (readonly Uint8Array[])[], bytes: Buffer): number[] {
  const route: number[] = [];
  let now = 0;
  for (let at = 0; at < bytes.length; ) {
    const k = route.length;
    const isHere = (rung: number): boolean => {
      const frame = frames[rung]?.[k];
      return frame !== undefined && bytes.subarray(at, at + frame.length).equals(frame);
    };
    if (!isHere(now)) now = frames.findIndex((_, rung) => isHere(rung));
    if (now < 0) throw new Error(`frame ${k} of the stream is of no rung`);
    route.push(now);
    at += frames[now]?.[k]?.length ?? 0;
  }
  return route;
}

/** Where a route changes. */
export function jointsOf(codec: 'mp3' | 'aac', route: readonly number[]): StreamJoint[] {
  const joints: StreamJoint[] = [];
  for (const [k, to] of route.entries()) {
    const from = route[k - 1] ?? to;
    if (from !== to) joints.push({ at: k * FRAME_SIZE[codec], from, to });
  }
  return joints;
}

/**
 * Decodes whole rungs and what was joined from them (`stream.bytes`, if nothing else is given), and moves the source to
 * where decoders put it. Whatever ffmpeg remarks is an error.
 */
export async function decoded(
  codec: 'mp3' | 'aac',
  sound: Int16Array,
  { start, frames, bytes }: SwitchedStream,
  joined = bytes,
): Promise<JoinedSound> {
  const source = new Int16Array(sound.length - start * 2);
  if (start < 0) source.set(sound, -start * 2);
  else source.set(sound.subarray(start * 2));
  const streams = [...frames.map((one) => Buffer.concat(one)), joined];
  const heard = await Promise.all(
    streams.map((bytes) => decodeAudio(bytes, { channels: 2, format: codec, isStrict: true })),
  );
  for (const { complaints } of heard) if (complaints !== '') throw new Error(complaints);
  const samples = heard.map((one) => one.samples);
  return { source, whole: samples.slice(0, -1), joined: samples.at(-1) as Int16Array };
}

/** Strokes of a brush on a drum over a soft chord: attacks that encoders do not judge alike at all bitrates. */
export function strokes(seconds: number): Int16Array {
  const sound = new Float64Array(seconds * SAMPLE_RATE * 2);
  let seed = 77;
  const random = () => {
    seed = (seed * 48271) % 0x7fffffff;
    return seed / 0x7fffffff;
  };
  for (let i = 0; i < sound.length / 2; i++) {
    const chord = 1500 * (Math.sin(i * 0.0288) + Math.sin(i * 0.0431) + Math.sin(i * 0.0362));
    sound[i * 2] = chord + 300 * (random() - 0.5);
    sound[i * 2 + 1] = 0.8 * chord + 300 * (random() - 0.5);
  }
  for (let at = 2_000; at < sound.length / 2 - 9_000; at += Math.floor(1_500 + random() * 6_000)) {
    const loudness = 1500 * 10 ** (random() * 0.9);
    const [rise, fall] = [20 + random() * 600, 300 + random() * 2_000];
    const [pan, dark] = [random(), random() * 0.9];
    let [left, right] = [0, 0];
    for (let i = 0; i < 8_000; i++) {
      const now = loudness * Math.min(1, i / rise) * Math.exp(-i / fall);
      left = dark * left + (1 - dark) * (random() - 0.5) * 3;
      right = dark * right + (1 - dark) * (random() - 0.5) * 3;
      sound[(at + i) * 2] = (sound[(at + i) * 2] as number) + now * left * pan;
      sound[(at + i) * 2 + 1] = (sound[(at + i) * 2 + 1] as number) + now * right * (1 - pan);
    }
  }
  return Int16Array.from(sound, (value) => Math.max(-32_767, Math.min(32_767, value)));
}
