import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Channels } from '../core/pcm.ts';
import { type SoundTreatment, UNTREATED } from '../core/sound-treatment.ts';
import { SoundTreater } from './sound-treater.ts';

const test = suite('sound treater');
const RATE = 48_000;
const SILENCE_DB = -50;

type Wave = (frame: number) => readonly number[];

const sine =
  (hz: number, db: number): Wave =>
  (frame) => {
    const value = 32_767 * 10 ** (db / 20) * Math.sin((2 * Math.PI * hz * frame) / RATE);
    return [value, value];
  };

function treater(treatment: Partial<SoundTreatment>, channels: Channels = 2): SoundTreater {
  const one = new SoundTreater(channels);
  one.configure({ ...UNTREATED, ...treatment }, SILENCE_DB);
  return one;
}

/** Plays so many seconds in blocks of `block` frames; all that comes out. */
function play(one: SoundTreater, wave: Wave, seconds: number, from = 0, block = 960): Int16Array {
  const out = new Int16Array(seconds * RATE * 2);
  for (let frame = 0; frame < seconds * RATE; frame += block) {
    const frames = Math.min(block, seconds * RATE - frame);
    const samples = new Int16Array(frames * 2);
    for (let i = 0; i < frames; i += 1) samples.set(wave(from + frame + i).map(Math.round), i * 2);
    one.treat({ samples, channels: 2 });
    out.set(samples, frame * 2);
  }
  return out;
}

/** Of one channel over the last part of it, dBFS. */
function rmsDb(samples: Int16Array, channel = 0, seconds = 0.5): number {
  let squares = 0;
  const from = samples.length - seconds * RATE * 2;
  for (let i = from + channel; i < samples.length; i += 2) squares += (samples[i] as number) ** 2;
  return 10 * Math.log10(squares / (seconds * RATE) / 32_768 ** 2 + 1e-12);
}

/** The largest second difference of one channel: a click stands out in it, a sine has that of its pitch. */
function roughness(samples: Int16Array, channel = 0): number {
  let most = 0;
  for (let i = 4 + channel; i < samples.length; i += 2) {
    const bend = (samples[i] as number) - 2 * (samples[i - 2] as number) + (samples[i - 4] as number);
    most = Math.max(most, Math.abs(bend));
  }
  return most;
}

const near = (value: number, wanted: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(value - wanted) <= tolerance, `${what}: ${value.toFixed(2)}, not ${wanted}`);

test('where nothing is to be done no sample is touched', () => {
  const one = treater({});
  assert.ok(one.isIdle);
  const wave: Wave = (frame) => [((frame * 7919) % 65_536) - 32_768, ((frame * 104_729) % 65_536) - 32_768];
  const out = play(one, wave, 0.1);
  for (let frame = 0; frame < RATE / 10; frame += 1) {
    assert.is(out[frame * 2], wave(frame)[0]);
    assert.is(out[frame * 2 + 1], wave(frame)[1]);
  }
});

test('gain changes the level by as much', () => {
  for (const gainDb of [-40, -6, 3, 12]) {
    const out = play(treater({ gainDb }), sine(1000, -20), 1);
    near(rmsDb(out), -20 - 3.01 + gainDb, 0.1, `${gainDb} dB`);
  }
});

test('of two channels both, their mean or one of them is heard', () => {
  const wave: Wave = (frame) => [sine(1000, -10)(frame)[0] as number, sine(1000, -30)(frame)[0] as number];
  const meanDb = 20 * Math.log10((10 ** (-10 / 20) + 10 ** (-30 / 20)) / 2);
  for (const [useChannels, left, right] of [
    ['both', -10, -30],
    ['mono', meanDb, meanDb],
    ['left', -10, -10],
    ['right', -30, -30],
  ] as const) {
    const out = play(treater({ useChannels, gainDb: -1 }), wave, 1);
    near(rmsDb(out, 0), left - 4.01, 0.1, `${useChannels}, left`);
    near(rmsDb(out, 1), right - 4.01, 0.1, `${useChannels}, right`);
  }
});

test('the high-pass follows the curve of a Butterworth filter of second order', () => {
  for (const cornerHz of [80, 150, 1000]) {
    for (const hz of [25, 50, 100, 150, 400, 3000]) {
      const theoryDb = -10 * Math.log10(1 + (cornerHz / hz) ** 4);
      const out = play(treater({ highPassHz: cornerHz }), sine(hz, -6), 1.5);
      const expectedDb = -6 - 3.01 + theoryDb;
      // What is down among the last bits of a sample is not heard, and not measured.
      if (expectedDb > -75) near(rmsDb(out), expectedDb, 0.15, `${hz} Hz through ${cornerHz} Hz`);
    }
  }
});

test('mains hum of 50 Hz goes down by 16 dB at a corner of 120 Hz, speech stays, an offset goes', () => {
  const hum = play(treater({ highPassHz: 120 }), sine(50, -20), 1);
  near(rmsDb(hum), -20 - 3.01 - 15.35, 0.2, 'hum');
  const voice = play(treater({ highPassHz: 120 }), sine(500, -20), 1);
  near(rmsDb(voice), -23.01, 0.1, 'voice');
  const offset = play(treater({ highPassHz: 120 }), () => [3000, -3000], 1);
  assert.ok(rmsDb(offset) < -90, `${rmsDb(offset)}`);
});

test('automatic gain brings quiet and loud to one level, and rests there', () => {
  for (const db of [-34, -26, -8]) {
    const one = treater({ autoGain: true });
    play(one, sine(700, db), 14);
    const settled = one.autoGainDb;
    const out = play(one, sine(700, db), 4, 14 * RATE);
    near(rmsDb(out), -20, 2.1, `from ${db} dBFS`);
    near(one.autoGainDb, settled, 0.1, 'the gain later');
  }
});

