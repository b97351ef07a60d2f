import { readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toneDb } from '../testkit/decode-audio.ts';
import { collect, failureOf, makeTone, TestContext, tempDir } from './capture.testing.ts';
import { decodeFile } from './ffmpeg-input.ts';

const test = suite('ffmpeg input');
const never = new AbortController().signal;

const FILES: readonly (readonly [string, readonly string[], number])[] = [
  ['44k mono.mp3', ['-ar', '44100', '-af', 'pan=mono|c0=c0', '-b:a', '128k'], 0.05],
  ['stereo.mp3', ['-ac', '2', '-b:a', '192k'], 0.05],
  ['aac.m4a', ['-ac', '2', '-c:a', 'aac', '-b:a', '128k'], 0.05],
  ['adts.aac', ['-ac', '2', '-c:a', 'aac'], 0.05],
  ['vorbis.ogg', ['-ac', '2', '-c:a', 'libvorbis'], 0.01],
  ['opus.ogg', ['-ac', '2', '-c:a', 'libopus', '-b:a', '96k'], 0.01],
  ['lossless.flac', ['-ac', '2'], 0.001],
  ['96k.wav', ['-ac', '2', '-ar', '96000', '-c:a', 'pcm_s24le'], 0.001],
  ['8k.wav', ['-ar', '8000', '-af', 'pan=mono|c0=c0'], 0.001],
  ['8 bit.wav', ['-ar', '22050', '-af', 'pan=mono|c0=c0', '-c:a', 'pcm_u8'], 0.001],
  ['surround.wav', ['-af', 'pan=5.1|FL=c0|FR=c0|FC=0*c0|LFE=0*c0|BL=0*c0|BR=0*c0'], 0.001],
  ['http:concat,%20.wav', ['-ac', '2'], 0.001],
];

for (const [name, options, tolerance] of FILES) {
  test(`${name} becomes the sound that is in it, in its full length and at its level`, async () => {
    using dir = tempDir();
    const context = new TestContext();
    const path = makeTone(dir.file(name), 2, ...options);
    const sound = await collect(decodeFile(path, context, never));
    assert.ok(Math.abs(sound.seconds - 2) <= tolerance, `${sound.seconds} s`);
    // FFmpeg keeps the sum of six channels below full scale, and is that much quieter.
    const expected = name.startsWith('surround') ? -19.6 : -12;
    for (const channel of [0, 1]) {
      const heard = toneDb(sound, channel, 1000);
      assert.ok(Math.abs(heard - expected) < 0.7, `${heard} dBFS in channel ${channel}`);
    }
    assert.is(context.count('capture_decode_errors_total'), 0);
  });
}

test('blocks are 20 to 100 ms long, whatever the frames of the codec are', async () => {
  using dir = tempDir();
  for (const [name, ...options] of [['a.ogg', '-c:a', 'libvorbis'], ['b.flac'], ['c.wav']] as const) {
    const path = makeTone(dir.file(name), 1, '-ac', '2', ...options);
    const frames: number[] = [];
    for await (const block of decodeFile(path, new TestContext(), never, { blockMs: 20 })) {
      frames.push(block.samples.length / 2);
    }
    assert.ok(frames.length > 8, `${frames}`);
    assert.ok(
      frames.slice(0, -1).every((length) => length >= 960 && length <= 4800),
      `${name}: ${frames}`,
    );
  }
});

test('a mono ladder gets mono, stereo mixed down', async () => {
  using dir = tempDir();
  const path = makeTone(dir.file('a.wav'), 1, '-ac', '2');
  const sound = await collect(decodeFile(path, new TestContext(1), never));
  assert.is(sound.channels, 1);
  assert.is(sound.samples.length, 48_000);
  assert.ok(Math.abs(toneDb(sound, 0, 1000) + 12) < 0.7);
});

for (const [codec, name, samples] of [
  ['mp3', 'a.mp3', 1152],
  ['aac', 'a.aac', 1024],
  ['aac', 'a.m4a', 1024],
  ['opus', 'a.ogg', 960],
  ['flac', 'a.flac', 4608],
] as const) {
  test(`the frames of ${name} are told as ${codec}, and before the sound they hold`, async () => {
    using dir = tempDir();
    const context = new TestContext();
    const encoder = name === 'a.ogg' ? ['-c:a', 'libopus'] : [];
    const path = makeTone(dir.file(name), 1, '-ac', '2', ...encoder);
    let frames = 0;
    for await (const block of decodeFile(path, context, never)) {
      const told = context.packets.reduce((sum, packet) => sum + packet.durationSamples, 0);
      assert.ok(frames < told, `${frames} sample frames, ${told} in packets`);
      frames += block.samples.length / 2;
    }
    for (const packet of context.packets.slice(0, -1)) {
      assert.is(packet.codec, codec);
      assert.is(packet.sampleRate, 48_000);
      assert.is(packet.channels, 2);
      assert.is(packet.durationSamples, samples);
    }
    // They are the receiver's: the reader has gone on since.
    const whole = readFileSync(path);
    for (const packet of context.packets)
      assert.ok(whole.includes(Buffer.from(packet.data)), 'a frame is not in the file');
  });
}

