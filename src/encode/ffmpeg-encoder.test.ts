import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Channels } from '../core/pcm.ts';
import { type Codec, LADDER, type Rung, rungNamed, rungsOf } from '../core/rung.ts';
import type { EncoderSettings } from '../core/source-settings.ts';
import { type DecodedAudio, decodeAudio, toneDb } from '../testkit/decode-audio.ts';
import { ffmpegEncoders } from './ffmpeg-encoder.ts';
import { oggOpus } from './ogg-opus.testing.ts';
import { CODEC_DELAY, channelsOf, FRAME_SIZE } from './rung-encoder.ts';

const test = suite('ffmpeg encoder');

const SETTINGS: EncoderSettings = {
  channels: 2,
  mp3Quality: 7,
  opusComplexity: 5,
  aacCoder: 'fast',
  flacLevel: 3,
  primeSeconds: 2,
};

interface Packet {
  readonly data: Uint8Array;
  readonly first: number;
}

function rung(name: string): Rung {
  const found = rungNamed(name);
  if (found === undefined) throw new RangeError(name);
  return found;
}

/** A tone of 1 kHz at -12 dBFS on the left, of 3 kHz at -20 dBFS on the right, with a little noise. */
function sound(frames: number, channels: Channels): Int16Array {
  let seed = 7;
  return Int16Array.from({ length: frames * channels }, (_, i) => {
    seed = (seed * 48271) % 0x7fffffff;
    const noise = (seed / 0x7fffffff - 0.5) * 200;
    const right = channels === 2 && i % 2 === 1;
    const [hz, db] = right ? [3000, -20] : [1000, -12];
    const time = Math.floor(i / channels) / 48_000;
    return Math.round(32767 * 10 ** (db / 20) * Math.sin(2 * Math.PI * hz * time) + noise);
  });
}

/** Encodes all whole frames of `samples` on several rungs of one codec, which share each frame. */
function encode(rungs: readonly Rung[], samples: Int16Array, settings: EncoderSettings = SETTINGS) {
  const { codec } = rungs[0] as Rung;
  using frame = ffmpegEncoders.frame(codec, settings.channels);
  const encoders = rungs.map((one) => ffmpegEncoders.encoder(one, settings));
  const packets: Packet[][] = rungs.map(() => []);
  const step = frame.size * settings.channels;
  for (let at = 0; at + step <= samples.length; at += step) {
    frame.input.set(samples.subarray(at, at + step));
    frame.commit(at / settings.channels);
    for (const [i, encoder] of encoders.entries()) {
      encoder.encode(frame, (data, first) => packets[i]?.push({ data: Uint8Array.from(data), first }));
    }
  }
  const configs = encoders.map((encoder) => encoder.config);
  for (const encoder of encoders) encoder[Symbol.dispose]();
  return { packets, configs };
}

/** The packets as a stream that ffmpeg can open. */
function wrap(codec: Codec, packets: readonly Packet[], config: Uint8Array): Uint8Array {
  const frames = packets.map((packet) => packet.data);
  if (codec === 'opus') return oggOpus(config, frames);
  if (codec !== 'flac') return Buffer.concat(frames);
  // STREAMINFO is the only and therefore last metadata block.
  return Buffer.concat([Buffer.from('fLaC'), Buffer.of(0x80, 0, 0, config.length), config, ...frames]);
}

const FORMATS: Readonly<Record<Codec, string>> = { mp3: 'mp3', aac: 'aac', opus: 'ogg', flac: 'flac' };

function decode(codec: Codec, packets: readonly Packet[], config: Uint8Array, channels: Channels = 2) {
  return decodeAudio(wrap(codec, packets, config), { channels, format: FORMATS[codec] });
}

function assertTone(audio: DecodedAudio, channel: number, hz: number, db: number): void {
  const heard = toneDb(audio, channel, hz);
  assert.ok(Math.abs(heard - db) < 1, `${hz} Hz at ${heard.toFixed(2)} dBFS instead of ${db}`);
  for (const other of [hz * 0.9, hz * 1.1]) {
    assert.ok(toneDb(audio, channel, other) < db - 30, `${other} Hz is heard as well`);
  }
}

