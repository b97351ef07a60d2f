import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Mp3Frame, readMp3Frame } from './mp3-frame.ts';

const test = suite('mp3 frame');

/** A second of noise as ffmpeg encodes it, cut into frames by what their headers say. */
function framesOf(...encoder: string[]): Mp3Frame[] {
  const source = ['-f', 'lavfi', '-i', 'anoisesrc=d=1:c=pink:r=48000', '-af', 'volume=0.3'];
  const output = ['-c:a', 'libmp3lame', ...encoder, '-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3', 'pipe:1'];
  const { stdout } = spawnSync('ffmpeg', ['-v', 'error', ...source, ...output]);
  const frames: Mp3Frame[] = [];
  for (let at = 0; at < stdout.length; ) {
    const frame = readMp3Frame(stdout.subarray(at));
    if (frame === undefined) throw new Error(`no frame at byte ${at} of ${stdout.length}`);
    frames.push(frame);
    at += frame.frameBytes;
  }
  return frames;
}

test('real frames follow each other exactly as their headers say', () => {
  const frames = framesOf('-b:a', '128k', '-ac', '2');
  assert.ok(frames.length >= 41);
  for (const frame of frames) {
    assert.is(frame.bitrateKbps, 128);
    assert.is(frame.sampleRate, 48_000);
    assert.is(frame.channels, 2);
    assert.is(frame.frameBytes, 384);
  }
});

test('the bit reservoir is seen where it is used and not where it is off', () => {
  assert.ok(framesOf('-b:a', '128k').some((frame) => frame.mainDataBegin > 0));
  assert.ok(framesOf('-b:a', '128k', '-reservoir', '0').every((frame) => frame.mainDataBegin === 0));
});

test('mono, padding and other rates are read', () => {
  const frames = framesOf('-b:a', '64k', '-ac', '1', '-ar', '44100');
  assert.ok(frames.every((frame) => frame.channels === 1 && frame.sampleRate === 44_100));
  assert.equal([...new Set(frames.map((frame) => frame.frameBytes))].sort(), [208, 209]);
});

test('garbage is refused or read within the bounds of the format, never thrown at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, synced) => {
      if (synced) bytes.set([0xff, 0xfb].slice(0, bytes.length));
      const frame = readMp3Frame(bytes);
      if (frame === undefined) return;
      assert.ok(frame.frameBytes >= 96 && frame.frameBytes <= 1441, `${frame.frameBytes} bytes`);
      assert.ok(frame.mainDataBegin >= 0 && frame.mainDataBegin < 512);
      assert.ok(frame.bitrateKbps >= 32 && frame.bitrateKbps <= 320);
    }),
  );
});

test('MPEG-2, other layers, free format and reserved rates are no frames', () => {
  for (const [second, third] of [
    [0xf3, 0x94],
    [0xfd, 0x94],
    [0xff, 0x94],
    [0xfb, 0x04],
    [0xfb, 0xf4],
    [0xfb, 0x9c],
  ] as const) {
    assert.is(readMp3Frame(Uint8Array.of(0xff, second, third, 0x44, 0, 0, 0, 0)), undefined);
  }
  assert.ok(readMp3Frame(Uint8Array.of(0xff, 0xfb, 0x94, 0x44, 0, 0, 0, 0)));
});

test.run();
