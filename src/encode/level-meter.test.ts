import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LevelReading } from '../core/level-reading.ts';
import type { Channels } from '../core/pcm.ts';
import { LevelMeter } from './level-meter.ts';

const test = suite('level meter');

const SETTINGS = { silenceDb: -50, silenceSeconds: 1, soundDb: -40, soundSeconds: 0.3 };

function meter(channels: Channels): { meter: LevelMeter; readings: LevelReading[] } {
  const readings: LevelReading[] = [];
  return {
    meter: new LevelMeter({ channels, settings: SETTINGS, onLevel: (level) => readings.push(level) }),
    readings,
  };
}

/** A stereo sine of 1 kHz on the left, its level in dBFS of the peak; the right is half as loud. */
function stereo(frames: number, peakDb: number): Int16Array {
  const amplitude = 32767 * 10 ** (peakDb / 20);
  return Int16Array.from({ length: frames * 2 }, (_, i) => {
    const value = amplitude * Math.sin((2 * Math.PI * 1000 * (i >> 1)) / 48_000);
    return Math.round(i % 2 === 0 ? value : value / 2);
  });
}

test('a second of sound gives ten readings, however it is cut into blocks', () => {
  for (const frames of [100, 960, 4800, 48_000]) {
    const { meter: it, readings } = meter(2);
    const samples = stereo(48_000, -10);
    for (let at = 0; at < samples.length; at += frames * 2) {
      it.append({ samples: samples.subarray(at, at + frames * 2), channels: 2 });
    }
    assert.is(readings.length, 10, `${frames} frames a block`);
    for (const { rmsDb, peakDb } of readings) {
      assert.ok(Math.abs((rmsDb[0] as number) + 13.01) < 0.02, `left RMS ${rmsDb[0]}`);
      assert.ok(Math.abs((rmsDb[1] as number) + 19.03) < 0.02, `right RMS ${rmsDb[1]}`);
      assert.ok(Math.abs((peakDb[0] as number) + 10) < 0.02, `left peak ${peakDb[0]}`);
      assert.ok(Math.abs((peakDb[1] as number) + 16.02) < 0.02, `right peak ${peakDb[1]}`);
    }
  }
});

test('what was cut off is counted before it is treated, and once', () => {
  const { meter: it, readings } = meter(1);
  const samples = new Int16Array(4800).fill(32_767, 100, 105);
  it.countClipped({ samples, channels: 1 });
  it.append({ samples: samples.fill(32_767), channels: 1 }, true);
  assert.is(readings[0]?.clippedSamples, 5);
});

test('other thresholds hold from the next reading on', () => {
  const { meter: it, readings } = meter(1);
  const samples = new Int16Array(48_000).fill(1000);
  it.append({ samples, channels: 1 });
  assert.ok(readings.at(-1)?.sound);
  it.configure({ ...SETTINGS, soundDb: -20 });
  it.append({ samples, channels: 1 });
  assert.not(readings.at(-1)?.sound);
});

test('what automatic gain adds makes neither sound of silence nor silence of sound', () => {
  const readings: LevelReading[] = [];
  const it = new LevelMeter({
    channels: 1,
    settings: SETTINGS,
    onLevel: (level) => readings.push(level),
    autoGainDb: () => 20,
  });
  // -45 dBFS and 20 dB of automatic gain
  it.append({ samples: new Int16Array(96_000).fill(32_768 * 10 ** (-25 / 20)), channels: 1 });
  assert.not(readings.at(-1)?.sound);
  it.append({ samples: new Int16Array(96_000).fill(32_768 * 10 ** (-35 / 20)), channels: 1 });
  assert.ok(readings.at(-1)?.silent);
  assert.ok(Math.abs((readings.at(-1)?.rmsDb[0] as number) + 35) < 0.1, 'it reads what is heard');
});

test('digital silence reads -120', () => {
  const { meter: it, readings } = meter(1);
  it.append({ samples: new Int16Array(4800), channels: 1 });
  assert.equal(readings, [{ rmsDb: [-120], peakDb: [-120], clippedSamples: 0, silent: false, sound: false }]);
});

test('runs at full scale count as clipped, single peaks do not, and runs go on across blocks', () => {
  const { meter: it } = meter(1);
  const block = (...samples: number[]) => it.append({ samples: Int16Array.from(samples), channels: 1 });
  block(0, 32767, 0, -32768, 0);
  assert.is(it.clippedSamples, 0);
  block(32767, 32767, 32767, 5);
  assert.is(it.clippedSamples, 3);
  block(1, -32768);
  block(-32768, -32768, 0);
  assert.is(it.clippedSamples, 6);
  block(32767);
  block(0, 32767);
  assert.is(it.clippedSamples, 6);
});

test('each channel has its own runs', () => {
  const { meter: it } = meter(2);
  it.append({ samples: Int16Array.of(32767, 32767, 0, 0, 32767, 32767), channels: 2 });
  assert.is(it.clippedSamples, 0);
  it.append({ samples: Int16Array.of(32767, 0), channels: 2 });
  assert.is(it.clippedSamples, 2);
});

test('silence counts after its dwell and ends with the first sound', () => {
  const { meter: it, readings } = meter(2);
  it.append({ samples: new Int16Array(2 * 48_000), channels: 2 });
  assert.equal(readings.map((reading) => reading.silent).indexOf(true), 9);
  readings.length = 0;
  it.append({ samples: stereo(4800, -30), channels: 2 });
  assert.is(readings[0]?.silent, false);
});

test('sound counts after its dwell, a click does not, and it ends after the same dwell', () => {
  const { meter: it, readings } = meter(2);
  const play = (tenths: number, peakDb: number) => it.append({ samples: stereo(4800 * tenths, peakDb), channels: 2 });
  play(2, -20);
  play(1, -80);
  assert.ok(readings.every((reading) => !reading.sound));
  readings.length = 0;
  play(3, -20);
  assert.equal(
    readings.map((reading) => reading.sound),
    [false, false, true],
  );
  readings.length = 0;
  play(2, -80);
  play(1, -20);
  play(3, -80);
  assert.equal(
    readings.map((reading) => reading.sound),
    [true, true, true, true, true, false],
  );
});

test.run();