function stereoRungsOf(codec: Codec): Rung[] {
  return rungsOf(codec).filter((one) => channelsOf(one, 2) === 2);
}

for (const codec of ['mp3', 'aac', 'opus', 'flac'] as const) {
  test(`every ${codec} rung decodes without complaint to the sound that went in, in its full length`, async () => {
    const rungs = stereoRungsOf(codec);
    const { packets, configs } = encode(rungs, sound(3 * 48_000, 2));
    await Promise.all(
      rungs.map(async (one, i) => {
        const mine = packets[i] as Packet[];
        const audio = await decode(codec, mine, configs[i] as Uint8Array);
        assert.is(audio.complaints, '', one.name);
        const seconds = audio.samples.length / 2 / 48_000;
        const expected = (mine.length * FRAME_SIZE[codec]) / 48_000;
        assert.ok(Math.abs(seconds - expected) < 0.03, `${one.name}: ${seconds} s instead of ${expected} s`);
        assert.ok(seconds > 2.85, `${one.name}: ${seconds} s`);
        assertTone(audio, 0, 1000, -12);
        assertTone(audio, 1, 3000, -20);
        const kbps = (mine.reduce((sum, packet) => sum + packet.data.length, 0) * 8) / expected / 1000;
        if (codec === 'mp3') assert.ok(Math.abs(kbps / one.bitrateKbps - 1) < 0.001, `${one.name}: ${kbps} kbit/s`);
      }),
    );
  });

  test(`${codec} in mono decodes to the sound that went in`, async () => {
    const one = rungsOf(codec).at(-1) as Rung;
    const { packets, configs } = encode([one], sound(2 * 48_000, 1), { ...SETTINGS, channels: 1 });
    const audio = await decode(codec, packets[0] as Packet[], configs[0] as Uint8Array, 1);
    assert.is(audio.complaints, '');
    assertTone(audio, 0, 1000, -12);
  });

  test(`${codec} packets name the sample that they begin with, whatever the encoder delays`, async () => {
    const samples = sound(48_000, 2).map((sample) => sample / 64);
    // A burst of noise at half a second, which only one alignment fits.
    const burst = sound(2000, 2).map((sample, i) => (i * 7919 * (sample | 1)) % 12_000);
    samples.set(burst, 24_000 * 2);
    const one = rungsOf(codec).at(-1) as Rung;
    const { packets, configs } = encode([one], samples);
    const mine = packets[0] as Packet[];
    const config = Uint8Array.from(configs[0] as Uint8Array);
    // Without pre-skip, Ogg's decoder puts out every sample.
    if (codec === 'opus') config.fill(0, 10, 12);
    const audio = await decode(codec, mine, config);
    const { first } = mine[0] as Packet;
    assert.is(first, -CODEC_DELAY[codec]);
    assert.is(bestShift(samples, audio.samples, first, 24_000, 2000), 0);
    for (const [k, packet] of mine.entries()) assert.is(packet.first, first + k * FRAME_SIZE[codec]);
  });
}

/** How many samples `decoded`, which is said to begin at sample `first`, lies away from `original`. */
function bestShift(original: Int16Array, decoded: Int16Array, first: number, at: number, frames: number): number {
  let best = { shift: Number.NaN, sum: Number.NEGATIVE_INFINITY };
  for (let shift = -200; shift <= 200; shift++) {
    let sum = 0;
    for (let i = at; i < at + frames; i++) {
      sum += (original[i * 2] as number) * (decoded[(i - first + shift) * 2] ?? 0);
    }
    if (sum > best.sum) best = { shift, sum };
  }
  return best.shift;
}

for (const codec of ['mp3', 'aac', 'opus'] as const) {
  test(`a listener that changes between ${codec} rungs at 20 frames hears no decoder complaint`, async () => {
    const rungs = stereoRungsOf(codec);
    const { packets, configs } = encode(rungs, sound(6 * 48_000, 2));
    const count = (packets[0] as Packet[]).length;
    for (const others of packets) {
      assert.equal(
        others.map((packet) => packet.first),
        (packets[0] as Packet[]).map((packet) => packet.first),
        'frames of all rungs cover the same samples',
      );
    }
    let seed = 11;
    const random = (below: number) => {
      seed = (seed * 48271) % 0x7fffffff;
      return seed % below;
    };
    const switches = new Set<number>();
    while (switches.size < 20) switches.add(1 + random(count - 1));
    let now = 0;
    const spliced = Array.from({ length: count }, (_, k) => {
      if (switches.has(k)) now = (now + 1 + random(rungs.length - 1)) % rungs.length;
      return packets[now]?.[k] as Packet;
    });
    const audio = await decode(codec, spliced, configs[0] as Uint8Array);
    assert.is(audio.complaints, '');
    assertTone(audio, 0, 1000, -12);
    assertTone(audio, 1, 3000, -20);
  });
}

