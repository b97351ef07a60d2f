import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AccessUnit } from '../core/access-unit.ts';
import { CounterSet } from '../core/counters.ts';
import { MediaError } from '../core/errors.ts';
import { LADDER, type Rung, rungNamed } from '../core/rung.ts';
import type { EncoderSettings } from '../core/source-settings.ts';
import { decodeAudio } from '../testkit/decode-audio.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { ffmpegEncoders } from './ffmpeg-encoder.ts';
import { Ladder } from './ladder.ts';
import { type EncoderFactory, FRAME_SIZE } from './rung-encoder.ts';
import { Timeline } from './timeline.ts';

const test = suite('ladder');

const SETTINGS: EncoderSettings = {
  channels: 2,
  mp3Quality: 9,
  opusComplexity: 0,
  aacCoder: 'fast',
  flacLevel: 0,
  primeSeconds: 2,
};
/** Radians a sample of the tone that is played: about 1 kHz. */
const STEP = 0.13;
const START_US = 500_000_000;

function rung(name: string): Rung {
  const found = rungNamed(name);
  if (found === undefined) throw new RangeError(name);
  return found;
}

/** Encoders without a codec: a packet holds the index of the sample frame that it begins with. */
function gridEncoders(opened: Rung[], refuses: (rung: Rung) => boolean = () => false): EncoderFactory {
  let at = 0;
  return {
    frame: (codec) => ({
      size: FRAME_SIZE[codec],
      input: new Int16Array(FRAME_SIZE[codec] * 2),
      commit(start) {
        at = start;
      },
      [Symbol.dispose]() {},
    }),
    encoder(one) {
      opened.push(one);
      return {
        config: new Uint8Array(0),
        encode(_frame, onPacket) {
          if (refuses(one)) throw new MediaError('encode.codec', 'it refuses', { remedy: 'None.' });
          const packet = new DataView(new ArrayBuffer(8));
          packet.setFloat64(0, at);
          onPacket(new Uint8Array(packet.buffer), at);
        },
        [Symbol.dispose]() {},
      };
    },
  };
}

const opened = new Set<Ladder>();
test.after.each(() => {
  for (const ladder of opened) ladder[Symbol.dispose]();
  opened.clear();
});

function station(options: { encoders?: EncoderFactory; settings?: Partial<EncoderSettings> } = {}) {
  const units: (AccessUnit & { bytes: number })[] = [];
  const configs: string[] = [];
  const counters = new CounterSet();
  const log = new RecordingLog();
  const timeline = new Timeline({ clock: new FakeClock() });
  const ladder = new Ladder(
    { log, counters, timeline, encoders: options.encoders ?? ffmpegEncoders },
    {
      encoder: { ...SETTINGS, ...options.settings },
      onUnit: (unit) => units.push({ ...unit, data: Uint8Array.from(unit.data), bytes: unit.data.length }),
      onRung: (one, config) => configs.push(`${one.name} ${Buffer.from(config).toString('latin1', 0, 8)}`),
    },
  );
  opened.add(ladder);
  let frames = 0;
  /** Plays seconds of a tone in blocks of `block` sample frames. */
  function play(seconds: number, block = 960): void {
    for (const until = frames + seconds * 48_000; frames < until; frames += block) {
      const from = frames;
      const samples = Int16Array.from({ length: block * 2 }, (_, i) => 9000 * Math.sin((from + (i >> 1)) * STEP));
      ladder.append({ samples, channels: 2, ptsUs: START_US + (frames * 1e6) / 48_000 });
    }
  }
  const of = (one: Rung) => units.filter((unit) => unit.rung === one);
  return { ladder, units, of, configs, counters, log, play, timeline };
}

/** Lets the turns pass that a long past is encoded in. */
async function settled(): Promise<void> {
  for (let i = 0; i < 60; i++) await new Promise((resolve) => setImmediate(resolve));
}

function assertContinuous(units: readonly AccessUnit[]): void {
  for (const [i, unit] of units.entries()) {
    const before = units[i - 1];
    if (before === undefined) continue;
    const gapUs = unit.ptsUs - (before.ptsUs + before.durationUs);
    assert.ok(Math.abs(gapUs) <= 1, `${unit.rung.name}: ${gapUs} µs between units ${i - 1} and ${i}`);
  }
}

