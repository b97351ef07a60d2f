import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toneDb } from '../testkit/decode-audio.ts';
import { ByteInput } from './byte-input.ts';
import { collect, failureOf, makeTone, TestContext, tempDir } from './capture.testing.ts';
import { StreamSource } from './stream-source.ts';

const test = suite('stream source');
const never = new AbortController().signal;
// The timers that pace sound do not keep a process alive; in a worker its link does.
const keepAlive = setInterval(() => {}, 1000);
test.after(() => clearInterval(keepAlive));

function open(contentType = '', context = new TestContext(), input = new ByteInput()) {
  return { input, context, source: new StreamSource({ type: 'client', contentType }, context, input) };
}

/** Pushes the bytes in pieces, and heeds back-pressure. */
async function send(input: ByteInput, bytes: Uint8Array, pieceBytes = 1000): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    if (input.push(Uint8Array.from(bytes.subarray(at, at + pieceBytes)))) continue;
    await new Promise<void>((resolve) => {
      input.onDrain = resolve;
    });
  }
}

for (const [contentType, name, ...options] of [
  ['audio/mpeg', 'a.mp3'],
  ['audio/aac', 'a.aac'],
  ['audio/aacp', 'a.aac'],
  ['audio/ogg', 'a.ogg', '-c:a', 'libvorbis'],
  ['application/ogg', 'a.ogg', '-c:a', 'libopus'],
  ['audio/ogg; codecs=flac', 'a.ogg', '-c:a', 'flac'],
  ['audio/flac', 'a.flac'],
  ['', 'a.mp3'],
  ['application/octet-stream', 'a.aac'],
  ['audio/mpeg', 'a.ogg', '-c:a', 'libopus'],
  ['audio/ogg', 'a.mp3'],
  ['audio/wav', 'a.wav'],
  ['audio/webm', 'a.webm', '-c:a', 'libopus'],
] as const) {
  test(`${name} ${options.join(' ')} sent as "${contentType}" is heard`, async () => {
    using dir = tempDir();
    const { input, source, context } = open(contentType);
    const bytes = readFileSync(makeTone(dir.file(name), 1.5, '-ac', '2', ...options));
    const sending = send(input, bytes).then(() => input.end());
    const sound = await collect(source.read(never));
    await sending;
    assert.ok(Math.abs(sound.seconds - 1.5) < 0.1, `${sound.seconds} s`);
    assert.ok(Math.abs(toneDb(sound, 1, 1000) + 12) < 0.7);
    assert.is(context.count('capture_decode_errors_total'), 0);
  });
}

test('MP3 that is joined in the middle of a frame is heard', async () => {
  using dir = tempDir();
  const { input, source } = open('audio/mpeg');
  const bytes = readFileSync(makeTone(dir.file('a.mp3'), 2, '-b:a', '128k'));
  void send(input, bytes.subarray(5000)).then(() => input.end());
  const { seconds } = await collect(source.read(never));
  assert.ok(seconds > 1.4, `${seconds} s`);
});

for (const codec of ['libvorbis', 'libopus', 'flac']) {
  test(`chained Ogg goes on from track to track, with the title of each (${codec})`, async () => {
    using dir = tempDir();
    const { input, source, context } = open('application/ogg');
    const track = (title: string, ...more: string[]): Buffer =>
      readFileSync(makeTone(dir.file('a.ogg'), 1, '-c:a', codec, '-metadata', `title=${title}`, ...more));
    const second = codec === 'libopus' ? [] : ['-ar', '44100'];
    const bytes = Buffer.concat([track('One'), track('Two', ...second), track('Three')]);
    void send(input, bytes).then(() => input.end());
    const sound = await collect(source.read(never));
    assert.ok(Math.abs(sound.seconds - 3) < 0.15, `${sound.seconds} s`);
    for (const second of [0, 1, 2]) {
      const from = (second * 48_000 + 12_000) * 2;
      const part = { samples: sound.samples.subarray(from, from + 48_000), channels: 2 };
      assert.ok(Math.abs(toneDb(part, 0, 1000) + 12) < 1, `second ${second}`);
    }
    assert.equal(
      context.metadata.map(({ title }) => title),
      ['One', 'Two', 'Three'],
    );
  });
}

test('garbage, whatever it calls itself, is not media, and neither is nothing', async () => {
  let seed = 1;
  const garbage = Uint8Array.from({ length: 400_000 }, () => {
    seed = (seed * 48271) % 0x7fffffff;
    return seed & 0xff;
  });
  for (const contentType of ['', 'audio/mpeg', 'audio/aac', 'audio/ogg', 'audio/flac']) {
    for (const length of [0, 10, 400_000]) {
      const { input, source } = open(contentType);
      void send(input, garbage.subarray(0, length)).then(() => input.end());
      const error = await failureOf(source.read(never));
      assert.is(error.code, 'capture.not-media', `${length} bytes as ${contentType}: ${error.message}`);
    }
  }
});

test('garbage without end is given up', async () => {
  const { input, source } = open('audio/mpeg');
  let isOver = false;
  const failure = failureOf(source.read(never)).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    if (input.queuedBytes < 500_000) input.push(Buffer.alloc(64 * 1024, 'This is a very long text. '));
  }
  assert.is((await failure).code, 'capture.not-media');
});

test('a client that sends faster than real time is told to pause', async () => {
  using dir = tempDir();
  const { input, source } = open('audio/mpeg', new TestContext(), new ByteInput(32 * 1024));
  const bytes = readFileSync(makeTone(dir.file('a.mp3'), 30, '-b:a', '320k'));
  let isDone = false;
  void send(input, bytes).then(() => {
    isDone = true;
  });
  const startMs = performance.now();
  await collect(source.read(never), 3);
  assert.ok(performance.now() - startMs > 800);
  assert.not(isDone);
  assert.ok(input.queuedBytes < 40 * 1024);
});

test('an abort ends it while it waits for bytes: for the first ones, and for more', async () => {
  using dir = tempDir();
  const bytes = readFileSync(makeTone(dir.file('a.mp3'), 1));
  for (const first of [new Uint8Array(0), bytes.subarray(0, 1000), bytes]) {
    const { input, source } = open('audio/mpeg');
    const stop = new AbortController();
    const reading = collect(source.read(stop.signal));
    await send(input, first);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const startMs = performance.now();
    stop.abort();
    await reading;
    assert.ok(performance.now() - startMs < 1500);
  }
});

test.run();
