import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { overlapOf } from './overlap.ts';

const test = suite('overlap');

/** Writes bits, the highest first. */
function bytesOf(...fields: (readonly [value: number, bits: number])[]): Uint8Array {
  const bits = fields.map(([value, length]) => value.toString(2).padStart(length, '0').slice(-length)).join('');
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
}

interface Block {
  readonly type: number;
  readonly isMixed: boolean;
}

/** An MP3 frame of these blocks: two granules of a block for each channel. Other bits are ones, to be in the way. */
function mp3Frame(granules: readonly (readonly Block[])[], hasCrc: boolean): Uint8Array {
  const channels = granules[0]?.length ?? 0;
  const sides = granules.flat().flatMap(({ type, isMixed }): (readonly [number, number])[] => {
    const window: (readonly [number, number])[] =
      type === 0
        ? [
            [0, 1],
            [2 ** 22 - 1, 22],
          ]
        : [
            [1, 1],
            [type, 2],
            [isMixed ? 1 : 0, 1],
            [2 ** 19 - 1, 19],
          ];
    return [[2 ** 30 - 1, 30], [7, 3], ...window, [7, 3]];
  });
  return bytesOf(
    [0xfff, 12],
    [hasCrc ? 0b1010 : 0b1011, 4],
    [0x94, 8],
    [channels === 1 ? 0b11 : 0b01, 2],
    [0x3f, 6],
    ...(hasCrc ? ([[0xffff, 16]] as const) : []),
    [0, 9],
    [31, channels === 1 ? 5 : 3],
    [255, channels * 4],
    ...sides,
    [0xff, 8],
  );
}

const block = fc.record({ type: fc.integer({ min: 0, max: 3 }), isMixed: fc.boolean() });

/** How a block ends, after the standard's tables of windows. */
function endOf({ type, isMixed }: Block): string {
  if (type === 0 || type === 3) return 'long';
  return isMixed ? 'mixed' : 'short';
}

test('two MP3 frames overlap alike exactly when the last blocks of all channels end alike', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 }).chain((channels) => {
        const blocks = fc.array(block, { minLength: channels, maxLength: channels });
        return fc.tuple(blocks, blocks, blocks, blocks);
      }),
      fc.boolean(),
      ([first, last, otherFirst, otherLast], hasCrc) => {
        const one = overlapOf('mp3', mp3Frame([first, last], hasCrc));
        const other = overlapOf('mp3', mp3Frame([otherFirst, otherLast], !hasCrc));
        assert.is(typeof one, 'number');
        assert.is(one === other, last.map(endOf).join() === otherLast.map(endOf).join());
      },
    ),
  );
});

/** The start of an ADTS frame: fill elements, then the first bits of a channel element. */
function aacFrame(options: {
  readonly fill?: readonly number[];
  readonly isPair?: boolean;
  readonly isCommon?: boolean;
  readonly sequence: number;
  readonly shape: number;
}): Uint8Array {
  const { fill = [], isPair = true, isCommon = true, sequence, shape } = options;
  const fields: (readonly [number, number])[] = [];
  for (const count of fill) {
    fields.push([6, 3]);
    if (count < 15) fields.push([count, 4]);
    else fields.push([15, 4], [count - 14, 8]);
    for (let i = 0; i < count; i += 1) fields.push([0xff, 8]);
  }
  fields.push([isPair ? 1 : 0, 3], [15, 4]);
  fields.push(isPair ? [isCommon ? 1 : 0, 1] : [0xff, 8]);
  const header = [0xff, 0xf1, 0x4c, 0x80, 0x2f, 0xff, 0xfc];
  return Uint8Array.from([...header, ...bytesOf(...fields, [0, 1], [sequence, 2], [shape, 1], [0xffff, 16])]);
}

const windows = fc.record({ sequence: fc.integer({ min: 0, max: 3 }), shape: fc.integer({ min: 0, max: 1 }) });
const around = fc.record({
  fill: fc.array(fc.integer({ min: 0, max: 269 }), { maxLength: 3 }),
  isPair: fc.boolean(),
});