test('nothing is encoded that nobody wants', () => {
  const { units, configs, play } = station();
  play(1);
  assert.is(units.length, 0);
  assert.is(configs.length, 0);
});

test('all rungs at once are delivered without gaps, sync at every unit, with exact durations', async () => {
  const { ladder, of, play, configs } = station();
  ladder.want(LADDER);
  play(3);
  await settled();
  for (const one of LADDER) {
    const units = of(one);
    assertContinuous(units);
    assert.ok(units.every((unit) => unit.sync));
    const lastUs = units.at(-1)?.ptsUs ?? 0;
    assert.ok(lastUs > START_US + 2.85e6 && lastUs < START_US + 3e6, `${one.name} ends ${lastUs - START_US} µs in`);
    assert.ok((units[0]?.ptsUs ?? 0) >= START_US, `${one.name} begins before the sound`);
    const perUnit = (FRAME_SIZE[one.codec] * 1e6) / 48_000;
    assert.ok(units.every((unit) => Math.abs(unit.durationUs - perUnit) < 1));
  }
  assert.is(configs.length, LADDER.length);
  assert.ok(configs.includes('opus@128 OpusHead'));
  assert.ok(configs.includes('mp3@128 '));
});

test('rungs of one codec that start at different times still share their frame times', async () => {
  const { ladder, of, play } = station();
  const [low, high] = [rung('mp3@64'), rung('mp3@320')];
  ladder.want([low]);
  play(1.3);
  ladder.want([low, high]);
  play(1);
  await settled();
  const times = new Set(of(low).map((unit) => unit.ptsUs));
  assert.ok(of(high).length > 60);
  assert.ok(of(high).every((unit) => times.has(unit.ptsUs)));
});

test('a newly wanted rung delivers the past two seconds at once', async () => {
  const { ladder, of, play } = station();
  play(5);
  for (const name of ['mp3@128', 'aac@64', 'opus@32', 'flac@lossless']) {
    const one = rung(name);
    ladder.want([one]);
    await settled();
    const pastUs = START_US + 5e6 - (of(one)[0]?.ptsUs ?? 0);
    assert.ok(pastUs > 1.85e6 && pastUs <= 2e6, `${name}: ${pastUs} µs`);
    assertContinuous(of(one));
  }
});

test('a rung that is wanted again soon goes on where it ended; after long it begins two seconds back', async () => {
  const { ladder, of, play } = station();
  for (const one of [rung('mp3@128'), rung('aac@128'), rung('opus@64')]) {
    ladder.want([one]);
    play(3);
    ladder.want([]);
    play(0.5);
    ladder.want([one]);
    await settled();
    play(0.5);
    assertContinuous(of(one));
    const before = of(one).at(-1);
    ladder.want([]);
    play(6);
    ladder.want([one]);
    await settled();
    const after = of(one).find((unit) => unit.ptsUs > (before?.ptsUs ?? 0));
    const awayUs = (after?.ptsUs ?? 0) - (before?.ptsUs ?? 0);
    assert.ok(awayUs > 3.9e6 && awayUs < 4.2e6, `${one.name}: ${awayUs} µs away`);
  }
});

test('a change of effort goes unnoticed by listeners', async () => {
  const { ladder, of, play, configs } = station();
  ladder.want(LADDER);
  play(1);
  ladder.setEffort({ mp3Quality: 2, opusComplexity: 8, aacCoder: 'twoloop', flacLevel: 8 });
  await settled();
  play(1);
  await settled();
  for (const one of LADDER) assertContinuous(of(one));
  assert.is(configs.length, LADDER.length, 'no configuration is announced twice');
});

test('a listener does not hear that an encoder was exchanged', async () => {
  for (const one of [rung('mp3@128'), rung('aac@128')]) {
    const { ladder, of, play } = station();
    ladder.want([one]);
    play(1);
    ladder.setEffort({ mp3Quality: 8, opusComplexity: 1, aacCoder: 'twoloop', flacLevel: 1 });
    await settled();
    play(1);
    const stream = Buffer.concat(of(one).map((unit) => unit.data));
    const audio = await decodeAudio(stream, { channels: 2, format: one.codec });
    assert.is(audio.complaints, '');
    const left = audio.samples.filter((_, i) => i % 2 === 0).subarray(9600, 86_400);
    assert.ok(notched(left) < 10, `${one.name}: a click of ${notched(left)}`);
  }
});

