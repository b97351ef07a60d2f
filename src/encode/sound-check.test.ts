// deadline: 60 s
import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SoundCheckReport } from '../core/sound-check.ts';
import { type SoundTreatment, UNTREATED } from '../core/sound-treatment.ts';
import { HumFinder } from './hum-finder.ts';
import { NoiseFinder } from './noise-finder.ts';
import { PowerSpectrum } from './power-spectrum.ts';
import { SoundPath } from './sound-path.ts';

const test = suite('sound check');
const RATE = 48_000;
const METER = { silenceDb: -50, silenceSeconds: 10, soundDb: -35, soundSeconds: 0.3 };

const made = new Map<string, Int16Array>();

/** What sox makes: interleaved stereo of so many seconds. */
function sox(...effects: string[]): Int16Array {
  const known = made.get(effects.join(' '));
  if (known !== undefined) return known;
  const args = ['-V1', '-R', '-D', '-n', '-r', `${RATE}`, '-c', '2', '-b', '16', '-e', 'signed', '-t', 'raw', '-'];
  const run = spawnSync('sox', [...args, ...effects], { maxBuffer: 64 * 1024 * 1024 });
  assert.is(run.status, 0, run.stderr.toString());
  const samples = new Int16Array(run.stdout.buffer, run.stdout.byteOffset, run.stdout.length / 2).slice();
  made.set(effects.join(' '), samples);
  return samples;
}

/** Something like speech: syllables of voice and hiss with pauses, at that RMS in dBFS while it speaks. */
function speech(seconds: number, db: number): Int16Array {
  const voice = ['synth', `${seconds}`, 'sawtooth', '140', 'synth', 'pinknoise', 'mix'];
  const steady = sox(...voice, 'lowpass', '-1', '2500', 'norm', '-6');
  const samples = Int16Array.from(steady, (sample, i) => {
    const second = (i >> 1) / RATE;
    const isPause = second % 2 > 1.3;
    return isPause ? sample * 0.001 : sample * (0.6 + 0.4 * Math.sin(2 * Math.PI * 4 * second));
  });
  let squares = 0;
  for (const sample of samples) squares += sample * sample;
  const factor = (32_768 * 10 ** (db / 20)) / Math.sqrt(squares / samples.length / 0.65);
  return samples.map((sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * factor))));
}

function sumAt(parts: readonly Int16Array[], i: number): number {
  let sum = 0;
  for (const part of parts) sum += part[i] ?? 0;
  return sum;
}

function plus(...parts: readonly Int16Array[]): Int16Array {
  const [first] = parts as [Int16Array];
  return first.map((_, i) => Math.max(-32_768, Math.min(32_767, sumAt(parts, i))));
}

/** RMS in dBFS of each side, that of a full-scale square being 0. */
const hum = (hz: number, seconds: number, db: number): Int16Array =>
  Int16Array.from({ length: seconds * RATE * 2 }, (_, i) => {
    const t = (i >> 1) / RATE;
    const wave =
      Math.sin(2 * Math.PI * hz * t) +
      0.6 * Math.sin(4 * Math.PI * hz * t + 1) +
      0.3 * Math.sin(6 * Math.PI * hz * t + 2);
    return Math.round((wave / Math.sqrt((1 + 0.36 + 0.09) / 2)) * 32_768 * 10 ** (db / 20));
  });

function check(samples: Int16Array, treatment: Partial<SoundTreatment> = {}): SoundCheckReport {
  const reports: SoundCheckReport[] = [];
  const path = new SoundPath({
    channels: 2,
    treatment: { ...UNTREATED, ...treatment },
    meter: METER,
    onLevel() {},
    onBlock() {},
  });
  const seconds = samples.length / 2 / RATE;
  path.check(seconds - 0.2, (report) => reports.push(report));
  for (let at = 0; at < samples.length; at += 1920) path.append({ samples: samples.slice(at, at + 1920), channels: 2 });
  assert.is(reports.length, 1, 'it ends once');
  return reports[0] as SoundCheckReport;
}

