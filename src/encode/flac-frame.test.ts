import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Rung, rungNamed } from '../core/rung.ts';
import { ffmpegEncoders } from './ffmpeg-encoder.ts';
import { readFlacFrame, streamInfoOf } from './flac-frame.ts';

const test = suite('flac frame');

function encoded(count: number): { frames: Uint8Array[]; config: Uint8Array } {
  const settings = {
    channels: 2,
    mp3Quality: 5,
    opusComplexity: 5,
    aacCoder: 'fast',
    flacLevel: 5,
    primeSeconds: 1,
  } as const;
  using frame = ffmpegEncoders.frame('flac', 2);
  using encoder = ffmpegEncoders.encoder(rungNamed('flac@lossless') as Rung, settings);
  const frames: Uint8Array[] = [];
  for (let k = 0; k < count; k++) {
    frame.input.set(Int16Array.from(frame.input, (_, i) => 5000 * Math.sin(i * i * 0.001 + k)));
    frame.commit(k * frame.size);
    encoder.encode(frame, (data) => frames.push(Uint8Array.from(data)));
  }
  return { frames, config: encoder.config };
}

test('headers of real frames are read, also where the frame number takes two and three bytes', () => {
  const { frames } = encoded(2100);
  assert.is(frames.length, 2100);
  for (const data of frames) {
    assert.equal(readFlacFrame(data), {
      blockSize: 4608,
      variableBlockSize: false,
      sampleRate: 48_000,
      channels: 2,
      bitsPerSample: 16,
    });
  }
});

test('the STREAMINFO made from a frame says what the encoder says of the format', () => {
  const { frames, config } = encoded(1);
  const header = readFlacFrame(frames[0] as Uint8Array);
  assert.ok(header);
  // But for the largest frame, which only the encoder can foresee.
  const known = Uint8Array.from(config).fill(0, 7, 10);
  assert.equal(streamInfoOf(header), known);
});

test('a header with any bit turned over is refused', () => {
  const [data] = encoded(1).frames as [Uint8Array];
  // Sync, codes, one byte of frame number and the CRC.
  const headerBytes = 6;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: headerBytes * 8 - 1 }), (bit) => {
      const broken = Uint8Array.from(data);
      broken[bit >> 3] = (broken[bit >> 3] as number) ^ (1 << (bit & 7));
      assert.is(readFlacFrame(broken), undefined);
    }),
  );
});

test('garbage is refused or read within the bounds of the format, never thrown at', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      bytes.set([0xff, 0xf8].slice(0, bytes.length));
      const frame = readFlacFrame(bytes);
      if (frame === undefined) return;
      assert.ok(frame.blockSize >= 1 && frame.blockSize <= 65_536);
      assert.ok(frame.channels >= 1 && frame.channels <= 8);
    }),
    { numRuns: 2000 },
  );
});

test.run();
