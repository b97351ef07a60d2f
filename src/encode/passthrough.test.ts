import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeFile } from '../capture/ffmpeg-input.ts';
import type { SourceContext, SourcePacket } from '../capture/source.ts';
import type { AccessUnit } from '../core/access-unit.ts';
import { CounterSet } from '../core/counters.ts';
import { type Codec, LADDER, type Rung, rungNamed } from '../core/rung.ts';
import type { EncoderSettings } from '../core/source-settings.ts';
import { decodeAudio, toneDb } from '../testkit/decode-audio.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { measureJoints } from '../testkit/joint-noise.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { ffmpegEncoders } from './ffmpeg-encoder.ts';
import { Ladder } from './ladder.ts';
import { Passthrough } from './passthrough.ts';
import { FRAME_SIZE } from './rung-encoder.ts';
import { fitRung } from './rung-fit.ts';
import { Timeline } from './timeline.ts';

const test = suite('passthrough');

const SETTINGS: EncoderSettings = {
  channels: 2,
  mp3Quality: 7,
  opusComplexity: 5,
  aacCoder: 'fast',
  flacLevel: 3,
  primeSeconds: 2,
};

function rung(name: string): Rung {
  const found = rungNamed(name);
  if (found === undefined) throw new RangeError(name);
  return found;
}

/** A tone of 1 kHz in noise that makes encoders spend their bits. */
function tone(from: number, frames: number): Int16Array {
  let seed = 1 + from;
  return Int16Array.from({ length: frames * 2 }, (_, i) => {
    seed = (seed * 48271 + 11) % 0x7fffffff;
    return 8000 * Math.sin(((from + (i >> 1)) * 2 * Math.PI) / 48) + ((seed >> 8) % 8000) - 4000;
  });
}

/** What a source sends that has encoded a tone on `one`, frame by frame. */
function packetsOf(one: Rung, seconds: number): SourcePacket[] {
  using frame = ffmpegEncoders.frame(one.codec, 2);
  using encoder = ffmpegEncoders.encoder(one, SETTINGS);
  const packets: SourcePacket[] = [];
  for (let at = 0; at < seconds * 48_000; at += frame.size) {
    frame.input.set(tone(at, frame.size));
    frame.commit(at);
    encoder.encode(frame, (data) => {
      packets.push({
        codec: one.codec,
        sampleRate: 48_000,
        channels: 2,
        data: Uint8Array.from(data),
        durationSamples: frame.size,
      });
    });
  }
  return packets;
}

/** The noise of what is decoded differs from what was sent, or an encoder's frames might equal the source's. */
const ELSEWHERE = 48 * 16_200;

function station(wanted: readonly Rung[]) {
  const units: AccessUnit[] = [];
  const configs: string[] = [];
  const log = new RecordingLog();
  const clock = new FakeClock();
  const timeline = new Timeline({ clock });
  const ladder = new Ladder(
    { log, counters: new CounterSet(), timeline, encoders: ffmpegEncoders },
    {
      encoder: SETTINGS,
      onUnit: (unit) => units.push({ ...unit, data: Uint8Array.from(unit.data) }),
      onRung: (one, config) => configs.push(`${one.name} ${config.length}`),
    },
  );
  ladder.want(wanted);
  let frames = 0;
  function play(packets: readonly SourcePacket[], isTreated = false): void {
    for (const packet of packets) {
      ladder.packet(packet);
      const samples = tone(frames + ELSEWHERE, packet.durationSamples);
      ladder.append({ samples, channels: 2, ptsUs: (frames * 1e6) / 48_000 }, isTreated);
      frames += packet.durationSamples;
    }
  }
  return { ladder, units, configs, log, play, clock };
}

/** True for each unit that is, byte for byte, one of the packets. */
function passed(units: readonly AccessUnit[], packets: readonly SourcePacket[]): boolean[] {
  const known = new Set(packets.map((packet) => Buffer.from(packet.data).toString('latin1')));
  return units.map((unit) => known.has(Buffer.from(unit.data).toString('latin1')));
}