test('automatic gain reaches no further than 20 dB', () => {
  const one = treater({ autoGain: true });
  play(one, sine(700, -46), 14);
  // Two decibels more or less are near enough.
  assert.ok(one.autoGainDb >= 17.9 && one.autoGainDb <= 20, `${one.autoGainDb}`);
});

test('silence is not pumped up: gain rests in a pause and goes back to none when the pause lasts', () => {
  const one = treater({ autoGain: true });
  play(one, sine(700, -40), 12);
  assert.ok(one.autoGainDb > 15, `${one.autoGainDb}`);
  const before = one.autoGainDb;
  play(one, sine(700, -65), 2.5);
  near(one.autoGainDb, before, 1, 'after a pause');
  const out = play(one, sine(700, -65), 25);
  near(one.autoGainDb, 0, 0.01, 'in silence');
  near(rmsDb(out), -68, 0.2, 'silence');
});

test('a gain that is set comes before automatic gain: what it lifts above silence is followed', () => {
  const one = treater({ autoGain: true, gainDb: 20 });
  const out = play(one, sine(700, -55), 14);
  near(rmsDb(out), -20, 2.5, 'level');
});

test('nothing ever leaves at full scale, whatever comes in and however it is treated', () => {
  const amplitude = fc.oneof(fc.constant(32_767), fc.constant(-32_768), fc.integer({ min: -32_768, max: 32_767 }));
  const treatment = fc.record({
    gainDb: fc.integer({ min: -40, max: 40 }),
    useChannels: fc.constantFrom('both', 'mono', 'left', 'right'),
    highPassHz: fc.constantFrom(0, 20, 120, 1000),
    autoGain: fc.boolean(),
  }) as fc.Arbitrary<SoundTreatment>;
  const stretch = fc.record({
    treatment,
    // Runs of samples: from clicks to squares.
    runs: fc.array(fc.tuple(amplitude, fc.integer({ min: 1, max: 700 })), { minLength: 1, maxLength: 12 }),
    block: fc.integer({ min: 1, max: 6000 }),
  });
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 6 }), fc.constantFrom(1, 2), (stretches, channels) => {
      const one = new SoundTreater(channels as Channels);
      for (const { treatment: wanted, runs, block } of stretches) {
        one.configure(wanted, SILENCE_DB);
        const samples = Int16Array.from(runs.flatMap(([value, count]) => Array(count * channels).fill(value)));
        for (let at = 0; at < samples.length; at += block * channels) {
          const piece = samples.subarray(at, at + block * channels);
          const isIdle = one.isIdle;
          one.treat({ samples: piece, channels: channels as Channels });
          if (isIdle) continue;
          for (const sample of piece) assert.ok(Math.abs(sample) <= 29_205, `${sample} left`);
        }
      }
    }),
    { numRuns: 400 },
  );
});

test('a sine that is much too loud is held at the ceiling and stays a sine', () => {
  const out = play(treater({ gainDb: 20 }), sine(1000, -6), 2);
  near(rmsDb(out), -1 - 3.01, 0.15, 'level');
  const own = 29_204 * (2 * Math.PI * (1000 / RATE)) ** 2;
  assert.ok(roughness(out.subarray(RATE)) < own * 1.15, `${roughness(out.subarray(RATE))} against ${own}`);
});

test('the limiter lets go again after a peak', () => {
  const one = treater({ gainDb: 12 });
  play(one, sine(1000, 0), 0.2);
  near(rmsDb(play(one, sine(1000, -20), 2)), -20 - 3.01 + 12, 0.1, 'level');
});

test('a change of settings is heard without a click, and what is switched off leaves no trace', () => {
  const changes: Partial<SoundTreatment>[] = [
    { gainDb: 12 },
    { gainDb: -20 },
    { useChannels: 'mono' },
    { useChannels: 'right' },
    { highPassHz: 300 },
    { highPassHz: 60 },
    { autoGain: true },
    {},
  ];
  const wave: Wave = (frame) => [sine(300, -20)(frame)[0] as number, sine(300, -26)(frame)[0] as number];
  const one = treater({});
  let from = 0;
  for (const change of changes) {
    one.configure({ ...UNTREATED, ...change }, SILENCE_DB);
    const out = play(one, wave, 0.5, from);
    from += RATE / 2;
    for (const channel of [0, 1]) {
      // A sine of 12 dB more than the louder one bends no more than this; a step of a tenth would bend it thrice.
      const own = 32_767 * 10 ** (-8 / 20) * (2 * Math.PI * (300 / RATE)) ** 2;
      assert.ok(roughness(out, channel) < own + 6, `${JSON.stringify(change)}: ${roughness(out, channel)} of ${own}`);
    }
  }
  assert.ok(one.isIdle, 'it has nothing left to do');
});

test('blocks of any size make the same sound', () => {
  const settings = { gainDb: 9, highPassHz: 100, useChannels: 'mono' } as const;
  const whole = play(treater(settings), sine(440, -20), 1, 0, 4800);
  for (const block of [480, 960, 1920, 4800 * 3]) {
    const out = play(treater(settings), sine(440, -20), 1, 0, block);
    near(rmsDb(out), rmsDb(whole), 0.01, `${block} frames a block`);
  }
});

test('one channel is treated as well', () => {
  const one = treater({ gainDb: 6, highPassHz: 100, useChannels: 'left' }, 1);
  const samples = Int16Array.from({ length: RATE }, (_, i) => 3000 * Math.sin((2 * Math.PI * 1000 * i) / RATE));
  one.treat({ samples, channels: 1 });
  const peak = samples.subarray(RATE / 2).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  near(20 * Math.log10(peak / 3000), 6, 0.05, 'gain');
});

test.run();