test('good speech is good, and nothing need change', () => {
  const { verdicts, suggestions, clippedSamples, rmsDb } = check(
    plus(speech(6, -20), sox('synth', '6', 'pinknoise', 'vol', '-55dB')),
  );
  assert.equal(verdicts, ['good']);
  assert.equal(suggestions, { gainDb: 0, useChannels: 'both', highPassHz: 0 });
  assert.is(clippedSamples, 0);
  assert.ok(Math.abs((rmsDb[0] as number) + 22) < 1.5, `${rmsDb}`);
});

test('music with a deep bass is good as well', () => {
  const notes = sox(
    'synth',
    '1',
    'sine',
    '49',
    'synth',
    'sine',
    'mix',
    '392',
    'synth',
    'pluck',
    'mix',
    '196',
    'fade',
    '0',
    '1',
    '0.3',
    'vol',
    '-12dB',
  );
  const low = sox(
    'synth',
    '1',
    'sine',
    '65',
    'synth',
    'sine',
    'mix',
    '523',
    'synth',
    'pluck',
    'mix',
    '262',
    'fade',
    '0',
    '1',
    '0.3',
    'vol',
    '-12dB',
  );
  const music = new Int16Array(notes.length * 6);
  for (let bar = 0; bar < 6; bar += 1) music.set(bar % 2 === 0 ? notes : low, bar * notes.length);
  assert.equal(check(music).verdicts, ['good']);
});

test('what is too quiet gets as much gain as is missing, if its peaks allow for it', () => {
  const { verdicts, suggestions } = check(speech(6, -46));
  assert.equal(verdicts, ['too_quiet']);
  assert.ok(suggestions.gainDb >= 15 && suggestions.gainDb <= 27, `${suggestions.gainDb}`);
  const after = check(speech(6, -46), { gainDb: suggestions.gainDb });
  assert.equal(after.verdicts, ['good']);
  assert.is(after.suggestions.gainDb, suggestions.gainDb, 'then it stays');
});

test('what is cut off at the card is too loud whatever gain makes of it', () => {
  const loud = sox('synth', '5', 'sine', '440', 'vol', '12dB');
  const { verdicts, clippedSamples, suggestions } = check(loud, { gainDb: -20 });
  assert.equal(verdicts, ['too_loud']);
  assert.ok(clippedSamples > 1000);
  assert.is(suggestions.gainDb, -20, 'less gain would not help');
});

test('what gain makes too loud gets less of it', () => {
  const { verdicts, suggestions, peakDb } = check(speech(6, -24), { gainDb: 20 });
  assert.equal(verdicts, ['too_loud']);
  assert.ok(Math.max(...peakDb) <= -0.9, 'the limiter has held it');
  assert.ok(suggestions.gainDb < 12, `${suggestions.gainDb}`);
});

test('a microphone that is off is too quiet, and gain is not the remedy', () => {
  const { verdicts, suggestions, rmsDb } = check(new Int16Array(5 * RATE * 2));
  assert.equal(verdicts, ['too_quiet']);
  assert.is(suggestions.gainDb, 0);
  assert.equal(rmsDb, [-120, -120]);
});

for (const hz of [50, 60] as const) {
  test(`hum of ${hz} Hz and its harmonics is found under speech, and the high-pass that is suggested takes it away`, () => {
    const sound = plus(speech(8, -20), hum(hz, 8, -42));
    const found = check(sound);
    assert.equal(found.verdicts, ['hum']);
    assert.is(found.hum?.hz, hz);
    // Some of it may lie under what is spoken.
    const levelDb = found.hum?.levelDb ?? 0;
    assert.ok(levelDb < -41.5 && levelDb > -46, `${levelDb} dB`);
    const { highPassHz } = found.suggestions;
    assert.is(highPassHz, 120);
    const levelAfter = check(sound, { highPassHz }).hum?.levelDb ?? -120;
    assert.ok(levelAfter < -50, `${levelAfter} dB`);
  });
}

test('hum far below the noise of the room is nobody’s concern', () => {
  const sound = plus(speech(6, -20), sox('synth', '6', 'pinknoise', 'vol', '-40dB'), hum(50, 6, -70));
  assert.is(check(sound).hum, undefined);
});