for (const name of ['mp3@128', 'aac@256', 'opus@64', 'flac@lossless']) {
  test(`a source that already is ${name} is passed through after seconds, without a gap`, () => {
    const one = rung(name);
    const { ladder, units, log, play } = station([one]);
    const packets = packetsOf(one, 6);
    play(packets);
    assert.is(log.lines.filter((line) => /passed through/.test(line.message)).length, 1);
    const own = passed(
      units.filter((unit) => unit.ptsUs > 4_200_000),
      packets,
    );
    assert.ok(own.length > 15 && own.every(Boolean), 'what comes later is what the source has sent');
    const frameUs = (FRAME_SIZE[one.codec] * 1e6) / 48_000;
    for (const [i, unit] of units.entries()) {
      const before = units[i - 1];
      if (before === undefined) continue;
      const gapUs = unit.ptsUs - before.ptsUs - before.durationUs;
      assert.ok(gapUs >= -1 && gapUs < frameUs, `${gapUs} µs before unit ${i}`);
    }
    ladder[Symbol.dispose]();
  });
}

test('a rung that is wanted while it is passed through is primed from what the source sent', () => {
  const { ladder, units, play } = station([]);
  const packets = packetsOf(rung('mp3@128'), 6);
  play(packets);
  assert.is(units.length, 0);
  ladder.want([rung('mp3@128'), rung('mp3@64')]);
  const own = units.filter((unit) => unit.rung === rung('mp3@128'));
  assert.ok(own.length > 78, `${own.length} units`);
  assert.ok(passed(own, packets).every(Boolean));
  assert.ok(
    units.some((unit) => unit.rung === rung('mp3@64')),
    'other rungs are encoded',
  );
  ladder[Symbol.dispose]();
});

test('while its sound is treated a source is encoded, without a gap where that begins, and believed again after', () => {
  const one = rung('mp3@128');
  const { ladder, units, log, play } = station([one]);
  const packets = packetsOf(one, 60);
  const share = (from: number, to: number): number => {
    const part = units.filter((unit) => unit.ptsUs > from * 1e6 && unit.ptsUs < to * 1e6);
    return passed(part, packets).filter(Boolean).length / part.length;
  };
  play(packets.slice(0, 200));
  play(packets.slice(200, 400), true);
  assert.ok(share(4.2, 4.7) > 0.99, 'before');
  assert.is(share(5, 9), 0, 'while it is treated nothing is as the source sent it');
  assert.ok(log.lines.some((line) => /its sound is treated/.test(line.message)));
  // Who has changed once is watched for half a minute.
  play(packets.slice(400));
  assert.is(log.lines.filter((line) => /passed through/.test(line.message)).length, 2);
  assert.ok(share(50, 59) > 0.99, 'after');
  for (const [i, unit] of units.entries()) {
    const before = units[i - 1];
    if (before !== undefined) assert.ok(Math.abs(unit.ptsUs - before.ptsUs - before.durationUs) < 24_001);
  }
  ladder[Symbol.dispose]();
});

test('when the source begins to use the bit reservoir its rung is encoded at once, and decodes throughout', async () => {
  const { ladder, units, log, play } = station([rung('mp3@128')]);
  const packets = packetsOf(rung('mp3@128'), 8);
  const spoilt = packets.map((packet, i) => {
    if (i < 170) return packet;
    const data = Uint8Array.from(packet.data);
    data[4] = 1;
    return { ...packet, data };
  });
  play(spoilt);
  assert.ok(log.lines.some((line) => /bit reservoir/.test(line.message)));
  const times = units.map((unit) => unit.ptsUs);
  assert.ok(times.every((us, i) => i === 0 || us > (times[i - 1] as number)));
  assert.ok((times.at(-1) ?? 0) > 7.8e6);
  const audio = await decodeAudio(Buffer.concat(units.map((unit) => unit.data)), { channels: 2, format: 'mp3' });
  assert.is(audio.complaints, '');
  assert.ok(Math.abs(toneDb(audio, 0, 1000) - 20 * Math.log10(8000 / 32768)) < 0.7);
  ladder[Symbol.dispose]();
});