test('Opus at 32 kbit/s is mono: the mean of both channels, and its header says so', async () => {
  const one = rung('opus@32');
  const { packets, configs } = encode([one], sound(3 * 48_000, 2));
  const [mine = []] = packets;
  const head = configs[0] as Uint8Array;
  assert.is(head[9], 1, 'channels in OpusHead');
  assert.ok(
    mine.every(({ data }) => ((data[0] as number) & 4) === 0),
    'no packet is stereo (RFC 6716, 3.1)',
  );
  const audio = await decode('opus', mine, head, 1);
  assert.is(audio.complaints, '');
  assertTone(audio, 0, 1000, -18);
  assertTone(audio, 0, 3000, -26);
});

test('all MP3 and AAC rungs are as loud as the sound that went in, in mono and stereo', async () => {
  for (const one of [...rungsOf('mp3'), ...rungsOf('aac')]) {
    for (const channels of [1, 2] as const) {
      const { packets, configs } = encode([one], sound(48_000, channels), { ...SETTINGS, channels });
      const audio = await decode(one.codec, packets[0] as Packet[], configs[0] as Uint8Array, channels);
      const steady = audio.samples.slice(9_600 * channels, 45_600 * channels);
      const db = toneDb({ samples: steady, channels }, 0, 1000);
      assert.ok(Math.abs(db + 12) < 0.05, `${one.name}, ${channels} channels: ${db.toFixed(2)} dBFS`);
    }
  }
});

test('no MP3 rung leans on earlier frames or begins with an information frame', () => {
  const { packets } = encode(rungsOf('mp3'), sound(48_000, 2));
  for (const data of packets.flat().map((packet) => packet.data)) {
    assert.is((((data[4] as number) << 8) | (data[5] as number)) >> 7, 0, 'main_data_begin');
    assert.not.ok(/Xing|Info|LAME/.test(Buffer.from(data.subarray(0, 64)).toString('latin1')));
  }
});

test('a FLAC stream may be joined at any frame', async () => {
  const { packets, configs } = encode([rung('flac@lossless')], sound(3 * 48_000, 2));
  const joined = (packets[0] as Packet[]).slice(11);
  const audio = await decode('flac', joined, configs[0] as Uint8Array);
  assert.is(audio.complaints, '');
  assert.is(audio.samples.length, joined.length * FRAME_SIZE.flac * 2);
  const expected = sound(3 * 48_000, 2).subarray(
    11 * FRAME_SIZE.flac * 2,
    audio.samples.length + 11 * FRAME_SIZE.flac * 2,
  );
  assert.is(Buffer.compare(Buffer.from(audio.samples.buffer), Buffer.from(expected.slice().buffer)), 0, 'lossless');
});

test('an effort that the codec does not know is a MediaError that names it', () => {
  const settings = { ...SETTINGS, aacCoder: 'slow' as 'fast' };
  assert.throws(
    () => ffmpegEncoders.encoder(rung('aac@128'), settings),
    (error: Error & { code?: string }) => error.code === 'encode.codec' && /aac_coder=slow/.test(error.message),
  );
});

test('an encoder that is disposed twice, at once or in use, does no harm', () => {
  for (const one of LADDER) {
    using frame = ffmpegEncoders.frame(one.codec, 2);
    for (const frames of [0, 3]) {
      const encoder = ffmpegEncoders.encoder(one, SETTINGS);
      for (let k = 0; k < frames; k++) {
        frame.input.fill(0);
        frame.commit(k * frame.size);
        encoder.encode(frame, () => {});
      }
      encoder[Symbol.dispose]();
      encoder[Symbol.dispose]();
    }
  }
});

test.run();