test('a side that is missing is found, and the other one is suggested for both', () => {
  const sound = speech(6, -20).map((sample, i) => (i % 2 === 0 ? Math.round(sample * 0.01) : sample));
  const { verdicts, suggestions } = check(sound);
  assert.equal(verdicts, ['one_side']);
  assert.is(suggestions.useChannels, 'right');
  const after = check(sound, { useChannels: 'right' });
  assert.equal(after.verdicts, ['good']);
  assert.is(after.suggestions.useChannels, 'right');
});

test('hiss under speech is noise, and so is hiss alone', () => {
  const hiss = (db: number): Int16Array => sox('synth', '6', 'whitenoise', 'vol', `${db}dB`);
  assert.equal(check(plus(speech(6, -24), hiss(-30))).verdicts, ['noise']);
  assert.ok(check(hiss(-24)).verdicts.includes('noise'));
  assert.not(check(plus(speech(6, -20), hiss(-62))).verdicts.includes('noise'));
});

test('an offset is found, and a high-pass takes it away', () => {
  const sound = speech(6, -20).map((sample) => Math.min(32_767, sample + 1500));
  const { verdicts, suggestions, dcOffset } = check(sound);
  assert.equal(verdicts, ['dc_offset']);
  assert.ok(Math.abs((dcOffset[0] as number) - 1500 / 32_768) < 0.003, `${dcOffset}`);
  assert.is(suggestions.highPassHz, 40);
  assert.equal(check(sound, { highPassHz: 40 }).verdicts, ['good']);
});

test('several things may be wrong at once', () => {
  const quiet = speech(8, -50).map((sample, i) => (i % 2 === 0 ? sample : 0));
  const humming = hum(50, 8, -52).map((sample, i) => (i % 2 === 0 ? sample : 0));
  const { verdicts, suggestions } = check(plus(quiet, humming));
  assert.equal(verdicts, ['too_quiet', 'hum', 'one_side']);
  assert.is(suggestions.useChannels, 'left');
  assert.is(suggestions.highPassHz, 120);
  assert.ok(suggestions.gainDb > 10);
});

test('half a second is too short for hum and noise, and still measured', () => {
  const report = check(sox('synth', '0.7', 'sine', '440', 'vol', '-12dB'));
  assert.equal(report.verdicts, ['good']);
  assert.is(report.seconds, 0.5);
});

test('noise is found with its level, by which octaves it fills, and a tone is none', () => {
  const listen = (wave: (frame: number) => number): number | undefined => {
    const finder = new NoiseFinder();
    for (let frame = 0; frame < 2 * RATE; frame += 1) finder.push(wave(frame));
    return finder.find();
  };
  let seed = 1;
  const white = (): number => {
    seed = (seed * 48_271) % 0x7fffffff;
    return (seed / 0x7fffffff - 0.5) * 2;
  };
  const factor = 10 ** (-30 / 20) * Math.sqrt(3);
  // From 250 to 8000 Hz of 24000.
  const expectedDb = -30 + 10 * Math.log10(7750 / 24_000);
  const found = listen(() => white() * factor) ?? 0;
  assert.ok(Math.abs(found - expectedDb) < 0.3, `${found}, not ${expectedDb}`);
  assert.is(
    listen((frame) =>
      [200, 300, 600, 1300, 2700, 5100].reduce((sum, hz) => sum + 0.1 * Math.sin((2 * Math.PI * hz * frame) / RATE), 0),
    ),
    undefined,
  );
  assert.is(new NoiseFinder().find(), undefined);
});

test('no hum is found where nothing was heard', () => {
  assert.is(new HumFinder().find(), undefined);
});

test('the transform has the power where the sine is', () => {
  const size = 1024;
  const spectrum = new PowerSpectrum(size);
  for (const bin of [3, 100, 400]) {
    const power = new Float32Array(size / 2);
    spectrum.add(
      Float32Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * bin * i) / size)),
      0,
      power,
    );
    // A quarter of the size, squared: half by the window, half by the other half of the spectrum.
    assert.ok(Math.abs((power[bin] as number) / (size / 4) ** 2 - 1) < 1e-5);
    for (const [at, value] of power.entries()) if (Math.abs(at - bin) > 1) assert.ok(value < 1e-6, `${at}: ${value}`);
  }
});

test.run();