test('a source whose bitrate is no rung, or that has another layout or rate, is never passed through', () => {
  const mp3 = packetsOf(rung('mp3@128'), 4);
  const cases: Record<string, SourcePacket[]> = {
    mono: mp3.map((packet) => ({ ...packet, channels: 1 })),
    rate: mp3.map((packet) => ({ ...packet, sampleRate: 44_100 })),
    bitrate: packetsOf({ ...rung('aac@128'), bitrateKbps: 170 }, 4),
    cut: mp3.map((packet) => ({ ...packet, data: packet.data.subarray(0, 380) })),
    'of two channels where the rung has one': packetsOf(rung('opus@32'), 4),
    long: packetsOf(rung('aac@128'), 4).map((packet) => ({ ...packet, durationSamples: 2048 })),
  };
  for (const [what, packets] of Object.entries(cases)) {
    const { ladder, log, play } = station([]);
    play(packets);
    assert.is(log.lines.length, 0, what);
    ladder[Symbol.dispose]();
  }
});

test('a raw AAC frame is given the header that every AAC unit has', () => {
  const [framed] = packetsOf(rung('aac@128'), 0.1) as [SourcePacket];
  const fit = fitRung({ ...framed, data: framed.data.subarray(7) }, 2);
  assert.ok(typeof fit !== 'string');
  assert.is(Buffer.compare((fit as { data: Uint8Array }).data, framed.data), 0);
});

test('frames that cease while sound goes on are noticed within two seconds', () => {
  const { ladder, units, log, play } = station([rung('mp3@128')]);
  play(packetsOf(rung('mp3@128'), 4));
  for (let at = 4; at < 7; at += 0.1) {
    ladder.append({ samples: tone(at * 48_000, 4800), channels: 2, ptsUs: at * 1e6 });
  }
  assert.ok(log.lines.some((line) => /have ceased/.test(line.message)));
  const times = units.map((unit) => unit.ptsUs);
  assert.ok((times.at(-1) ?? 0) > 6.9e6);
  const longest = times.reduce((most, us, i) => Math.max(most, us - (times[i - 1] ?? us)), 0);
  assert.ok(longest < 500_000, `a gap of ${longest} µs`);
  ladder[Symbol.dispose]();
});

const FILES = [
  // Begins with a frame that tells players how many samples to leave out, so that the source's grid is the ladder's.
  ['mp3', 'with-info.mp3', ['-c:a', 'libmp3lame', '-reservoir', '0']],
  ['mp3', 'bare.mp3', ['-c:a', 'libmp3lame', '-reservoir', '0', '-write_xing', '0', '-id3v2_version', '0']],
  ['aac', 'bare.aac', ['-c:a', 'aac']],
  ['aac', 'with-edit-list.m4a', ['-c:a', 'aac']],
] as const;