test('title and artist are told from ID3, MP4 and Vorbis comments', async () => {
  using dir = tempDir();
  for (const name of ['a.mp3', 'a.m4a', 'a.ogg', 'a.flac']) {
    const context = new TestContext();
    const path = makeTone(dir.file(name), 0.3, '-metadata', 'title=Blackbird', '-metadata', 'artist=A wood at dawn');
    await collect(decodeFile(path, context, never));
    assert.equal(context.metadata, [{ title: 'Blackbird', artist: 'A wood at dawn' }], name);
  }
});

test('a file that is cut off is heard as far as it goes', async () => {
  using dir = tempDir();
  for (const name of ['a.mp3', 'a.ogg', 'a.flac', 'a.wav']) {
    const path = makeTone(dir.file(name), 6, '-ac', '2');
    truncateSync(path, Math.floor(readFileSync(path).length / 2));
    const { seconds } = await collect(decodeFile(path, new TestContext(), never));
    assert.ok(seconds > 1 && seconds < 5, `${name}: ${seconds} s`);
  }
});

test('damage in the middle is skipped and counted', async () => {
  using dir = tempDir();
  const path = makeTone(dir.file('a.mp3'), 4, '-b:a', '128k');
  const bytes = readFileSync(path);
  for (let at = 20_000; at < 30_000; at++) bytes[at] = (at * 7919) & 0xff;
  writeFileSync(path, bytes);
  const context = new TestContext();
  const { seconds } = await collect(decodeFile(path, context, never));
  assert.ok(seconds > 2.5 && seconds < 4.2, `${seconds} s`);
  assert.ok(context.count('capture_decode_errors_total') > 0);
});

test('what is no media, empty, missing, a directory or without sound is told apart', async () => {
  using dir = tempDir();
  const code = async (path: string): Promise<string> =>
    (await failureOf(decodeFile(path, new TestContext(), never))).code;
  writeFileSync(
    dir.file('garbage.mp3'),
    Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 0xff)),
  );
  writeFileSync(dir.file('empty.ogg'), '');
  writeFileSync(dir.file('text.wav'), 'This is not sound.\n'.repeat(100));
  assert.is(await code(dir.file('garbage.mp3')), 'capture.not-media');
  assert.is(await code(dir.file('empty.ogg')), 'capture.not-media');
  assert.is(await code(dir.file('text.wav')), 'capture.not-media');
  assert.is(await code(dir.file('missing.mp3')), 'capture.no-file');
  assert.is(await code(dir.file('.')), 'capture.unreadable');
  makeTone(dir.file('silent.avi'), 1, '-f', 'lavfi', '-i', 'testsrc=d=1', '-map', '1:v', '-c:v', 'mpeg4');
  assert.is(await code(dir.file('silent.avi')), 'capture.no-audio');
});

test('a playlist in the clothes of a sound file opens nothing else', async () => {
  using dir = tempDir();
  makeTone(dir.file('a.wav'), 1);
  writeFileSync(dir.file('list.mp3'), `ffconcat version 1.0\nfile a.wav\n`);
  writeFileSync(dir.file('list.ogg'), `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.wav\n#EXT-X-ENDLIST\n`);
  for (const name of ['list.mp3', 'list.ogg']) {
    assert.is((await failureOf(decodeFile(dir.file(name), new TestContext(), never))).code, 'capture.not-media');
  }
});

test('a file that vanishes while it is read is still heard to its end', async () => {
  using dir = tempDir();
  const path = makeTone(dir.file('a.mp3'), 3, '-b:a', '320k');
  const blocks = decodeFile(path, new TestContext(), never);
  await blocks.next();
  unlinkSync(path);
  const { seconds } = await collect(blocks);
  assert.ok(seconds > 2.5);
});

test('FFmpeg says nothing on standard error, and to the log only at level debug', async () => {
  using dir = tempDir();
  const context = new TestContext();
  const path = makeTone(dir.file('a.aac'), 1);
  await collect(decodeFile(path, context, never));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(context.log.messages('debug').length > 0);
  assert.is(context.log.lines.length, context.log.messages('debug').length);
});

test('two hundred files leave no memory behind', async () => {
  using dir = tempDir();
  const path = makeTone(dir.file('a.mp3'), 0.2, '-metadata', 'title=x');
  const round = async (times: number): Promise<number> => {
    for (let i = 0; i < times; i++) await collect(decodeFile(path, new TestContext(), never));
    globalThis.gc?.();
    return process.memoryUsage().rss / 1e6;
  };
  const before = await round(60);
  const after = await round(200);
  assert.ok(after - before < 25, `${before.toFixed(1)} MB, then ${after.toFixed(1)} MB`);
});

test.run();