/** The loudest moment of what is left of a tone of `STEP` radians a sample once it is filtered out. */
function notched(samples: Int16Array): number {
  let most = 0;
  for (let i = 2; i < samples.length; i++) {
    const [a, b, c] = samples.subarray(i - 2, i + 1) as unknown as [number, number, number];
    most = Math.max(most, Math.abs(a - 2 * Math.cos(STEP) * b + c));
  }
  return most;
}

test('whatever is wanted when, no rung goes back in time and frames stay on their grid', () => {
  const wish = fc.record({
    rungs: fc.subarray([...LADDER]),
    blocks: fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 8 }),
  });
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 12 }), (wishes) => {
      const encoders: Rung[] = [];
      const { ladder, units, timeline } = station({ encoders: gridEncoders(encoders), settings: { primeSeconds: 1 } });
      let frames = 0;
      for (const { rungs, blocks } of wishes) {
        ladder.want(rungs);
        for (const length of blocks) {
          ladder.append({ samples: new Int16Array(length * 2), channels: 2, ptsUs: (frames * 1e6) / 48_000 });
          frames += length;
        }
      }
      const newest = new Map<Rung, number>();
      for (const unit of units) {
        const first = new DataView(unit.data.buffer).getFloat64(0);
        assert.is(first % FRAME_SIZE[unit.rung.codec], 0);
        assert.is(unit.ptsUs, timeline.ptsUs(first));
        assert.ok(first >= (newest.get(unit.rung) ?? 0), `${unit.rung.name} went back to ${first}`);
        newest.set(unit.rung, first + FRAME_SIZE[unit.rung.codec]);
      }
    }),
    { numRuns: 60 },
  );
});

test('an encoder that fails costs its rung seconds, not the others, and is told once', () => {
  let refuse = false;
  const encoders: Rung[] = [];
  const { ladder, of, play, log, counters } = station({
    encoders: gridEncoders(encoders, (one) => refuse && one === rung('mp3@128')),
  });
  ladder.want([rung('mp3@128'), rung('mp3@64')]);
  play(1);
  refuse = true;
  play(2);
  refuse = false;
  play(6);
  assertContinuous(of(rung('mp3@64')));
  assert.is(log.lines.filter((line) => line.level === 'warning').length, 1);
  assert.is(counters.snapshot()['encoder_failures_total'], 1);
  assert.is(encoders.length, 3);
  const times = of(rung('mp3@128')).map((unit) => unit.ptsUs - START_US);
  assert.ok((times.at(-1) ?? 0) > 8.9e6, 'it has come back');
  assert.ok(!times.some((us) => us > 1.1e6 && us < 3.9e6), 'what it missed beyond the priming stays missed');
});

test('a machine that is too slow leaves sound out, counts it, and stays in step', async () => {
  const { ladder, of, play, counters } = station({ settings: { primeSeconds: 0.5 } });
  ladder.want(LADDER);
  // No turn passes meanwhile, so only what each block may encode at once is encoded.
  play(10, 4800);
  const skipped = counters.snapshot()['encode_skipped_samples_total'] ?? 0;
  assert.ok(skipped > 0);
  await settled();
  play(0.1);
  await settled();
  for (const one of LADDER) {
    const times = of(one).map((unit) => unit.ptsUs);
    assert.ok(
      times.every((us, i) => i === 0 || us > (times[i - 1] as number)),
      one.name,
    );
    assert.ok((times.at(-1) ?? 0) > START_US + 9.9e6, `${one.name} ends ${(times.at(-1) ?? 0) - START_US} µs in`);
  }
});

test('a block of another layout is a bug, and after disposal everything is ignored', () => {
  const { ladder, units, play } = station();
  assert.throws(() => ladder.append({ samples: new Int16Array(10), channels: 1 }), /1 channels came to a ladder of 2/);
  ladder.want([rung('mp3@64')]);
  ladder[Symbol.dispose]();
  ladder[Symbol.dispose]();
  play(1);
  ladder.want([rung('mp3@64')]);
  assert.is(units.length, 0);
});

test.run();