for (const [codec, name, encoder] of FILES) {
  test(`a listener may change between ${name} as the source sent it and rungs encoded from it`, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'pipit-passthrough-'));
    const path = join(dir, name);
    const source = ['-f', 'lavfi', '-i', 'anoisesrc=d=9:c=pink:r=48000:a=0.2,aformat=channel_layouts=stereo'];
    const made = spawnSync('ffmpeg', ['-v', 'error', ...source, ...encoder, '-b:a', '128k', path]);
    assert.is(made.status, 0, made.stderr.toString());
    const rungs = [rung(`${codec}@128`), rung(`${codec}@64`)];
    const { ladder, units, log, clock } = station(rungs);
    const context: SourceContext = {
      clock,
      log,
      counters: new CounterSet(),
      channels: 2,
      onMetadata() {},
      onPacket: (packet) => ladder.packet(packet),
    };
    const blocks: Int16Array[] = [];
    let frames = 0;
    for await (const { samples } of decodeFile(path, context, new AbortController().signal)) {
      blocks.push(samples);
      ladder.append({ samples, channels: 2, ptsUs: (frames * 1e6) / 48_000 });
      frames += samples.length / 2;
    }
    ladder[Symbol.dispose]();
    rmSync(dir, { recursive: true });
    assert.ok(log.lines.some((line) => /passed through/.test(line.message)));
    // From the fourth second on, frame by frame, of both rungs.
    const since = rungs.map((one) => units.filter((unit) => unit.rung === one && unit.ptsUs > 3_000_000));
    const [passed, encoded] = since as [AccessUnit[], AccessUnit[]];
    const count = Math.min(passed.length, encoded.length);
    assert.ok(count > 200);
    for (let k = 0; k < count; k++) assert.is(passed[k]?.ptsUs, encoded[k]?.ptsUs, `unit ${k}`);
    const size = FRAME_SIZE[codec];
    const joined = Array.from(
      { length: count },
      (_, k) => (k % 20 < 10 ? passed : encoded)[k]?.data ?? new Uint8Array(0),
    );
    const decode = async (parts: readonly Uint8Array[]) => {
      const { samples, complaints } = await decodeAudio(Buffer.concat(parts), {
        channels: 2,
        format: codec,
        isStrict: true,
      });
      assert.is(complaints, '');
      return samples;
    };
    const first = Math.round(((passed[0]?.ptsUs ?? 0) * 48_000) / 1e6);
    const all = new Int16Array(frames * 2);
    let at = 0;
    for (const block of blocks) {
      all.set(block, at);
      at += block.length;
    }
    const sound = {
      source: all.subarray(first * 2),
      whole: await Promise.all([passed, encoded].map((one) => decode(one.slice(0, count).map((unit) => unit.data)))),
      joined: await decode(joined),
    };
    const joints = Array.from({ length: Math.floor((count - 1) / 10) }, (_, i) => (i + 1) * 10).map((k) => ({
      at: k * size,
      from: k % 20 === 0 ? 1 : 0,
      to: k % 20 === 0 ? 0 : 1,
    }));
    // Not to the last bit, for AAC's decoder makes some noise of its own.
    let [energy, apart] = [0, 0];
    for (const [i, sample] of (sound.whole[0] as Int16Array).entries()) {
      if (i < 9_600) continue;
      energy += sample ** 2;
      apart += (sample - (sound.source[i] ?? 0)) ** 2;
    }
    assert.ok(apart < 0.1 * energy, `what is passed through is the sound decoded from it, but for ${apart / energy}`);
    const { excessDb } = measureJoints(sound, joints);
    assert.ok(
      excessDb.every((db) => db < 5),
      excessDb.map((db) => db.toFixed(1)).join(' '),
    );
  });
}

test('whatever packets come, nothing is thrown, kept without bound or handed on out of order', () => {
  const packet = fc.record({
    codec: fc.constantFrom<Codec>('mp3', 'aac', 'opus', 'flac'),
    sampleRate: fc.constantFrom(48_000, 44_100, 0),
    channels: fc.constantFrom(1, 2, 9),
    data: fc.uint8Array({ maxLength: 40 }),
    durationSamples: fc.oneof(fc.constant(960), fc.constant(1152), fc.double()),
    repeat: fc.integer({ min: 1, max: 300 }),
    decoded: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 10 }), (packets) => {
      let last = Number.NEGATIVE_INFINITY;
      let current: Rung | undefined;
      const passthrough = new Passthrough(
        { log: new RecordingLog() },
        {
          channels: 2,
          keepFrames: 48_000,
          onPacket(one, _data, first) {
            assert.is(one, current);
            assert.ok(first > last);
            last = first;
          },
          onStart(one) {
            assert.is(current, undefined);
            assert.ok(LADDER.includes(one));
            current = one;
          },
          onStop(one) {
            assert.is(current, one);
            current = undefined;
          },
        },
      );
      let end = 0;
      for (const { repeat, decoded, ...one } of packets) {
        for (let i = 0; i < repeat; i++) {
          passthrough.packet(one);
          if (decoded) end += 1000;
          passthrough.advance(end);
          assert.is(passthrough.rung, current);
        }
      }
    }),
  );
});

test.run();