test('two AAC frames overlap alike exactly when their windows end alike, in length and in shape', () => {
  const end = ({ sequence, shape }: { sequence: number; shape: number }) =>
    `${sequence === 1 || sequence === 2 ? 'short' : 'long'} ${shape}`;
  fc.assert(
    fc.property(windows, windows, around, around, (one, other, aroundOne, aroundOther) => {
      const overlap = overlapOf('aac', aacFrame({ ...aroundOne, ...one }));
      assert.is(typeof overlap, 'number');
      assert.is(overlap === overlapOf('aac', aacFrame({ ...aroundOther, ...other })), end(one) === end(other));
    }),
  );
});

test('what cannot be told fits nothing, itself included', () => {
  const unknown = [
    overlapOf('aac', aacFrame({ isCommon: false, sequence: 0, shape: 1 })),
    overlapOf('aac', aacFrame({ sequence: 0, shape: 1 }).subarray(0, 8)),
    overlapOf('mp3', mp3Frame([[{ type: 0, isMixed: false }], [{ type: 0, isMixed: false }]], false).subarray(0, 20)),
  ];
  for (const overlap of unknown) assert.ok(Number.isNaN(overlap));
});

test('the frames of other codecs do not overlap', () => {
  for (const codec of ['opus', 'flac'] as const)
    assert.is(overlapOf(codec, Uint8Array.of(0xff, 0xfb, 1, 2)), undefined);
});

test('garbage has some overlap or none, and is never thrown at', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 64 }),
      fc.constantFrom('mp3', 'aac'),
      fc.boolean(),
      (bytes, codec, synced) => {
        if (synced) bytes.set([0xff, codec === 'mp3' ? 0xfb : 0xf1].slice(0, bytes.length));
        const overlap = overlapOf(codec as 'mp3' | 'aac', bytes);
        if (overlap === undefined || Number.isNaN(overlap)) return;
        assert.ok(overlap > 0 && overlap < 16, `${overlap}`);
      },
    ),
  );
});

/** What ffmpeg's encoder makes of a second of silence with a crack every 100 ms, cut into frames. */
function cracks(codec: 'mp3' | 'aac', headerLength: (frame: Buffer) => number): Uint8Array[] {
  const source = "aevalsrc='if(lt(mod(t\\,0.1)\\,0.002)\\,random(0)-0.5\\,0.001*sin(900*t))':s=48000:d=1:c=stereo";
  const encoder = codec === 'mp3' ? ['-c:a', 'libmp3lame', '-reservoir', '0', '-write_xing', '0'] : ['-c:a', 'aac'];
  const muxer = ['-id3v2_version', '0', '-f', codec === 'mp3' ? 'mp3' : 'adts'];
  const args = ['-v', 'error', '-f', 'lavfi', '-i', source, ...encoder, '-b:a', '128k'];
  const { stdout } = spawnSync('ffmpeg', [...args, ...(codec === 'mp3' ? muxer : muxer.slice(2)), 'pipe:1']);
  const frames: Uint8Array[] = [];
  for (let at = 0; at < stdout.length; at += headerLength(stdout.subarray(at))) frames.push(stdout.subarray(at));
  return frames.map((frame) => frame.subarray(0, headerLength(frame as Buffer)));
}

test('real encoders are seen to change their windows where something cracks', () => {
  const streams = [
    ['mp3', cracks('mp3', () => 384)],
    ['aac', cracks('aac', (frame) => (frame.readUIntBE(3, 3) >> 5) & 0x1fff)],
  ] as const;
  for (const [codec, frames] of streams) {
    assert.ok(frames.length > 40, `${codec}: ${frames.length} frames`);
    const seen = new Map<number | undefined, number>();
    for (const frame of frames) {
      const overlap = overlapOf(codec, frame);
      seen.set(overlap, (seen.get(overlap) ?? 0) + 1);
    }
    assert.not.ok(seen.has(undefined), `${codec}: a frame was not recognized`);
    // Most frames end long; some end short, and not every frame does.
    const [most = 0, next = 0] = [...seen.values()].sort((a, b) => b - a);
    assert.ok(most > frames.length / 3 && next >= 3, `${codec}: ${JSON.stringify([...seen])}`);
  }
});

test.run();
